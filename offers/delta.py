"""The difference between what we want and what bol has: pure, without database, Django or HTTP."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from offers.state import COMPONENTS, DETAILS, PRICE, STOCK, Component, State


@dataclass(frozen=True)
class Known:
    """What bol last confirmed, and which components may be different by now because an answer is missing."""

    state: State = field(default_factory=State)
    in_doubt: frozenset[str] = frozenset()


def differing(wanted: State, known: Known) -> frozenset[str]:
    """Return the components bol does not have as we want them, or may not have."""
    return frozenset(
        name
        for name in COMPONENTS
        if wanted[name] is not None
        and (name in known.in_doubt or changed_fields(wanted[name], known.state[name]))
    )


def to_send(wanted: State, known: Known, *, in_one_request: bool = True) -> frozenset[str]:
    """Return the components to send now.

    An offer delivered by the retailer that has no stock sends nothing but the 0 itself: nobody can buy it, so price
    and details wait until stock returns. Then they go before the stock, or with it in one request.
    """
    found = differing(wanted, known)
    if is_sold_out(wanted):
        return found & {STOCK}
    if not in_one_request and goes_before_stock(wanted, known):
        return found - {STOCK}
    return found


def changed_fields(wanted: Mapping[str, Any] | None, known: Mapping[str, Any] | None) -> Component:
    """Return the fields of one component that differ from what bol has."""
    had = known or {}
    return {key: value for key, value in (wanted or {}).items() if key not in had or had[key] != value}


def changes(wanted: State, known: Known, components: Iterable[str]) -> dict[str, Component]:
    """Return what to say about these components: of known details only what differs, price and stock whole."""
    said = wanted.only(components)
    if DETAILS in said and DETAILS not in known.in_doubt:
        said[DETAILS] = changed_fields(wanted.details, known.state.details)
    return said


def is_sold_out(wanted: State) -> bool:
    """Tell whether we want nothing of it to be sold, for want of stock."""
    fulfilment = (wanted.details or {}).get("fulfilment", {})
    return fulfilment.get("method") == "FBR" and (wanted.stock or {}).get("amount") == 0


def goes_before_stock(wanted: State, known: Known) -> frozenset[str]:
    """Return what bol must have before stock returns from 0, so that nothing sells at an old price."""
    if is_sold_out(wanted) or (known.state.stock or {}).get("amount") != 0:
        return frozenset()
    return differing(wanted, known) & {DETAILS, PRICE}
