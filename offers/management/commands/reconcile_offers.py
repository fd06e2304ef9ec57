"""Compares the assortment with bol now, and lists what a person has to decide: `manage.py reconcile_offers`."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from connections import bol, flows
from connections.choosing import choose_connections
from connections.models import Connection
from offers.models import Drift
from offers.reconciling.passes import FLOW


class Command(BaseCommand):
    help = (
        "Compares everything bol has of the assortment with ours, for one connection or for all active ones."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--connection", help="its name; default: every active connection")
        parser.add_argument("--json", action="store_true", help="print one JSON object for scripts")

    def handle(self, *args: Any, **options: Any) -> None:
        results = [_compare(connection) for connection in choose_connections(options["connection"])]
        if options["json"]:
            self.stdout.write(json.dumps({"connections": results}, ensure_ascii=False))
        else:
            for result in results:
                self.stdout.write(_sentence(result))
        if any(result["error"] or result["skipped"] for result in results):
            raise CommandError("Not every connection could be compared to the end.")


def _compare(connection: Connection) -> dict[str, Any]:
    counts: dict[str, int] = {}
    skipped = error = ""
    try:
        report = flows.run_until_complete(connection, FLOW)
        counts, skipped = report.counts, report.skipped
    except bol.BolError as trouble:
        error = str(trouble)
    undecided = Counter(
        Drift.objects.open().filter(connection=connection).order_by().values_list("kind", flat=True)
    )
    return {
        "connection": connection.name,
        "seen": counts.get("seen", 0),
        "new": counts.get("differences", 0),
        "to_decide": dict(undecided),
        "skipped": skipped,
        "error": error,
    }


def _sentence(result: dict[str, Any]) -> str:
    trouble = result["error"] or result["skipped"]
    if trouble:
        return f"{result['connection']}: {trouble}"
    kinds = ", ".join(f"{number} {kind.replace('_', ' ')}" for kind, number in result["to_decide"].items())
    return f"{result['connection']}: {result['seen']} offers at bol; to decide: {kinds or 'nothing'}"
