"""A local bol.com: `manage.py sandbox --port 8100`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from connections.bol.sandbox import run


class Command(BaseCommand):
    help = "Runs a local bol.com: the Retailer API, its login, and a shop where customers buy."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--host", default="127.0.0.1", help="address to listen on (default: this machine only)"
        )
        parser.add_argument("--port", type=int, default=8100)
        parser.add_argument(
            "--seed", type=int, default=1, help="the same seed and requests give the same shop"
        )
        parser.add_argument("--latency-ms", type=int, default=0, help="how long every answer takes")
        parser.add_argument("--limits", help="a file in the format of bol's published rate limits")
        parser.add_argument("--state", help="a file that keeps the shop between runs")

    def handle(self, *args: Any, **options: Any) -> None:
        names = ("port", "host", "seed", "latency_ms", "limits", "state")
        run(**{name: options[name] for name in names})
