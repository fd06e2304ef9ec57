"""Which connection a command means."""

from __future__ import annotations

from django.core.management.base import CommandError

from connections.models import Connection


def choose_connections(name: str | None) -> list[Connection]:
    """Return the connection of that name, or every active one where no name is given.

    Raises:
        CommandError: there is no such connection; the text names those that exist.
    """
    return [choose_connection(name)] if name else list(Connection.objects.active())


def choose_connection(name: str | None) -> Connection:
    """Return the connection of that name, or the only one there is.

    Raises:
        CommandError: there is none, or no name was given and there are several.
    """
    found = list(Connection.objects.filter(name=name) if name else Connection.objects.all()[:2])
    if len(found) == 1:
        return found[0]
    names = ", ".join(Connection.objects.values_list("name", flat=True)) or "none yet (see add_connection)"
    wanted = f"There is no connection “{name}”" if name else "Say which connection with --connection"
    raise CommandError(f"{wanted}. Connections: {names}.")
