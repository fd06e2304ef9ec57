"""Everything in one command: database, demo merchant, local bol.com, worker and web."""

from __future__ import annotations

import os
import secrets
import socket
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from backoffice import demo
from backoffice.keys import read_or_create
from backoffice.supervising import Child, Supervisor

USERNAME = "admin"
# Whoever tries it out should not have to wait; the local bol.com has no other customers.
DEMO_ORDERS_INTERVAL_SECONDS = 20


class Command(BaseCommand):
    help = "Prepares the database and a demo merchant, then runs web, worker, watch and a local bol.com until Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
        parser.add_argument("--sandbox-port", type=int, default=int(os.environ.get("SANDBOX_PORT", "8100")))
        parser.add_argument("--offers", type=int, default=demo.OFFERS, help="size of the demo assortment")

    def handle(self, *args: Any, **options: Any) -> None:
        port, sandbox_port = options["port"], options["sandbox_port"]
        for number in (port, sandbox_port):
            _require_free(number)
        call_command("migrate", verbosity=0, interactive=False)
        password = _open_account()
        demo.open_shop(f"http://127.0.0.1:{sandbox_port}", offers=options["offers"])
        self._announce(port, sandbox_port, password)
        os.environ.setdefault("PUBLIC_URL", f"http://127.0.0.1:{port}")
        os.environ.setdefault("ORDERS_INTERVAL", str(DEMO_ORDERS_INTERVAL_SECONDS))
        children = [
            Child("bol", _sandbox(sandbox_port), self.stdout, is_ready=partial(_answers, sandbox_port)),
            Child("worker", ["manage.py", "qcluster"], self.stdout),
            Child("watch", ["manage.py", "watch", "--interval", "20"], self.stdout),
            Child("web", _web(port), self.stdout),
        ]
        Supervisor(children, self.stdout).run()

    def _announce(self, port: int, sandbox_port: int, password: str) -> None:
        self.stdout.write(
            f"\n  Back office   http://127.0.0.1:{port}/admin/\n"
            f"  Login         {USERNAME} / {password}\n"
            f"  Local bol.com http://127.0.0.1:{sandbox_port}/\n\n"
            "  Ctrl-C stops everything; the next start goes on where this one ended.\n\n"
        )
        self.stdout.flush()


def _open_account() -> str:
    """Return the password of the demo's first user, who is made where there is none."""
    password = read_or_create(settings.DATA_DIR / "demo.password", lambda: secrets.token_urlsafe(9))
    if not User.objects.filter(username=USERNAME).exists():
        User.objects.create_superuser(USERNAME, password=password)
    return password


def _sandbox(port: int) -> list[str]:
    return ["manage.py", "sandbox", "--port", str(port), "--state", str(settings.DATA_DIR / "sandbox.json")]


def _web(port: int) -> list[str]:
    options = [
        "--bind",
        f"127.0.0.1:{port}",
        "--threads",
        "8",
        "--log-level",
        "warning",
        "--no-control-socket",
    ]
    return ["-m", "gunicorn", *options, "backoffice.wsgi"]


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise CommandError(
                f"Port {port} is taken. Choose others with: make run PORT=8001 SANDBOX_PORT=8101"
            ) from error
