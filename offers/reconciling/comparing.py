"""What bol has otherwise than we last heard: pure, over an offer and what was read of it.

A value under way is no drift: one in doubt, one on its way, or one with a message that is not settled.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field
from typing import Any

from offers import state
from offers.dialects import Found
from offers.models import Offer
from offers.models.drift import DriftKind
from offers.reconciling.reading import Sighting
from offers.state import COMPONENTS, Component, State


@dataclass(frozen=True)
class Finding:
    """One difference, ready to be recorded."""

    kind: DriftKind
    bol_offer_id: str
    ean: str
    offer: Offer | None = None
    component: str = ""
    ours: dict[str, Any] = field(default_factory=dict)
    theirs: dict[str, Any] = field(default_factory=dict)


def may_differ(offer: Offer, seen: Sighting) -> bool:
    """Tell whether what a list shows of an offer is not what bol last confirmed to us."""
    if seen.found:
        return bool(differing_fields(offer, seen.found.state, frozenset()))
    known = summary(offer.known.state)
    return any(name in known and known[name] != value for name, value in seen.summary.items())


def differences(offer: Offer, found: Found, under_way: Set[str]) -> list[Finding]:
    """Return one finding for each component that was changed at bol; `under_way` are components to leave out."""
    wanted = offer.wanted
    return [
        Finding(
            DriftKind.DIFFERS,
            found.offer_id,
            found.ean,
            offer,
            component,
            ours={name: (wanted[component] or {})[name] for name in theirs},
            theirs=theirs,
        )
        for component, theirs in differing_fields(offer, found.state, under_way).items()
    ]


def differing_fields(offer: Offer, found: State, under_way: Set[str]) -> dict[str, Component]:
    """Return by component what bol has otherwise than it last confirmed, of the fields we have an opinion on."""
    known, wanted = offer.known, offer.wanted
    theirs = state.without_title_drift(found, wanted)
    changed: dict[str, Component] = {}
    for component in COMPONENTS:
        if component in under_way or component in known.in_doubt or component in offer.sending:
            continue
        fields = _changed(wanted[component], known.state[component], theirs[component])
        if fields:
            changed[component] = fields
    return changed


def made_elsewhere(found: Found, parked: Offer | None = None) -> Finding:
    """Return the finding of an offer that we do not have, or that was to stay gone."""
    theirs = {"ean": found.ean, "condition": found.condition, **found.state.as_dict()}
    return Finding(DriftKind.MADE_ELSEWHERE, found.offer_id, found.ean, parked, theirs=theirs)


def gone(offer: Offer) -> Finding:
    """Return the finding of an offer that bol does not have any more."""
    return Finding(DriftKind.GONE, offer.offer_id, offer.product.ean, offer)


def summary(known: State) -> dict[str, Any]:
    """Return of a state what the export of version 10 can tell, by the names of `Sighting.summary`."""
    told: dict[str, Any] = {}
    if known.price:
        told["unit_price"] = known.price["bundle_prices"][0]["unit_price"]
    if known.stock:
        told["amount"] = known.stock["amount"]
    if known.details:
        told |= {
            "on_hold": known.details["on_hold"],
            "reference": known.details["reference"],
            **known.details["fulfilment"],
        }
        if "economic_operator_id" in known.details:
            told["economic_operator_id"] = known.details["economic_operator_id"]
    return told


def _changed(wanted: Component | None, known: Component | None, theirs: Component | None) -> Component:
    if not wanted or not known or not theirs:
        return {}
    return {
        name: theirs[name]
        for name in wanted
        # What is at bol as we want it is no trouble, however it came there.
        if name in known and name in theirs and theirs[name] not in (known[name], wanted[name])
    }
