"""Shipping via bol: what carrying would cost, labels that are bought, and the parcels they are stuck on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from connections.bol.sandbox import assumptions as words
from connections.bol.sandbox.clock import AMSTERDAM, day_of, start_of
from connections.bol.sandbox.entities import DeliveryOption, Json, Order, OrderItem, ShippingLabel
from connections.bol.sandbox.selling.refusals import Refused
from connections.bol.sandbox.state import State

COUNTER_CLOSES = time(21)
OPTION_LASTS = timedelta(days=1)
KEPT = timedelta(days=7)
PREFIXES = {"TNT": "3SBOL", "TNT_BRIEF": "3SLGT", "DHLFORYOU": "JVGL", "BPOST_BE": "3232"}
"""How each carrier's codes begin."""

Line = tuple[Order, OrderItem, int]
Contents = list[Line]


@dataclass(frozen=True)
class Service:
    """A way in which bol carries parcels in a country; the price is in euros without VAT."""

    transporter_code: str
    label_type: str
    name: str
    price: Decimal
    max_weight: str
    max_dimensions: str


SERVICES = {
    "NL": (
        Service("TNT", "PARCEL", "PostNL & bol - Pakket", Decimal("4.41"), "10 kg", "100 x 50 x 50 cm"),
        Service("DHLFORYOU", "PARCEL", "DHL & bol - Pakket", Decimal("4.25"), "20 kg", "80 x 50 x 35 cm"),
        Service(
            "TNT",
            "MAILBOX",
            "PostNL & bol - Brievenbus",
            Decimal("3.28"),
            "2 kg",
            "38 x 26,5 x 3,2 cm",
        ),
        Service(
            "TNT_BRIEF",
            "MAILBOX_LIGHT",
            "PostNL & bol - Brief",
            Decimal("2.61"),
            "0,35 kg",
            "38 x 26,5 x 3,2 cm",
        ),
    ),
    "BE": (
        Service("BPOST_BE", "PARCEL", "bpost & bol - Pakket", Decimal("5.12"), "30 kg", "150 x 60 x 60 cm"),
        Service("TNT", "PARCEL", "PostNL & bol - Pakket", Decimal("5.64"), "10 kg", "100 x 50 x 50 cm"),
    ),
}


def options_for(state: State, contents: Contents) -> list[DeliveryOption]:
    """What bol offers for these units of one order: nothing for what it cannot or need not carry."""
    if not _can_be_carried(state, contents):
        return []
    _forget_old_options(state)
    random = state.chance(f"delivery options {state.next_number('delivery options')}")
    order = contents[0][0]
    offered = [
        _option(state, contents, service, str(UUID(int=random.getrandbits(128), version=4)))
        for service in SERVICES[order.customer.address["countryCode"]]
    ]
    offered[0].recommended = True
    state.delivery_options.update({option.option_id: option for option in offered})
    return offered


def _can_be_carried(state: State, contents: Contents) -> bool:
    one_order = len({order.order_id for order, _, _ in contents}) == 1
    once_each = len({item.item_id for _, item, _ in contents}) == len(contents)
    return one_order and once_each and all(_fits(state, item, quantity) for _, item, quantity in contents)


def _fits(state: State, item: OrderItem, quantity: int) -> bool:
    via_bol = item.distribution_party == "BOL"
    wanted = via_bol or not state.options.assumptions.only_items_via_bol_have_options
    return item.method == "FBR" and wanted and 0 < quantity <= item.open


def _option(state: State, contents: Contents, service: Service, option_id: str) -> DeliveryOption:
    order = contents[0][0]
    earliest, latest, is_on_time = _handover(state, contents)
    return DeliveryOption(
        option_id=option_id,
        retailer=order.retailer,
        order_id=order.order_id,
        quantities={item.item_id: quantity for _, item, quantity in contents},
        transporter_code=service.transporter_code,
        label_type=service.label_type,
        name=service.name,
        price=service.price,
        max_weight=service.max_weight,
        max_dimensions=service.max_dimensions,
        recommended=False,
        valid_until=day_of(state.now + OPTION_LASTS),
        earliest_handover=earliest,
        latest_handover=latest,
        is_on_time=is_on_time,
    )


def _handover(state: State, contents: Contents) -> tuple[datetime, datetime, bool]:
    """From the beginning of the day before delivery until the counter closes; too late is as soon as possible."""
    day = min(item.latest_delivery for _, item, _ in contents) - timedelta(days=1)
    latest = _closing(day)
    if state.now <= latest:
        return start_of(day), latest, True
    today = day_of(state.now)
    soonest = today if state.now <= _closing(today) else today + timedelta(days=1)
    return start_of(today), _closing(soonest), False


def _closing(day: date) -> datetime:
    return datetime.combine(day, COUNTER_CLOSES, tzinfo=AMSTERDAM)


def _forget_old_options(state: State) -> None:
    recent = day_of(state.now - KEPT)
    state.delivery_options = {
        option_id: option
        for option_id, option in state.delivery_options.items()
        if option.valid_until >= recent
    }


def buy(state: State, retailer: str, command: Json) -> ShippingLabel:
    """Carry out a valid ShippingLabelRequest; the same request again buys another label. Raises Refused."""
    option = _find_option(state, retailer, command)
    number = state.next_number("label")
    label = ShippingLabel(
        number=number,
        label_id=str(UUID(int=state.chance(f"label {number}").getrandbits(128), version=4)),
        retailer=retailer,
        order_id=option.order_id,
        quantities=option.quantities,
        name=option.name,
        price=option.price,
        transporter_code=option.transporter_code,
        track_and_trace=f"{PREFIXES[option.transporter_code]}{number:09d}",
        bought_at=state.now,
        ready_at=state.now + state.options.assumptions.a_label_is_ready_after,
    )
    state.labels[label.label_id] = label
    _record(state, label)
    return label


def _find_option(state: State, retailer: str, command: Json) -> DeliveryOption:
    option_id = command["shippingLabelOfferId"]
    option = state.delivery_options.get(option_id)
    if (
        option is None
        or option.retailer != retailer
        or _wanted(state, retailer, command) != option.quantities
    ):
        raise Refused(words.OPTION_UNKNOWN.format(option=option_id))
    if day_of(state.now) > option.valid_until:
        raise Refused(words.OPTION_EXPIRED.format(option=option_id))
    return option


def _wanted(state: State, retailer: str, command: Json) -> dict[str, int]:
    """Which units of which order items are asked for; none of what is not open any more."""
    wanted = {}
    for line in command["orderItems"]:
        found = state.orders.find_item(retailer, line["orderItemId"])
        left = found[1].open if found else 0
        quantity = line.get("quantity") or left
        wanted[line["orderItemId"]] = quantity if quantity <= left else 0
    return wanted


def _record(state: State, label: ShippingLabel) -> None:
    state.record(
        label.retailer,
        "LABEL_BOUGHT",
        label.label_id,
        order=label.order_id,
        items=[{"item": item_id, "quantity": quantity} for item_id, quantity in label.quantities.items()],
        name=label.name,
        transporter=label.transporter_code,
        track_and_trace=label.track_and_trace,
        price=label.price,
    )


def find(state: State, retailer: str, label_id: str) -> ShippingLabel:
    """The retailer's own label; raises Refused."""
    label = state.labels.get(label_id)
    if label is None or label.retailer != retailer:
        raise Refused(words.LABEL_UNKNOWN.format(label=label_id))
    return label


def check_unused_for(label: ShippingLabel, quantities: dict[str, int]) -> None:
    """Raise Refused for a label that is on another parcel, or was bought for other contents."""
    if label.shipment_id:
        raise Refused(words.LABEL_USED.format(label=label.label_id))
    if label.quantities != quantities:
        raise Refused(words.LABEL_FOR_OTHERS.format(label=label.label_id))
