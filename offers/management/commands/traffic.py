"""Says what the traffic about offers is made of: `manage.py traffic`."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from connections.choosing import choose_connections
from offers.traffic import Figures, Traffic, as_json, label_of, traffic_of


class Command(BaseCommand):
    help = "Shows requests about offers, the most updated EANs, useless writes and quarrels of the last day and week."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--connection", help="its name; default: every active connection")
        parser.add_argument("--json", action="store_true", help="print one JSON object for scripts")

    def handle(self, *args: Any, **options: Any) -> None:
        found = [traffic_of(connection) for connection in choose_connections(options["connection"])]
        if options["json"]:
            told = {"connections": [as_json(traffic) for traffic in found]}
            self.stdout.write(json.dumps(told, ensure_ascii=False))
            return
        for traffic in found:
            self._tell(traffic)

    def _tell(self, traffic: Traffic) -> None:
        self.stdout.write(str(traffic.connection))
        for name, figures in (("last 24 hours", traffic.day), ("last 7 days", traffic.week)):
            self.stdout.write(f"  {name}: {_sentence(figures)}")
        for ean, count in traffic.most_updated:
            self.stdout.write(f"  {ean}: {count} updates in 7 days")
        for quarrel in traffic.quarrels:
            self.stdout.write(f"  {quarrel.offer.product.ean}: {quarrel.in_words}")


def _sentence(figures: Figures) -> str:
    kinds = ", ".join(f"{label_of(kind)}: {count}" for kind, count in figures.by_kind.items() if count)
    return (
        f"{figures.requests} requests for {figures.offers} offers ({kinds or 'none'}); {figures.slowed} slowed down by "
        f"bol; of {figures.confirmed} values confirmed {figures.for_nothing} changed nothing, "
        f"{figures.repeated} were repeated"
    )
