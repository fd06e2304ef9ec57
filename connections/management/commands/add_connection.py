"""Adds an account at bol: `manage.py add_connection NAME --client-id ID`."""

from __future__ import annotations

import getpass
import os
import sys
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from connections import flows
from connections.bol import PRODUCTION_API_URL, PRODUCTION_LOGIN_URL
from connections.models import Connection, OffersApi


class Command(BaseCommand):
    help = (
        "Adds a connection to an account at bol. The secret is read from BOL_CLIENT_SECRET or from standard input, "
        "never from an argument. Without --live the connection only reads."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--client-id", required=True)
        parser.add_argument("--api-url", default=PRODUCTION_API_URL)
        parser.add_argument("--login-url", default=PRODUCTION_LOGIN_URL)
        parser.add_argument("--offers-api", choices=OffersApi.values, default=OffersApi.V11.value)
        parser.add_argument("--live", action="store_true", help="send changes to bol from the start")

    def handle(self, *args: Any, **options: Any) -> None:
        connection = Connection(
            name=options["name"],
            client_id=options["client_id"],
            client_secret=_read_secret(),
            api_url=options["api_url"].rstrip("/"),
            login_url=options["login_url"].rstrip("/"),
            offers_api=options["offers_api"],
            is_live=options["live"],
        )
        _check(connection)
        connection.save()
        flows.open_for(connection)
        mode = "live: changes are sent to bol" if connection.is_live else "read only: nothing is sent yet"
        self.stdout.write(self.style.SUCCESS(f"Connection “{connection}” was added ({mode})."))


def _read_secret() -> str:
    secret = os.environ.get("BOL_CLIENT_SECRET", "")
    if not secret:
        secret = getpass.getpass("Client secret: ") if sys.stdin.isatty() else sys.stdin.readline()
    if not secret.strip():
        raise CommandError("No client secret: set BOL_CLIENT_SECRET, or give it on standard input.")
    return secret.strip()


def _check(connection: Connection) -> None:
    try:
        connection.full_clean()
    except ValidationError as error:
        lines = [f"{field}: {' '.join(texts)}" for field, texts in error.message_dict.items()]
        raise CommandError("\n".join(lines)) from error
