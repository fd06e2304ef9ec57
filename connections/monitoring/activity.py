"""Compares how connections stand with what people and bol made of them: a difference that nobody made is the alarm."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from connections.models import Connection, ConnectionChange, OffersApi
from connections.models.change import Standing
from connections.models.connection import ConnectionStatus


@dataclass(frozen=True)
class Deviation:
    """A connection that stands otherwise than its last switch left it; `now` is None where its row is gone."""

    number: int
    name: str
    expected: Standing
    now: Standing | None

    @property
    def is_a_stop(self) -> bool:
        """Whether work stopped by it: it does not fetch or send any more what it did before."""
        return _works(self.expected) > _works(self.now)


def deviations() -> list[Deviation]:
    """Return the connections that were changed by nobody: by a release, a script, or by hand in the database."""
    expected = ConnectionChange.newest()
    current = {connection.pk: connection for connection in Connection.objects.all()}
    changed = [
        Deviation(number, change.name, change.standing, _standing(current.get(number)))
        for number, change in expected.items()
    ]
    found = [deviation for deviation in changed if deviation.now != deviation.expected]
    return sorted(found, key=lambda deviation: deviation.name)


def adopt_unrecorded() -> int:
    """Take connections of which no switch was ever recorded as they stand; return how many."""
    recorded = ConnectionChange.objects.order_by().values("connection_number")
    unrecorded = list(Connection.objects.exclude(pk__in=recorded))
    for connection in unrecorded:
        ConnectionChange.record(connection, "-", "found")
    return len(unrecorded)


def active_by_dialect() -> dict[str, int]:
    """Return the number of active connections by version of the Offers API, zeros included."""
    counted = Counter(Connection.objects.active().values_list("offers_api", flat=True))
    return {str(dialect): counted[dialect] for dialect in OffersApi.values}


def names(found: Iterable[Deviation], limit: int = 5) -> str:
    """Return the names of some connections for a sentence."""
    listed = [deviation.name for deviation in found]
    more = f" +{len(listed) - limit}" if len(listed) > limit else ""
    return ", ".join(listed[:limit]) + more


def _standing(connection: Connection | None) -> Standing | None:
    return connection.standing if connection else None


def _works(standing: Standing | None) -> int:
    if standing is None or standing.status != ConnectionStatus.ACTIVE:
        return 0
    return 2 if standing.is_live else 1
