"""What must be the same before and after a deploy, and which of the differences nobody made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django_q.models import OrmQ, Schedule

from connections.models import Connection, ConnectionChange
from connections.models.change import Standing
from connections.schedules import PREFIX

VERSION = 1
Snapshot = Mapping[str, Any]


@dataclass(frozen=True)
class Difference:
    """Something that is not as it was. `by` says who made it so, and is empty where nobody did."""

    text: str
    by: str = ""


def take_snapshot() -> dict[str, Any]:
    """Return how everything stands that a deploy must leave alone, ready for JSON."""
    return {
        "version": VERSION,
        "taken_at": timezone.now().isoformat(),
        "connections": {str(row.pk): _row(row) for row in Connection.objects.order_by("pk")},
        "schedules": sorted(_schedules()),
        "queued_tasks": OrmQ.objects.count(),
    }


def compare(before: Any) -> list[Difference]:
    """Return what differs from a snapshot, with who made it. Raises ValueError for what is no snapshot."""
    if not isinstance(before, dict) or before.get("version") != VERSION:
        raise ValueError("not a snapshot of this version")
    return [*_compare_connections(before), *_compare_schedules(before)]


def _row(connection: Connection) -> dict[str, Any]:
    return {"name": connection.name, **connection.standing._asdict()}


def _schedules() -> Iterator[str]:
    for name in Schedule.objects.filter(name__startswith=PREFIX).values_list("name", flat=True):
        yield name.removeprefix(PREFIX)


def _compare_connections(before: Snapshot) -> Iterator[Difference]:
    taken_at = parse_datetime(before["taken_at"])
    now = {str(row.pk): _row(row) for row in Connection.objects.all()}
    for number, row in before["connections"].items():
        if now.get(number) != row:
            yield from _explain(number, row, now.get(number), taken_at)


def _explain(
    number: str, row: Snapshot, now: Snapshot | None, taken_at: datetime | None
) -> Iterator[Difference]:
    before, after = _standing(row), _standing(now)
    if before == after:
        return
    changes = ConnectionChange.objects.filter(connection_number=number, at__gte=taken_at)
    last = changes.order_by("-pk").first()
    made_by = last.by if last and last.standing == after else ""
    yield Difference(
        _("%(name)s (%(kind)s): was %(before)s, is %(after)s.")
        % {
            "name": row["name"],
            "kind": before.offers_api if before else "",
            "before": _in_words(before),
            "after": _in_words(after),
        },
        made_by,
    )


def _standing(row: Snapshot | None) -> Standing | None:
    return Standing(row["status"], row["is_live"], row["offers_api"]) if row else None


def _in_words(standing: Standing | None) -> str:
    if standing is None:
        return _("gone")
    mode = _("sends to bol") if standing.is_live else _("read only")
    status = dict(Connection.Status.choices).get(standing.status, standing.status)
    return f"{status}, {mode}, {standing.offers_api}"


def _compare_schedules(before: Snapshot) -> Iterator[Difference]:
    missing = set(before["schedules"]) - set(_schedules())
    for name in sorted(missing):
        yield Difference(_("“%(name)s” is no longer in the timetable.") % {"name": name})
