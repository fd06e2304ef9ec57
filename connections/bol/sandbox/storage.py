"""Keeps the state in a JSON file: read at the start, replaced in one step whenever it is saved."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import is_dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from connections.bol.sandbox import entities
from connections.bol.sandbox.notifying import deliveries
from connections.bol.sandbox.state import State

KINDS = {name: kind for name, kind in vars(entities).items() if isinstance(kind, type) and is_dataclass(kind)}
TAG = "$"


def save(state: State, path: Path) -> None:
    """Write everything to a file that is whole at every moment."""
    with state.lock:
        text = json.dumps(_collect(state), default=_encode, ensure_ascii=False, separators=(",", ":"))
    draft = path.with_name(path.name + ".new")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def load(state: State, path: Path) -> None:
    """Put everything back as it was; does nothing when there is no file."""
    if not path.exists():
        return
    kept = json.loads(path.read_text(encoding="utf-8"), object_hook=_decode)
    with state.lock:
        _restore(state, kept)


def fingerprint(state: State) -> tuple[object, ...]:
    """Differs when there is something new to save."""
    return len(state.ledger.entries), state.agenda.number, state.counters.total(), state.clock.offset


def _collect(state: State) -> dict[str, Any]:
    return {
        "offset": state.clock.offset.total_seconds(),
        "random": state.random.getstate(),
        "counters": state.counters,
        "retailers": list(state.retailers.values()),
        "offers": list(state.offers.by_id.values()),
        "orders": sorted(state.orders.by_id.values(), key=lambda order: order.changed_at),
        "shipments": list(state.shipments.by_id.values()),
        "delivery_options": list(state.delivery_options.values()),
        "labels": list(state.labels.values()),
        "returns": list(state.returns.by_id.values()),
        "processes": list(state.processes.by_id.values()),
        "exports": list(state.exports.values()),
        "operators": list(state.operators.values()),
        "subscriptions": list(state.subscriptions.values()),
        "signing_keys": state.signing_keys,
        "deliveries": list(state.deliveries.values()),
        "for_sale": state.for_sale,
        "ledger": state.ledger.entries,
        "agenda": state.agenda.entries,
        "agenda_number": state.agenda.number,
    }


def _restore(state: State, kept: dict[str, Any]) -> None:
    state.clock.offset = timedelta(seconds=kept["offset"])
    version, internal, gauss = kept["random"]
    state.random.setstate((version, tuple(internal), gauss))
    state.counters = Counter(kept["counters"])
    state.retailers = {retailer.client_id: retailer for retailer in kept["retailers"]}
    state.exports = {export.report_id: export for export in kept["exports"]}
    state.operators = {operator.operator_id: operator for operator in kept.get("operators", [])}
    state.delivery_options = {option.option_id: option for option in kept.get("delivery_options", [])}
    state.labels = {label.label_id: label for label in kept.get("labels", [])}
    state.ledger.entries = kept["ledger"]
    state.agenda.entries = [tuple(entry) for entry in kept["agenda"]]
    state.agenda.number = kept["agenda_number"]
    _refill(state, kept)
    _resubscribe(state, kept)


def _refill(state: State, kept: dict[str, Any]) -> None:
    for offer in sorted(kept["offers"], key=lambda offer: offer.number):
        state.offers.add(offer)
    for order in kept["orders"]:
        state.orders.add(order)
    for shipment in kept["shipments"]:
        state.shipments.add(shipment)
    for found in kept.get("returns", []):
        state.returns.add(found)
    for process in kept["processes"]:
        state.processes.add(process)


def _resubscribe(state: State, kept: dict[str, Any]) -> None:
    found = kept.get("subscriptions", [])
    state.subscriptions = {subscription.subscription_id: subscription for subscription in found}
    state.signing_keys = kept.get("signing_keys", [])
    state.deliveries = {str(delivery.number): delivery for delivery in kept.get("deliveries", [])}
    state.for_sale = kept.get("for_sale", {})
    deliveries.recover(state)


def _encode(value: object) -> dict[str, Any]:
    if isinstance(value, Decimal):
        return {TAG: "Decimal", "of": str(value)}
    if isinstance(value, datetime):
        return {TAG: "datetime", "of": value.isoformat()}
    if isinstance(value, date):
        return {TAG: "date", "of": value.isoformat()}
    return {TAG: type(value).__name__, "of": vars(value)}


def _decode(kept: dict[str, Any]) -> Any:
    kind = kept.get(TAG)
    if kind is None:
        return kept
    if kind == "Decimal":
        return Decimal(kept["of"])
    if kind in ("datetime", "date"):
        return {"datetime": datetime, "date": date}[kind].fromisoformat(kept["of"])
    return KINDS[kind](**kept["of"])
