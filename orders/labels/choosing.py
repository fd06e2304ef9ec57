"""Which of the labels that bol offers is taken. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from connections import bol
from orders.models.label import LabelChoice

PARCEL = "PARCEL"


class NoLabel(LookupError):
    """None of the labels that bol offers is what was asked for; the text says why."""


def choose(
    options: Sequence[bol.DeliveryOption], choice: str, highest_price: Decimal | None
) -> bol.DeliveryOption:
    """Return the label to buy. Raises NoLabel."""
    if not options:
        raise NoLabel(_("bol offers no label for this: it is not sent via bol, or not open any more."))
    wanted = [option for option in options if _is_of_kind(option, choice)]
    if not wanted:
        raise NoLabel(_("bol offers no label of that kind: %s.") % _listed(options))
    option = min(wanted, key=price_of)
    if highest_price is not None and price_of(option) > highest_price:
        raise NoLabel(
            _("The label costs € %(price)s, more than the € %(highest)s that you allow.")
            % {"price": price_of(option), "highest": highest_price}
        )
    return option


def price_of(option: bol.DeliveryOption) -> Decimal:
    """Return the price in euros without VAT; a label whose price bol does not tell counts as beyond every limit."""
    price = option.label_price.total_price if option.label_price else None
    return Decimal("Infinity") if price is None else price


def _is_of_kind(option: bol.DeliveryOption, choice: str) -> bool:
    if choice == LabelChoice.RECOMMENDED:
        return option.recommended
    is_parcel = option.label_type == PARCEL
    return is_parcel if choice == LabelChoice.CHEAPEST_PARCEL else not is_parcel


def _listed(options: Sequence[bol.DeliveryOption]) -> str:
    return ", ".join(option.label_display_name for option in options)
