"""One of the labels that bol offers, as a page shows it and gets it back unchanged."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core import signing

from connections import bol

SALT = "orders.labels"
# Prices change daily; who leaves a page open for longer looks again.
SIGNED_FOR_SECONDS = 3600


class NotOffered(ValueError):
    """What came back from a page is not an offer that we showed, or one of too long ago."""


@dataclass(frozen=True)
class LabelOffer:
    """What a label would be and cost; `price` is in euros without VAT, None where bol does not tell it."""

    shipping_label_offer_id: str
    name: str
    label_type: str
    transporter_code: str
    price: Decimal | None
    valid_until: date | None
    hand_over_before: datetime | None

    @classmethod
    def of(cls, option: bol.DeliveryOption) -> LabelOffer:
        """Return bol's offer with what is kept of it."""
        handover = option.handover_details
        return cls(
            shipping_label_offer_id=option.shipping_label_offer_id,
            name=option.label_display_name[:200],
            label_type=option.label_type[:40],
            transporter_code=option.transporter_code[:40],
            price=option.label_price.total_price if option.label_price else None,
            valid_until=option.valid_until_date,
            hand_over_before=handover.latest_handover_date_time if handover else None,
        )

    def facts(self) -> dict[str, Any]:
        """Return the fields of a label that is bought by this offer."""
        return asdict(self)

    def sign(self) -> str:
        """Return the offer as text for a page; `read` takes no other."""
        texts = {name: None if value is None else str(value) for name, value in asdict(self).items()}
        return signing.dumps(texts, salt=SALT, compress=True)

    @classmethod
    def read(cls, text: str) -> LabelOffer:
        """Return the offer that a page was given. Raises NotOffered."""
        try:
            given = signing.loads(text, salt=SALT, max_age=SIGNED_FOR_SECONDS)
        except signing.BadSignature as error:
            raise NotOffered(str(error)) from error
        price, until, moment = given["price"], given["valid_until"], given["hand_over_before"]
        return cls(
            **{
                **given,
                "price": price and Decimal(price),
                "valid_until": until and date.fromisoformat(until),
                "hand_over_before": moment and datetime.fromisoformat(moment),
            }
        )
