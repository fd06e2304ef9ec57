"""What can be done to many offers at once: each deed says what it would change, and does it to a part of them.

A deed reads its parameters from JSON, so that it can go on in another process. It works on rows that are locked, in the
transaction that notes what became of them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from offers import checking, history, pricing, rules, services
from offers.models import HOLD_FIELDS, ChangeBatch, Offer, OfferQuerySet
from offers.models.bulk import OutcomeKind
from offers.pricing import Move
from offers.state import price_text

Parameters = Mapping[str, Any]
Wanted = dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What one offer comes to, in words."""

    offer: Offer
    kind: OutcomeKind
    text: str = ""
    wanted: Wanted = field(default_factory=dict)

    @property
    def price(self) -> Decimal:
        """The price of the offer afterwards."""
        price: Decimal = self.wanted.get("price", self.offer.price)
        return price


class Deed(ABC):
    """Something that is done to many offers at once."""

    name: ClassVar[str]
    title: ClassVar[Any]
    effect: ClassVar[Any]
    permission: ClassVar[str] = "offers.change_offer"
    can_be_undone: ClassVar[bool] = False
    # More than this go to the background; a part is one transaction.
    at_once: ClassVar[int] = 500
    part: ClassVar[int] = 200

    def count(self, offers: OfferQuerySet) -> int:
        """Return to how many of these it is done."""
        return offers.count()

    def look(self, keys: Sequence[int]) -> Any:
        """Ask bol what the deed needs to know, outside of any transaction."""

    @abstractmethod
    def foresee(self, offer: Offer, parameters: Parameters) -> Outcome:
        """Return what the deed would come to for one offer."""

    @abstractmethod
    def do(
        self, foreseen: Sequence[Outcome], by: Any, *, seen: Any = None, batch: ChangeBatch | None = None
    ) -> Sequence[Outcome]:
        """Do what was foreseen for these offers, which are locked; return what they came to.

        `seen` is what `look` returned; a `batch` keeps what changed.
        """


class Change(Deed):
    """A deed that gives each offer other values."""

    can_be_undone = True

    @abstractmethod
    def wanted(self, offer: Offer, parameters: Parameters) -> Wanted:
        """Return the values to give to an offer. Raises ValidationError where it cannot have any."""

    def foresee(self, offer: Offer, parameters: Parameters) -> Outcome:
        try:
            wanted = self.wanted(offer, parameters)
            rules.check_wanted({**offer.wanted_values(), **wanted})
        except ValidationError as error:
            return Outcome(offer, OutcomeKind.REFUSED, " ".join(error.messages))
        changes = {
            name: (getattr(offer, name), new) for name, new in wanted.items() if getattr(offer, name) != new
        }
        kind = OutcomeKind.CHANGED if changes else OutcomeKind.UNCHANGED
        return Outcome(offer, kind, history.in_words(changes), wanted)

    def do(
        self, foreseen: Sequence[Outcome], by: Any, *, seen: Any = None, batch: ChangeBatch | None = None
    ) -> Sequence[Outcome]:
        changed = [outcome for outcome in foreseen if outcome.kind == OutcomeKind.CHANGED]
        services.change_each(((outcome.offer, outcome.wanted) for outcome in changed), by, batch)
        return foreseen


class Hold(Change):
    """Parameters: `reason`, and `until` as an ISO moment or ""."""

    name = "put_on_hold"
    title = gettext_lazy("Put on hold")
    effect = gettext_lazy(
        "They leave the shop, but stay in the assortment and keep everything else as it is."
    )

    def wanted(self, offer: Offer, parameters: Parameters) -> Wanted:
        until = parse_datetime(parameters.get("until") or "")
        return {"on_hold": True, "hold_reason": parameters.get("reason", ""), "hold_until": until}


class Release(Change):
    """Takes no parameters."""

    name = "release"
    title = gettext_lazy("Release")
    effect = gettext_lazy("They come back in the shop, with the price and stock they have here.")

    def wanted(self, offer: Offer, parameters: Parameters) -> Wanted:
        return {"on_hold": False, **dict(zip(HOLD_FIELDS, ("", None), strict=True))}


class ChangePrice(Change):
    """Parameters: `move`, `amount` and `rounding` as in offers.pricing."""

    name = "change_price"
    title = gettext_lazy("Change the price")
    effect = gettext_lazy(
        "bol is told the new price, and nothing else about them. Volume prices move along, except when a price is set."
    )

    def wanted(self, offer: Offer, parameters: Parameters) -> Wanted:
        how = (parameters["move"], Decimal(parameters["amount"]), parameters["rounding"])
        price = pricing.moved(offer.price, *how)
        if how[0] == Move.SET or not offer.volume_prices:
            return {"price": price}
        return {"price": price, "volume_prices": [_moved_step(step, how) for step in offer.volume_prices]}


class SetStock(Change):
    """Parameters: `move` (SET or ADD) and `amount`."""

    name = "set_stock"
    title = gettext_lazy("Change the stock")
    effect = gettext_lazy("bol is told the new stock; of offers that come to 0, nobody can buy any.")

    def wanted(self, offer: Offer, parameters: Parameters) -> Wanted:
        amount = int(parameters["amount"])
        return {"stock": amount if parameters["move"] == Move.SET else offer.stock + amount}


class SetDeliveryCode(Change):
    """Parameters: `delivery_code`."""

    name = "set_delivery_code"
    title = gettext_lazy("Change the delivery promise")
    effect = gettext_lazy(
        "It is what bol promises to customers who order from now on. Offers that bol delivers (FBB) have none and "
        "are refused."
    )

    def wanted(self, offer: Offer, parameters: Parameters) -> Wanted:
        return {"delivery_code": parameters["delivery_code"]}


class UseProjectOperator(Change):
    """Takes no parameters."""

    name = "use_project_operator"
    title = gettext_lazy("Use their project's economic operator")
    effect = gettext_lazy(
        "Each gets the economic operator of its own project, and bol is told. Projects without one change nothing."
    )

    def wanted(self, offer: Offer, parameters: Parameters) -> Wanted:
        named = offer.project.economic_operator_id
        return {"economic_operator_id": named} if named else {}


class SendAgain(Deed):
    """Takes no parameters."""

    name = "send_again"
    title = gettext_lazy("Send again")
    effect = gettext_lazy(
        "Everything about them is sent to bol once more. Offers that are not at bol any more are published anew, and "
        "what bol refused is tried again."
    )

    def foresee(self, offer: Offer, parameters: Parameters) -> Outcome:
        if offer.stays_gone:
            parked = _("It stays gone: %(reason)s Take that back first.") % {"reason": offer.parked_reason}
            return Outcome(offer, OutcomeKind.REFUSED, parked)
        text = _("Published anew.") if offer.gone_at else _("All of it is sent.")
        return Outcome(offer, OutcomeKind.CHANGED, text)

    def do(
        self, foreseen: Sequence[Outcome], by: Any, *, seen: Any = None, batch: ChangeBatch | None = None
    ) -> Sequence[Outcome]:
        services.send_again([outcome.offer for outcome in foreseen], by)
        return foreseen


class CheckAtBol(Deed):
    """Takes no parameters."""

    name = "check_at_bol"
    title = gettext_lazy("Check at bol now")
    effect = gettext_lazy("bol is asked what it has of them. Nothing is changed, here or there.")
    permission = "offers.view_offer"
    at_once = 20
    part = 50

    def look(self, keys: Sequence[int]) -> Any:
        return checking.ask(keys)

    def foresee(self, offer: Offer, parameters: Parameters) -> Outcome:
        if offer.offer_id:
            return Outcome(offer, OutcomeKind.CHANGED, _("bol is asked."))
        return Outcome(offer, OutcomeKind.UNCHANGED, _("bol does not have it yet: there is nothing to ask."))

    def do(
        self, foreseen: Sequence[Outcome], by: Any, *, seen: Any = None, batch: ChangeBatch | None = None
    ) -> Sequence[Outcome]:
        offers = [outcome.offer for outcome in foreseen]
        told = checking.take_note(offers, seen)
        return [Outcome(offer, *told[offer.pk]) for offer in offers]


class DeleteAtBol(Deed):
    """Takes no parameters; who asks for it typed the number of offers."""

    name = "delete_at_bol"
    title = gettext_lazy("Delete at bol")
    effect = gettext_lazy(
        "They are removed at bol for good. Here they stay, marked as gone. To take them out of the shop for a while, put them on hold instead."
    )
    permission = "offers.delete_at_bol"

    def count(self, offers: OfferQuerySet) -> int:
        return offers.published().count()

    def foresee(self, offer: Offer, parameters: Parameters) -> Outcome:
        if offer.offer_id:
            return Outcome(offer, OutcomeKind.CHANGED, _("Removed at bol."))
        return Outcome(offer, OutcomeKind.UNCHANGED, _("bol does not have it: there is nothing to delete."))

    def do(
        self, foreseen: Sequence[Outcome], by: Any, *, seen: Any = None, batch: ChangeBatch | None = None
    ) -> Sequence[Outcome]:
        services.delete_at_bol([outcome.offer for outcome in foreseen], by)
        return foreseen


DEEDS: dict[str, Deed] = {
    deed.name: deed
    for deed in (
        Hold(),
        Release(),
        ChangePrice(),
        SetStock(),
        SetDeliveryCode(),
        UseProjectOperator(),
        SendAgain(),
        CheckAtBol(),
        DeleteAtBol(),
    )
}


def _moved_step(step: Mapping[str, Any], how: tuple[str, Decimal, str]) -> dict[str, Any]:
    return {**step, "unit_price": price_text(pricing.moved(Decimal(step["unit_price"]), *how))}
