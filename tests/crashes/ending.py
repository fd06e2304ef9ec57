"""How a day ended, at bol and in all of our tables, without what differs from one time to the next: keys, moments, luck."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.db.models import (
    AutoField,
    DateTimeField,
    Field,
    FileField,
    ForeignKey,
    Model,
    UUIDField,
)

from connections import operations
from connections.models import (
    AccessToken,
    Flow,
    OutboxMessage,
    RateBudget,
    RequestLogEntry,
)
from offers.models import ConfirmedValue
from orders.models import OrderWord
from tests.conftest import CLIENT_ID, RunningSandbox

APPS = ("offers", "orders", "connections")
# What was asked and how often may differ after a crash; messages and flows are looked at by themselves below.
NOT_COMPARED = {RequestLogEntry, AccessToken, RateBudget, OutboxMessage, Flow, OrderWord, ConfirmedValue}
# Lists of keys; and what is learned of a parcel on the way, which is more or less where no answer came.
TRACES = re.compile(
    "offer_ids|shipped_before|shipment_id|transport_id|known_transporter_code|known_track_and_trace"
)
# The sandbox invents its customers by chance.
PERSONAL = re.compile("shipping_|billing_|raw|shipmentDetails|billingDetails|customer|notification_key")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)?")
CHANCE = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\bP[A-Z2-7]{10}\b")
# bol numbers these as they come in.
IN_TURN = re.compile(r"\b(?:93\d{14}|950\d{6}|358\d{6})\b")

Ending = dict[str, list[str]]


def ending(sandbox: RunningSandbox) -> Ending:
    """Return how everything stands now, as lines by what they are about."""
    return {name: sorted(map(_line, rows)) for name, rows in (*_at_bol(sandbox), *_here())}


def differences(expected: Ending, found: Ending) -> list[str]:
    """Return what is in one of two endings and not in the other."""
    different = []
    for name in expected.keys() | found.keys():
        lines, others = Counter(expected.get(name, [])), Counter(found.get(name, []))
        different += [f"missing in {name}: {line}" for line in (lines - others).elements()]
        different += [f"too much in {name}: {line}" for line in (others - lines).elements()]
    return sorted(different)


# At bol -------------------------------------------------------------------------------------------------


def _at_bol(sandbox: RunningSandbox) -> Iterable[tuple[str, Iterable[Any]]]:
    ledger = sandbox.ledger(CLIENT_ID)
    yield "offers at bol", map(_plain, sandbox.offers(CLIENT_ID))
    yield "orders at bol", map(_plain, sandbox.orders(CLIENT_ID))
    yield "returns at bol", map(_plain, sandbox.returns(CLIENT_ID))
    # A value may be said again, which is looked at below; anything else may happen once only.
    once = [entry for entry in ledger if entry["effect"] not in ("OFFER_UPDATED", "TRANSPORT_CHANGED")]
    yield "ledger", ({key: value for key, value in _plain(entry).items() if key != "n"} for entry in once)
    yield "values at bol", _values_in_turn(ledger)


def _values_in_turn(ledger: list[dict[str, Any]]) -> Iterable[Any]:
    """Return the values that everything had at bol, one after the other, repetitions left out."""
    turns: dict[tuple[str, str], list[Any]] = {}
    eans = {entry["subject"]: entry["ean"] for entry in ledger if entry["effect"] == "OFFER_CREATED"}
    for entry in ledger:
        about = eans.get(entry["subject"]) or entry.get("order", "")
        for name, value in _values_said(entry).items():
            values = turns.setdefault((about, name), [])
            if not values or values[-1] != value:
                values.append(value)
    return ([*key, *values] for key, values in turns.items())


def _values_said(entry: dict[str, Any]) -> dict[str, Any]:
    match entry["effect"]:
        case "OFFER_CREATED":
            return dict(entry["offer"])
        case "OFFER_UPDATED":
            return dict(entry["changed"])
        case "TRANSPORT_CHANGED":
            return {"parcel": [entry["transporter"], entry["track_and_trace"]]}
    return {}


# Here ---------------------------------------------------------------------------------------------------


def _here() -> Iterable[tuple[str, Iterable[Any]]]:
    ranks = {model: _ranks(model) for model in _models()}
    for model in _models():
        if model not in NOT_COMPARED:
            yield model.__name__, [_row(row, ranks) for row in model._default_manager.order_by("pk")]
    yield "history", LogEntry.objects.values_list("user__username", "object_repr", "change_message")
    yield "flows", Flow.objects.values_list("kind", "failures", "last_error", "lease_token")
    yield "messages", _messages(ranks)


def _models() -> list[type[Model]]:
    return [model for app in APPS for model in apps.get_app_config(app).get_models()]


def _ranks(model: type[Model]) -> dict[Any, int]:
    keys = model._default_manager.order_by("pk").values_list("pk", flat=True)
    return {key: rank for rank, key in enumerate(keys, 1)}


def _row(row: Model, ranks: dict[type[Model], dict[Any, int]]) -> dict[str, Any]:
    fields = [field for field in row._meta.concrete_fields if not isinstance(field, AutoField)]
    return {
        field.name: _value(row, field, ranks)
        for field in fields
        if not (PERSONAL.match(field.name) or TRACES.fullmatch(field.name))
    }


def _value(row: Model, field: Field[Any, Any], ranks: dict[type[Model], dict[Any, int]]) -> Any:
    value = getattr(row, field.attname)
    if isinstance(field, ForeignKey):
        return ranks.get(field.related_model, {}).get(value, value is not None)
    if isinstance(field, DateTimeField | UUIDField | FileField):
        return bool(value)
    return _plain(value)


def _messages(ranks: dict[type[Model], dict[Any, int]]) -> Iterable[Any]:
    """Return every once-only message, and that of the others none is open or failed."""
    subjects = {
        f"{model.__name__.lower()}:{key}": f"{model.__name__} {rank}"
        for model, keys in ranks.items()
        for key, rank in keys.items()
    }
    for message in OutboxMessage.objects.order_by("pk"):
        subject = subjects.get(message.subject.replace("-", ""), message.subject)
        if operations.is_once_only(message.operation):
            yield message.operation, subject, message.state
        elif message.state not in ("succeeded", "superseded"):
            yield message.operation, subject, message.state, message.reason


def _plain(value: Any) -> Any:
    """Leave out of a value what differs from one time to the next."""
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items() if not PERSONAL.match(key)}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, str):
        return IN_TURN.sub("#", CHANCE.sub("…", MOMENT.sub("(then)", value)))
    return value


def _line(row: Any) -> str:
    return json.dumps(row, default=str, ensure_ascii=False, sort_keys=True)
