"""Runs one flow now, in the foreground: `manage.py run_flow orders`."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from connections import bol, flows
from connections.choosing import choose_connections
from connections.flows import Report
from connections.models import Connection


class Command(BaseCommand):
    help = "Runs one flow once, now, in the foreground, for one connection or for all active ones."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("flow", help="for example: orders, outbox, process-statuses")
        parser.add_argument("--connection", help="its name; default: every active connection")
        parser.add_argument("--json", action="store_true", help="print one JSON object for scripts")

    def handle(self, *args: Any, **options: Any) -> None:
        kind = _kind(options["flow"])
        results = [_run(connection, kind.name) for connection in choose_connections(options["connection"])]
        if options["json"]:
            self.stdout.write(json.dumps({"flow": kind.name, "connections": results}, ensure_ascii=False))
        else:
            for result in results:
                self.stdout.write(_sentence(result))
        if any(result["error"] for result in results):
            raise CommandError("Not every connection could be handled.")


def _kind(name: str) -> flows.FlowKind:
    try:
        return flows.get(name)
    except LookupError as error:
        raise CommandError(str(error)) from error


def _run(connection: Connection, name: str) -> dict[str, Any]:
    report, error = Report(), ""
    try:
        report = flows.run_until_complete(connection, name)
    except bol.BolError as trouble:
        error = str(trouble)
    return {"connection": connection.name, "counts": report.counts, "skipped": report.skipped, "error": error}


def _sentence(result: dict[str, Any]) -> str:
    counts = ", ".join(f"{number} {name}" for name, number in result["counts"].items() if number)
    return f"{result['connection']}: {result['error'] or result['skipped'] or counts or 'nothing to do'}"
