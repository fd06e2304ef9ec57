"""Finds values that go back and forth at bol, and holds them back: two of us want different things.

A return is a value that comes back after another one: A-B-A. Four returns within an hour are a quarrel; from then on its
messages leave at most once in a quarter of an hour, until a day without such an hour has passed.
"""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connections.models import Connection, OutboxMessage
from connections.operations import NotNow
from offers import delta
from offers.models import ConfirmedValue, Offer, Sense
from offers.state import DETAILS, PRICE, STOCK, Component

RETURNS = 4
WITHIN = timedelta(hours=1)
REMEMBERED = timedelta(days=1)
PACE = timedelta(minutes=15)
KEPT = timedelta(days=7)
COMPONENT_NAMES = {
    DETAILS: gettext_lazy("Details"),
    PRICE: gettext_lazy("Price"),
    STOCK: gettext_lazy("Stock"),
}
MOST_VALUES = 200
MOST_QUARRELS = 100


@dataclass(frozen=True)
class Event:
    """A value that bol confirmed."""

    at: datetime
    value: str


@dataclass(frozen=True)
class Quarrel:
    """A component of an offer at bol about which two of us disagree."""

    offer: Offer
    component: str
    values: tuple[str, ...]
    sources: tuple[str, ...]
    last_at: datetime

    @property
    def in_words(self) -> str:
        """Say what goes back and forth, and between whom."""
        return _("%(component)s goes back and forth between %(values)s, set by %(sources)s.") % {
            "component": COMPONENT_NAMES[self.component],
            "values": _(" and ").join(self.values),
            "sources": _(" and ").join(self.sources),
        }


def is_quarrel(events: Iterable[Event]) -> bool:
    """Tell whether four returns fall within one hour; events are oldest first."""
    recent: deque[datetime] = deque(maxlen=RETURNS)
    before, last = "", ""
    for event in events:
        if event.value == last:
            continue
        if event.value == before:
            recent.append(event.at)
        before, last = last, event.value
        if len(recent) == RETURNS and recent[-1] - recent[0] <= WITHIN:
            return True
    return False


def listing_of(offer: Offer) -> str:
    """Return the key of what is one offer for bol, even where two of our projects have it."""
    return f"{offer.project.connection_id}:{offer.product.ean}:{offer.condition}"


def remember(offer: Offer, senders: dict[str, OutboxMessage]) -> None:
    """Write down what bol took by the messages that carried it, by component.

    Call it before the offer itself takes note.
    """
    known = offer.known
    rows = []
    for component, message in senders.items():
        value = {**(known.state[component] or {}), **offer.sending[component]["sent"]}
        rows.append(
            ConfirmedValue(
                offer=offer,
                listing=listing_of(offer),
                component=component,
                fingerprint=_fingerprint(value),
                value=_in_words(component, value)[:200],
                sense=_sense(component, value, offer),
                source=message.source,
                by_id=message.created_by_id,
            )
        )
    ConfirmedValue.objects.bulk_create(rows)


def hold_back(offer: Offer, components: frozenset[str]) -> tuple[frozenset[str], NotNow | None]:
    """Return what may go now of these components, and how long the others have to wait.

    Never held back: less stock and a hold, which protect from selling what is not there, and what must reach bol before
    stock returns.
    """
    free = _free(offer, components)
    waits = [(name, wait) for name in sorted(components - free) if (wait := _wait_for(offer, name))]
    if not waits:
        return components, None
    name, wait = max(waits, key=lambda entry: entry[1])
    return components - {name for name, _wait in waits}, NotNow(_reason(offer, name), wait)


def quarrels_of(connection: Connection, since: datetime) -> list[Quarrel]:
    """Return the quarrels of a connection, those with most values first; few queries however many offers."""
    recent = ConfirmedValue.objects.filter(at__gte=since, offer__project__connection=connection)
    busy = (
        recent.order_by()
        .values_list("listing", "component")
        .annotate(count=Count("pk"))
        .filter(count__gte=RETURNS + 2)
        .order_by("-count")[:MOST_QUARRELS]
    )
    keys = [(listing, component) for listing, component, _count in busy]
    rows = recent.filter(listing__in={listing for listing, _component in keys}).order_by("at", "pk")
    told: dict[tuple[str, str], list[ConfirmedValue]] = {key: [] for key in keys}
    for row in rows.select_related("offer__product", "offer__project", "by"):
        told.get((row.listing, row.component), []).append(row)
    return [_quarrel(values) for values in told.values() if is_quarrel(_events(values))]


def prune() -> int:
    """Forget what was confirmed more than a week ago; return how many rows went."""
    return ConfirmedValue.objects.filter(at__lt=timezone.now() - KEPT).delete()[0]


def _free(offer: Offer, components: frozenset[str]) -> frozenset[str]:
    wanted, known = offer.wanted, offer.known
    free = delta.goes_before_stock(wanted, known)
    if STOCK in components and _amount(wanted.stock) <= _amount(known.state.stock):
        free |= {STOCK}
    is_held = (wanted.details or {}).get("on_hold") and not (known.state.details or {}).get("on_hold")
    return free | {DETAILS} if is_held else free


def _amount(stock: Component | None) -> int:
    return int((stock or {}).get("amount", 0))


def _wait_for(offer: Offer, component: str) -> timedelta | None:
    latest = _latest(offer, component)
    if not latest or not is_quarrel(_events(latest)):
        return None
    wait = latest[-1].at + PACE - timezone.now()
    return wait if wait > timedelta(0) else None


def _latest(offer: Offer, component: str) -> list[ConfirmedValue]:
    """Return the latest values, oldest first."""
    rows = ConfirmedValue.objects.filter(
        listing=listing_of(offer), component=component, at__gte=timezone.now() - REMEMBERED
    )
    return list(rows.select_related("by").order_by("-at", "-pk")[:MOST_VALUES])[::-1]


def _reason(offer: Offer, component: str) -> str:
    quarrel = _quarrel(_latest(offer, component), offer)
    advice = _("It is sent at most once in 15 minutes until one of them stops.")
    return f"{quarrel.in_words} {advice}"


def _quarrel(values: Sequence[ConfirmedValue], offer: Offer | None = None) -> Quarrel:
    newest_first = values[::-1]
    return Quarrel(
        offer=offer or values[-1].offer,
        component=values[-1].component,
        values=tuple(dict.fromkeys(row.value for row in newest_first))[:2],
        sources=tuple(dict.fromkeys(row.told_by or _("the back office itself") for row in newest_first))[:2],
        last_at=values[-1].at,
    )


def _events(values: Iterable[ConfirmedValue]) -> list[Event]:
    return [Event(row.at, row.fingerprint) for row in values]


def _sense(component: str, value: Component, offer: Offer) -> Sense:
    if component in offer.sending and offer.sending[component]["was_in_doubt"]:
        return Sense.REPEATED
    return Sense.CHANGED if delta.changed_fields(value, offer.known.state[component]) else Sense.NOTHING


def _fingerprint(value: Component) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:32]


def _in_words(component: str, value: Component) -> str:
    if component == PRICE:
        return ", ".join(str(step["unit_price"]) for step in value["bundle_prices"])
    if component == STOCK:
        return str(value["amount"])
    told = [_text(found) for name, found in sorted(value.items()) if name not in ("fulfilment", "on_hold")]
    delivery = " ".join(filter(None, value.get("fulfilment", {}).values()))
    return ", ".join(filter(None, [_("on hold") if value.get("on_hold") else "", delivery, *told]))


def _text(found: Any) -> str:
    return ", ".join(found) if isinstance(found, list) else str(found)
