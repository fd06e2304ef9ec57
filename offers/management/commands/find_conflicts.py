"""`manage.py find_conflicts`: looks for EANs that several of our offers claim, and lists those to be decided."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from connections.choosing import choose_connection
from connections.models import Connection
from offers.conflicts import find_conflicts
from offers.models import EanConflict, FoundBy

CHUNK = 200


class Command(BaseCommand):
    help = "Looks for EANs that more than one product or active project claims; nothing is sent about these."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--connection", help="its name; default: every connection")
        parser.add_argument("--json", action="store_true", help="print one JSON object for scripts")

    def handle(self, *args: Any, **options: Any) -> None:
        named = options["connection"]
        connections = [choose_connection(named)] if named else list(Connection.objects.all())
        found = asdict(find_conflicts(FoundBy.COMMAND, connections))
        conflicts = [_told(conflict) for conflict in _open(connections)]
        if options["json"]:
            self.stdout.write(json.dumps({**found, "conflicts": conflicts}, ensure_ascii=False))
            return
        self.stdout.write(", ".join(f"{name}: {count}" for name, count in found.items()))
        for conflict in conflicts:
            self.stdout.write(_sentence(conflict))


def _open(connections: list[Connection]) -> Iterator[EanConflict]:
    found = EanConflict.objects.open().filter(connection__in=connections).select_related("connection")
    return found.prefetch_related("members__offer__product", "members__offer__project").iterator(CHUNK)


def _told(conflict: EanConflict) -> dict[str, Any]:
    offers = [member.offer for member in conflict.members.all()]
    return {
        "connection": conflict.connection.name,
        "ean": conflict.ean,
        "condition": conflict.condition,
        "opened_at": conflict.opened_at.isoformat(),
        "offers": [{"reference": offer.product.reference, "project": offer.project.name} for offer in offers],
    }


def _sentence(conflict: dict[str, Any]) -> str:
    names = ", ".join(f"{offer['reference']} ({offer['project']})" for offer in conflict["offers"])
    return f"{conflict['connection']}, {conflict['ean']} {conflict['condition']}: {names}"
