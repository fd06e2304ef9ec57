"""What people changed, in words, in Django's own history of an object."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from offers.models import Offer, Product
from offers.state import price_text

Change = tuple[Any, Any]


def record(told: Iterable[tuple[Offer, str]], by: Any, *, flag: int = CHANGE) -> None:
    """Write one entry per offer; without a person there is none, for then the outbox tells the story."""
    if by is None:
        return
    kind = ContentType.objects.get_for_model(Offer)
    entries = [
        LogEntry(
            user_id=by.pk,
            content_type_id=kind.pk,
            object_id=str(offer.pk),
            object_repr=str(offer)[:200],
            action_flag=flag,
            change_message=message,
        )
        for offer, message in told
    ]
    LogEntry.objects.bulk_create(entries, batch_size=500)


def record_added(offers: Iterable[Offer], by: Any) -> None:
    """Write that these offers were made."""
    record([(offer, _("Added.")) for offer in offers], by, flag=ADDITION)


def in_words(changes: Mapping[str, Change]) -> str:
    """Return "Price 12.50 → 13.00, Stock 5 → 0" for the old and new value by field."""
    return ", ".join(f"{_name_of(field)} {_say(old)} → {_say(new)}" for field, (old, new) in changes.items())


def _name_of(field: str) -> str:
    if field.startswith("product."):
        return str(Product._meta.get_field(field.removeprefix("product.")).verbose_name)  # type: ignore[union-attr]  # noqa: SLF001
    return str(Offer._meta.get_field(field).verbose_name).capitalize()  # type: ignore[union-attr]  # noqa: SLF001


def _say(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Decimal):
        return price_text(value)
    if isinstance(value, list):
        return volume_prices_in_words(value) or "-"
    if isinstance(value, datetime):
        return formats.date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")
    return "-" if value in ("", None) else str(value)


def volume_prices_in_words(steps: Iterable[Mapping[str, Any]]) -> str:
    """Return "11.00 from 6, 10.00 from 12"."""
    return ", ".join(
        _("%(price)s from %(quantity)d") % {"price": step["unit_price"], "quantity": step["quantity"]}
        for step in steps
    )
