"""What a merchant does with offers; forms, imports and actions all come through here.

Every function saves the change and announces it to bol in one transaction, so that neither exists without the other.
Without a person (`by=None`) no history is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from offers import batches, history, leading, rules
from offers.announcing import announce, announce_deletion, announce_nothing
from offers.choices import DeliveryCode
from offers.conflicts import find_conflicts_about, find_conflicts_of, keys_of
from offers.leading import Sale
from offers.models import (
    HOLD_FIELDS,
    KNOWN_FIELDS,
    WANTED_FIELDS,
    ChangeBatch,
    FoundBy,
    Offer,
    OfferQuerySet,
    Product,
    Project,
)

__all__ = [
    "announce",
    "announce_all",
    "change_each",
    "change_offer",
    "change_offers",
    "create_offer",
    "create_offers",
    "delete_at_bol",
    "discard",
    "is_unknown_to_bol",
    "locked",
    "new_offer",
    "put_on_hold",
    "release",
    "release_due",
    "send_again",
    "take_from_stock",
]

CHUNK = 500

Wanted = Mapping[str, Any]


def new_offer(project: Project, product: Product, **wanted: Any) -> Offer:
    """Return an unsaved offer; what is not given comes from the project's defaults."""
    values = {**project.offer_defaults, **wanted}
    if values["fulfilment_method"] == "FBB" and "delivery_code" not in wanted:
        values["delivery_code"] = ""
    if "delivery_profile_id" not in wanted and values["delivery_code"] != DeliveryCode.OWN_PROMISE:
        values["delivery_profile_id"] = ""
    return Offer(project=project, product=product, **values)


def create_offer(project: Project, product: Product, by: Any, **wanted: Any) -> Offer:
    """Make one offer and announce it. Raises ValidationError, by field."""
    return create_offers([new_offer(project, product, **wanted)], by)[0]


@transaction.atomic
def create_offers(offers: Sequence[Offer], by: Any) -> list[Offer]:
    """Save new offers (see `new_offer`) and announce them; a few queries for each 500.

    Raises ValidationError for a value bol would refuse, IntegrityError where the project has this offer already.
    """
    for offer in offers:
        offer.clean()
    created = Offer.objects.bulk_create(offers, batch_size=CHUNK)
    history.record_added(created, by)
    find_conflicts_of(created, FoundBy.CHANGE)
    announce(created, by)
    return created


def change_offer(offer: Offer, by: Any, **wanted: Any) -> bool:
    """Change one offer and announce what differs; tell whether anything changed. Raises ValidationError, by field."""
    changed = bool(change_each([(offer, wanted)], by))
    offer.refresh_from_db()
    return changed


def change_offers(offers: Iterable[Offer], by: Any, **wanted: Any) -> int:
    """Change many offers to the same values; return how many changed."""
    return change_each(((offer, wanted) for offer in offers), by)


def change_each(changes: Iterable[tuple[Offer, Wanted]], by: Any, batch: ChangeBatch | None = None) -> int:
    """Change many offers, each to its own values; return how many changed. A `batch` keeps them to be undone.

    Only `WANTED_FIELDS` and `HOLD_FIELDS` can be changed. Each 500 offers are one transaction, which locks them and
    compares with what is in the database now. Raises ValidationError, and then changes none of those 500.
    """
    return sum(_change_chunk(chunk, by, batch) for chunk in _chunks(changes))


def put_on_hold(offers: Iterable[Offer], by: Any, *, reason: str = "", until: datetime | None = None) -> int:
    """Take offers out of the shop but keep them in the assortment; return how many were not held like that.

    With `until` they are released by themselves at that moment.
    """
    return change_offers(offers, by, on_hold=True, hold_reason=reason, hold_until=until)


def release(offers: Iterable[Offer], by: Any) -> int:
    """Put offers back in the shop; return how many were on hold."""
    return change_offers(offers, by, on_hold=False)


def release_due() -> int:
    """Release the offers whose hold has ended by its date; return how many."""
    keys = list(Offer.objects.due_for_release().order_by("pk").values_list("pk", flat=True))
    return sum(_release_due_chunk(chunk) for chunk in _chunks(keys))


def send_again(offers: Iterable[Offer], by: Any) -> int:
    """Send everything about these offers once more; one that is gone is published anew, unless it is to stay so.

    Return how many.
    """
    return sum(_send_chunk_again(chunk, by) for chunk in _chunks(offers))


def announce_all(offers: QuerySet[Offer], by: Any = None) -> None:
    """Work out for all these offers what bol has to be told, as after a change of their product or project."""
    keys = list(offers.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), CHUNK):
        with transaction.atomic():
            part = list(locked(keys[start : start + CHUNK]))
            find_conflicts_of(part, FoundBy.CHANGE)
            announce(part, by)


class EanInUse(ValueError):
    """bol has an offer under the EAN of this product, or may be getting one: it cannot be changed."""


@transaction.atomic
def change_product(product: Product, fields: Sequence[str], by: Any) -> None:
    """Save changed fields of a product and announce its offers, for reference, EAN and title are told with each.

    Raises EanInUse where the EAN changed and an offer of the product is at bol, which keeps the EAN for good.
    """
    offers = Offer.objects.filter(product=product).locked()
    if "ean" in fields and any(offer.is_at_bol for offer in offers):
        raise EanInUse(product.ean)
    product.save(update_fields=fields)
    followers = list(offers.all())
    find_conflicts_of(followers, FoundBy.CHANGE)
    for offer in followers if "ean" in fields else []:
        offer.forget_refusal()
    announce(followers, by)


@transaction.atomic
def take_from_stock(sales: Sequence[Sale]) -> list[int]:
    """Take what was sold off the stock of the offers that we lead, give back what was not; announce their stock.

    Returns by how much each sale lowered the stock: nothing where we do not lead it or it was known when the stock was
    set, and never more than there was.
    """
    offers = {offer.pk: offer for offer in locked([sale.offer for sale in sales])}
    before = {offer: offer.stock for offer in offers.values()}
    taken = [leading.take(offers[sale.offer], sale) if sale.offer in offers else 0 for sale in sales]
    changed = [offer for offer, stock in before.items() if offer.stock != stock]
    _save_wanted(changed, {"stock"})
    announce(changed)
    return taken


def is_unknown_to_bol(offer: Offer) -> bool:
    """Tell whether bol surely never heard of an offer."""
    return not (offer.offer_id or offer.sending or offer.known.in_doubt or offer.gone_at)


@transaction.atomic
def discard(offer: Offer) -> None:
    """Remove an offer that bol never heard of. Raises ValueError where bol may have it."""
    current = locked([offer.pk]).get()
    if not is_unknown_to_bol(current):
        raise ValueError("bol may have this offer: it cannot be discarded.")
    announce_nothing([current])
    claimed = keys_of([current.pk])
    current.delete()
    find_conflicts_about(claimed, FoundBy.CHANGE)


@transaction.atomic
def delete_at_bol(offers: Iterable[Offer], by: Any) -> int:
    """Remove offers at bol for good, because this person asks for that very thing; return how many were there.

    Raises ValueError without a person: nothing is deleted by a rule.
    """
    if by is None:
        raise ValueError("An offer is only deleted at bol because a person asks for it.")
    published = list(locked([offer.pk for offer in offers]).published())
    history.record([(offer, _("Deletion at bol asked for.")) for offer in published], by)
    announce_deletion(published, by)
    return len(published)


def locked(keys: Sequence[int]) -> OfferQuerySet:
    """Return these offers with all that is sent about them, locked until the end of the transaction."""
    return Offer.objects.filter(pk__in=keys).locked()


@transaction.atomic
def _release_due_chunk(keys: Sequence[int]) -> int:
    # Looked at once more under the lock: a person may have extended the hold meanwhile.
    return release(locked(keys).due_for_release(), None)


@transaction.atomic
def _change_chunk(chunk: Sequence[tuple[Offer, Wanted]], by: Any, batch: ChangeBatch | None) -> int:
    current = {offer.pk: offer for offer in locked([offer.pk for offer, _wanted in chunk])}
    changed: dict[Offer, dict[str, history.Change]] = {}
    for given, wanted in chunk:
        offer = current.get(given.pk)
        changes = _apply(offer, wanted) if offer else {}
        if offer and changes:
            changed.setdefault(offer, {}).update(changes)
    _save_wanted(
        list(changed), {field for changes in changed.values() for field in changes} | {"stock_set_at"}
    )
    history.record([(offer, history.in_words(changes)) for offer, changes in changed.items()], by)
    if batch:
        batches.record(batch, batches.pairs_apart(changed))
    announce(changed, by)
    return len(changed)


def _apply(offer: Offer, wanted: Wanted) -> dict[str, history.Change]:
    """Set the values that differ; return old and new by field."""
    unknown = set(wanted) - {*WANTED_FIELDS, *HOLD_FIELDS}
    if unknown:
        raise TypeError(f"An offer has no {', '.join(sorted(unknown))} to change")
    if wanted.get("on_hold") is False:
        wanted = {**wanted, "hold_reason": "", "hold_until": None}
    before = {**offer.wanted_values(), **{field: getattr(offer, field) for field in HOLD_FIELDS}}
    after = {**before, **wanted}
    rules.check_wanted(after)
    if "delivery_profile_id" in wanted:
        rules.check_profile(after["delivery_code"], after["delivery_profile_id"])
    changes = {field: (before[field], new) for field, new in wanted.items() if before[field] != new}
    for field, (_old, new) in changes.items():
        setattr(offer, field, new)
    if "stock" in changes:
        offer.stock_set_at = timezone.now()
    return changes


def _save_wanted(offers: Sequence[Offer], fields: Set[str]) -> None:
    now = timezone.now()
    for offer in offers:
        offer.changed_at = now
    Offer.objects.bulk_update(offers, [*fields, "changed_at"], batch_size=200)


@transaction.atomic
def _send_chunk_again(chunk: Sequence[Offer], by: Any) -> int:
    offers = list(locked([offer.pk for offer in chunk]).filter(stays_gone=False))
    for offer in offers:
        if offer.gone_at:
            offer.start_anew()
        offer.doubt_everything()
    Offer.objects.bulk_update(offers, KNOWN_FIELDS, batch_size=100)
    history.record([(offer, _("Sent again.")) for offer in offers], by)
    announce(offers, by)
    return len(offers)


def _chunks(items: Iterable[Any]) -> Iterator[list[Any]]:
    chunk: list[Any] = []
    for item in items:
        chunk.append(item)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
