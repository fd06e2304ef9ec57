"""Removes the personal data of what is through: in small transactions, and no second time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from connections.models import OutboxMessage
from orders.locking import lock_orders
from orders.models import Order, Return, ReturnItem, Tombstone
from orders.personal_data.due import orders_handled_before, returns_handled_before
from orders.personal_data.fields import HOLDINGS, Holding

# So many rows are changed in a moment, so that no other writer waits long.
CHUNK = 100


@dataclass(frozen=True)
class Root:
    """What forgets as a whole: how to find what is due, to lock it, and to note that it is done."""

    model: type[Model]
    due: Callable[[datetime], QuerySet[Any]]
    lock: Callable[[Collection[int]], object]
    mark: Callable[[Collection[int], datetime], object]

    @property
    def holdings(self) -> list[Holding]:
        return [holding for holding in HOLDINGS if holding.root is self.model]


def anonymise(before: datetime) -> Iterator[tuple[type[Model], int]]:
    """Remove the personal data of all that was handled before this moment.

    Yields after each small transaction what it was about, orders or returns, and how many of them.
    """
    for root in ROOTS:
        # All keys at once: what has to wait does not stand in the way of what is behind it.
        keys = sorted(root.due(before).order_by().values_list("pk", flat=True))
        for start in range(0, len(keys), CHUNK):
            yield root.model, _anonymise(root, keys[start : start + CHUNK], before)


@transaction.atomic
def _anonymise(root: Root, keys: Collection[int], before: datetime) -> int:
    root.lock(keys)
    # Whoever held the lock may have begun something new with one of them.
    due = set(root.due(before).filter(pk__in=keys).values_list("pk", flat=True))
    for holding in root.holdings:
        due -= _still_talked_about(holding, due)
    for holding in root.holdings:
        _erase(holding, due)
    root.mark(due, timezone.now())
    return len(due)


def _still_talked_about(holding: Holding, keys: Collection[int]) -> set[int]:
    """Return those about which something has still to be said to bol or to be heard from it."""
    if not holding.subject:
        return set()
    rows = _rows(holding, keys).values_list("pk", holding.path)
    roots = {f"{holding.subject}:{pk}": root for pk, root in rows}
    talk = OutboxMessage.objects.open().filter(subject__in=roots)
    return {roots[subject] for subject in talk.values_list("subject", flat=True)}


def _erase(holding: Holding, keys: Collection[int]) -> None:
    if holding.is_removed:
        _rows(holding, keys).delete()
        return
    rows = list(_rows(holding, keys))
    changed = [row for row in rows if _erase_row(row, holding)]
    if changed:
        holding.model._default_manager.bulk_update(changed, list(holding.erased))  # noqa: SLF001 - public API
    _erase_messages(holding, rows)
    _erase_history(holding, rows)


def _rows(holding: Holding, keys: Collection[int]) -> Any:
    return holding.model._default_manager.filter(**{f"{holding.path}__in": keys})  # noqa: SLF001 - public API


def _erase_row(row: Model, holding: Holding) -> bool:
    before = [getattr(row, name) for name in holding.erased]
    for name, erase in holding.erased.items():
        setattr(row, name, erase(getattr(row, name)))
    return before != [getattr(row, name) for name in holding.erased]


def _erase_messages(holding: Holding, rows: Collection[Model]) -> None:
    """Remove what bol said about these rows: nobody knows whom its words name."""
    if holding.subject:
        subjects = [f"{holding.subject}:{row.pk}" for row in rows]
        said = OutboxMessage.objects.filter(subject__in=subjects).exclude(Q(reason="", advice=""))
        said.update(reason="", advice="")


def _erase_history(holding: Holding, rows: Collection[Model]) -> None:
    """Remove the words, not the fact, of what people did with these rows."""
    kind = ContentType.objects.get_for_model(holding.model)
    entries = LogEntry.objects.filter(content_type=kind, object_id__in=[str(row.pk) for row in rows])
    entries.exclude(change_message="").update(change_message="")


def _bury_orders(keys: Collection[int], now: datetime) -> None:
    orders = Order.objects.filter(pk__in=keys)
    Tombstone.objects.bulk_create(
        [
            Tombstone(connection_id=connection, order_id=order_id, anonymised_at=now)
            for connection, order_id in orders.values_list("connection", "order_id")
        ],
        ignore_conflicts=True,
    )
    orders.update(anonymised_at=now)


def _lock_returns(keys: Collection[int]) -> None:
    list(Return.objects.select_for_update().filter(pk__in=keys).order_by("pk"))
    list(ReturnItem.objects.select_for_update().filter(parcel__in=keys).order_by("pk"))


def _mark_returns(keys: Collection[int], now: datetime) -> None:
    Return.objects.filter(pk__in=keys).update(anonymised_at=now)


ROOTS = (
    Root(Order, orders_handled_before, lock_orders, _bury_orders),
    Root(Return, returns_handled_before, _lock_returns, _mark_returns),
)
