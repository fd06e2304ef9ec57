"""What a list of parcels comes to: parcels to record, codes for parcels that left already, and lines to correct."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.utils.translation import gettext as _

from connections.models import Connection
from orders.correcting import CannotCorrect, check_correction
from orders.models import Order, OrderItem, Shipment, ShipmentState
from orders.packing import CannotPack, Parcel
from orders.parcel_lists.finding import NotFound, Targets
from orders.parcel_lists.reading import Line
from orders.parcel_lists.sharing import Asked, Share, Unclear, share
from orders.proposing import Carrier, Proposal, choose_carrier, fingerprint, propose_parcel
from orders.standing import items_of
from orders.track_and_trace import tidy
from orders.transporters import find, transporters

# How the fields of a parcel are called in a list.
COLUMN_OF = {
    "transporter_code": "transporter",
    "quantities": "quantity",
    "despite_request": "order",
}


@dataclass(frozen=True)
class Wishes:
    """What was said of a list as a whole.

    `transporter_code` is for lines that name no carrier, `usual` for those whose code does not tell it either.
    """

    connection: Connection | None = None
    transporter_code: str = ""
    usual: str = ""
    despite_request: bool = False


class Problem(NamedTuple):
    """A line that is not recorded: the column that is wrong and the reason in words."""

    line: Line
    field: str
    reason: str

    @property
    def column_name(self) -> str:
        """Return what people call the column."""
        names = {
            "order": _("order"),
            "track_and_trace": _("track and trace"),
            "transporter": _("carrier"),
            "connection": _("connection"),
            "item": _("item"),
            "quantity": _("quantity"),
            "reference": _("reference"),
        }
        return names.get(self.field, _("whole line"))


@dataclass(frozen=True)
class NewCode:
    """A parcel that left already, and the carrier and code that a line gives it."""

    line: Line
    shipment: Shipment
    carrier: Carrier
    track_and_trace: str


@dataclass
class Proposed:
    """What a list comes to; `known` are lines about parcels that were recorded before with the very same code."""

    parcels: list[Proposal] = field(default_factory=list)
    new_codes: list[NewCode] = field(default_factory=list)
    known: list[tuple[Line, Shipment]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def shared_codes(self) -> dict[str, list[str]]:
        """Return the orders by a track and trace that several of them have: a parcel for two, or a mistake."""
        orders: defaultdict[str, list[str]] = defaultdict(list)
        for proposal in self.parcels:
            if proposal.order.order_id not in orders[proposal.parcel.track_and_trace]:
                orders[proposal.parcel.track_and_trace].append(proposal.order.order_id)
        return {code: found for code, found in orders.items() if code and len(found) > 1}

    def refuse(self, lines: Iterable[Line], column: str, reason: str) -> None:
        """Note why these lines are not recorded."""
        self.problems += [Problem(line, COLUMN_OF.get(column, column), reason) for line in lines]


def propose_list(lines: Sequence[Line], wishes: Wishes) -> Proposed:
    """Work out what a list comes to; it changes nothing."""
    proposed = Proposed()
    asked = _sort_out(lines, wishes, proposed)
    items = items_of(asked)
    sent = _sent_before(asked)
    taken = _references(lines)
    for key, (order, asked_for) in asked.items():
        fresh = _drop_known(asked_for, sent[key], proposed)
        _propose_order(order, fresh, items[key], wishes, taken, proposed)
    proposed.problems.sort(key=lambda problem: problem.line.number)
    return proposed


def fingerprint_of(proposed: Proposed) -> str:
    """Return what tells whether a list still comes to what was looked at."""
    codes = [(new.shipment.pk, new.carrier.code, new.track_and_trace) for new in proposed.new_codes]
    return f"{fingerprint(proposed.parcels)} {codes}"


def _sort_out(
    lines: Sequence[Line], wishes: Wishes, proposed: Proposed
) -> dict[int, tuple[Order, list[Asked]]]:
    """Return the lines about something to ship by the key of their order; the others are dealt with at once."""
    targets = Targets(lines, wishes.connection)
    asked: dict[int, tuple[Order, list[Asked]]] = {}
    for line in lines:
        if line.problem:
            proposed.refuse([line], "", line.problem)
            continue
        try:
            target = targets.of(line)
        except NotFound as missing:
            proposed.refuse([line], missing.field, missing.reason)
            continue
        if isinstance(target, Shipment):
            _propose_code(line, target, proposed)
        elif isinstance(target, OrderItem):
            asked.setdefault(target.order_id, (target.order, []))[1].append(Asked(line, target))
        else:
            asked.setdefault(target.pk, (target, []))[1].append(Asked(line))
    return asked


def _propose_code(line: Line, shipment: Shipment, proposed: Proposed) -> None:
    code = tidy(line.get("track_and_trace"))
    carrier = choose_carrier(_named_carrier(line), code, shipment.transporter_code)
    if (carrier.code, code) == shipment.transport:
        proposed.known.append((line, shipment))
        return
    try:
        check_correction(shipment, carrier.code, code)
    except CannotCorrect as wrong:
        proposed.refuse([line], wrong.field or "order", wrong.reason)
        return
    proposed.new_codes.append(NewCode(line, shipment, carrier, code))


def _named_carrier(line: Line) -> str:
    """Return the code of the carrier that a line names; what is not known stays as it was typed, to be refused."""
    text = line.get("transporter")
    return find(text, transporters()) or text


def _sent_before(order_keys: Iterable[int]) -> defaultdict[int, dict[str, Shipment]]:
    found: defaultdict[int, dict[str, Shipment]] = defaultdict(dict)
    parcels = Shipment.objects.filter(order__in=list(order_keys)).exclude(state=ShipmentState.REFUSED)
    for shipment in parcels.exclude(track_and_trace=""):
        found[shipment.order_id][shipment.track_and_trace] = shipment
    return found


def _references(lines: Iterable[Line]) -> set[str]:
    wanted = {line.get("reference") for line in lines} - {""}
    return set(Shipment.objects.filter(reference__in=wanted).values_list("reference", flat=True))


def _drop_known(asked: Sequence[Asked], sent: dict[str, Shipment], proposed: Proposed) -> list[Asked]:
    fresh = []
    for one in asked:
        shipment = sent.get(tidy(one.line.get("track_and_trace")))
        if shipment:
            proposed.known.append((one.line, shipment))
        else:
            fresh.append(one)
    return fresh


def _propose_order(
    order: Order,
    asked: Sequence[Asked],
    items: Sequence[OrderItem],
    wishes: Wishes,
    taken: set[str],
    proposed: Proposed,
) -> None:
    try:
        shares = share(asked, items)
    except Unclear as unclear:
        proposed.refuse(unclear.lines, unclear.field, unclear.reason)
        others = [one.line for one in asked if one.line not in unclear.lines]
        reason = _("Line %d, about the same order, has to be corrected first.")
        proposed.refuse(others, "", reason % unclear.lines[0].number)
        return
    for parcel in shares:
        try:
            proposed.parcels.append(_proposal(order, parcel, items, wishes, taken))
        except CannotPack as wrong:
            proposed.refuse(parcel.lines, wrong.field or "order", wrong.reason)


def _proposal(
    order: Order, parcel: Share, items: Sequence[OrderItem], wishes: Wishes, taken: set[str]
) -> Proposal:
    named = next((code for line in parcel.lines if (code := _named_carrier(line))), "")
    code = parcel.track_and_trace
    return propose_parcel(
        Parcel(
            order.pk,
            "",
            code,
            parcel.quantities,
            reference=parcel.first("reference"),
            despite_request=wishes.despite_request,
        ),
        order,
        items,
        carrier=choose_carrier(named or wishes.transporter_code, code, wishes.usual),
        taken=taken,
        lines=parcel.numbers,
    )
