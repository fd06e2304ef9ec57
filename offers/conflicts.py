"""Finds EANs that several of our offers claim, and keeps all but a chosen owner from bol.

bol keeps one offer per EAN and condition of an account, so two of ours would overwrite each other there (Retailer API
v10, Offers: a second one is refused as a duplicate). Looking twice changes nothing; every part is one short transaction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from connections.models import Connection
from offers.announcing import announce
from offers.models import ConflictMember, EanConflict, FoundBy, Offer, OfferQuerySet, Product
from offers.models.conflict import MAX_REASON, ConflictState

CHUNK = 500
# Each page is one pass over all offers of a connection; only conflicts are held in memory, and no more than these.
PAGE = 10_000
FLAGS = ("is_in_conflict", "parked_reason")

# EAN and condition, on one connection.
Key = tuple[str, str]
Flags = tuple[bool, str]


@dataclass
class Found:
    """What a look for conflicts changed."""

    opened: int = 0
    extended: int = 0
    reopened: int = 0
    closed: int = 0

    def __bool__(self) -> bool:
        return any(asdict(self).values())


def find_conflicts(by: FoundBy, connections: Iterable[Connection] | None = None) -> Found:
    """Look at everything, or at everything of some connections; memory stays the same however much there is."""
    found = Found()
    for connection in Connection.objects.all() if connections is None else connections:
        for keys in _contested_parts(connection.pk):
            _settle(connection.pk, keys, by, found)
        for keys in _current_parts(connection.pk):
            _settle(connection.pk, keys - _contested_of(connection.pk, keys), by, found)
    return found


def find_conflicts_of(offers: Iterable[Offer], by: FoundBy) -> Found:
    """Look at the EANs of these offers, in the transaction of their change; the offers given learn how they stand."""
    found = Found()
    known = list(offers)
    for start in range(0, len(known), CHUNK):
        part = {offer.pk: offer for offer in known[start : start + CHUNK]}
        find_conflicts_about(keys_of(part), by, found)
        _tell(part)
    return found


def may_be_published(offer: Offer) -> bool:
    """Tell whether no conflict keeps this locked offer from bol; a rival that was made meanwhile is noticed here."""
    # Products first, then offers: as one join PostgreSQL reads every offer while its statistics are young.
    same_ean = list(Product.objects.filter(ean=offer.product.ean).values_list("pk", flat=True))
    rivals = claims_on(offer.project.connection_id).filter(
        product__in=same_ean, condition=offer.condition, parked_reason=""
    )
    if not offer.is_withheld and rivals.exclude(pk=offer.pk).exists():
        find_conflicts_of([offer], FoundBy.SENDING)
    return not offer.is_withheld


def find_conflicts_about(keys: dict[int, set[Key]], by: FoundBy, found: Found | None = None) -> Found:
    """Look at these EANs and conditions, by connection (see `keys_of`)."""
    found = Found() if found is None else found
    for connection_id, asked in sorted(keys.items()):
        _settle(connection_id, _contested_or_current(connection_id, asked), by, found)
    return found


def keys_of(offer_ids: Iterable[int]) -> dict[int, set[Key]]:
    """Return by connection which EANs and conditions these offers claim, or claimed when they were looked at last."""
    ids = list(offer_ids)
    keys: defaultdict[int, set[Key]] = defaultdict(set)
    claims = Offer.objects.filter(pk__in=ids).values_list(
        "project__connection_id", "product__ean", "condition"
    )
    noted = EanConflict.objects.current().filter(members__offer__in=ids)
    for connection_id, ean, condition in [*claims, *noted.values_list("connection_id", "ean", "condition")]:
        keys[connection_id].add((ean, condition))
    return keys


def claims_on(connection_id: int) -> OfferQuerySet:
    """Return the offers that claim their EAN on a connection: those of its active projects that do not stay gone."""
    found: OfferQuerySet = Offer.objects.filter(
        project__connection_id=connection_id, project__is_active=True, stays_gone=False
    )
    return found


# Which keys to look at ------------------------------------------------------------------------------------


def _contested(claims: OfferQuerySet) -> QuerySet[Any, Any]:
    # A product has one offer per condition in a project: two claims are two products or two projects.
    grouped = claims.order_by().values("product__ean", "condition").annotate(claims=Count("pk"))
    return grouped.filter(claims__gt=1).values_list("product__ean", "condition")


def _contested_of(connection_id: int, keys: set[Key]) -> set[Key]:
    """Return those of these keys that are claimed more than once."""
    eans = {ean for ean, _condition in keys}
    return keys & set(_contested(claims_on(connection_id).filter(product__ean__in=eans)))


def _contested_parts(connection_id: int) -> Iterator[set[Key]]:
    last: Key = ("", "")
    while page := _contested_after(connection_id, last):
        last = page[-1]
        for start in range(0, len(page), CHUNK):
            yield set(page[start : start + CHUNK])


def _contested_after(connection_id: int, last: Key) -> list[Key]:
    later = Q(product__ean__gt=last[0]) | Q(product__ean=last[0], condition__gt=last[1])
    found = _contested(claims_on(connection_id).filter(later))
    return list(found.order_by("product__ean", "condition")[:PAGE])


def _current_parts(connection_id: int) -> Iterator[set[Key]]:
    current = EanConflict.objects.current().filter(connection_id=connection_id).order_by("pk")
    last = 0
    while page := list(current.filter(pk__gt=last).values_list("pk", "ean", "condition")[:CHUNK]):
        last = page[-1][0]
        yield {(ean, condition) for _pk, ean, condition in page}


def _contested_or_current(connection_id: int, keys: set[Key]) -> set[Key]:
    """Return those of these keys that are claimed more than once, or that a conflict is about."""
    eans = {ean for ean, _condition in keys}
    current = EanConflict.objects.current().filter(connection_id=connection_id, ean__in=eans)
    return _contested_of(connection_id, keys) | (keys & set(current.values_list("ean", "condition")))


# Making what is stored equal to what is so ------------------------------------------------------------------


@transaction.atomic
def _settle(connection_id: int, keys: set[Key], by: FoundBy, found: Found) -> None:
    """Open, extend, reopen and close the conflicts about these keys, and flag their offers."""
    if not keys:
        return
    conflicts = _current(connection_id, keys)
    claimants = _claimants(connection_id, keys)
    flags: dict[Offer, Flags] = {}
    for key in sorted(keys):
        conflict, claiming = conflicts.get(key), claimants.get(key, [])
        if len(claiming) > 1:
            conflict = conflict or _open(connection_id, key, by, found)
            flags |= _update_members(conflict, claiming, found)
            flags |= _flags(conflict, claiming)
        elif conflict:
            _close(conflict, found)
            flags |= _unflagged([member.offer_id for member in conflict.members.all()])
    apply_flags(flags)


def _current(connection_id: int, keys: set[Key]) -> dict[Key, EanConflict]:
    current = EanConflict.objects.current().filter(
        connection_id=connection_id, ean__in={ean for ean, _condition in keys}
    )
    # Conflicts are locked before offers, here and by a decision, so that the two never wait for each other.
    found = current.select_for_update().prefetch_related("members").order_by("pk")
    return {(conflict.ean, conflict.condition): conflict for conflict in found}


def _claimants(connection_id: int, keys: set[Key]) -> dict[Key, list[Offer]]:
    claims = claims_on(connection_id).with_all().select_for_update(of=("self",))
    claimants: defaultdict[Key, list[Offer]] = defaultdict(list)
    for offer in claims.filter(product__ean__in={ean for ean, _condition in keys}).order_by("pk"):
        claimants[offer.product.ean, offer.condition].append(offer)
    return claimants


def _open(connection_id: int, key: Key, by: FoundBy, found: Found) -> EanConflict:
    conflict, is_new = EanConflict.objects.current().get_or_create(
        connection_id=connection_id, ean=key[0], condition=key[1], defaults={"found_by": by}
    )
    found.opened += int(is_new)
    return conflict


def _update_members(conflict: EanConflict, claiming: Sequence[Offer], found: Found) -> dict[Offer, Flags]:
    """Note who joined and who left; return the flags of those who left. A decision stands while its owner claims."""
    before = {member.offer_id for member in conflict.members.all()}
    now = {offer.pk for offer in claiming}
    ConflictMember.objects.bulk_create(
        [ConflictMember(conflict=conflict, offer_id=pk) for pk in sorted(now - before)], ignore_conflicts=True
    )
    if before - now:
        conflict.members.filter(offer__in=before - now).delete()
    found.extended += int(bool(before and now - before))
    if conflict.state == ConflictState.DECIDED and conflict.owner_id not in now:
        reopen(conflict)
        found.reopened += 1
    return _unflagged(before - now)


def _close(conflict: EanConflict, found: Found) -> None:
    conflict.state, conflict.closed_at = ConflictState.CLOSED, timezone.now()
    conflict.save(update_fields=["state", "closed_at"])
    found.closed += 1


def reopen(conflict: EanConflict) -> None:
    """Forget the decision."""
    conflict.state, conflict.owner = ConflictState.OPEN, None
    conflict.decided_by, conflict.decided_at, conflict.reason = None, None, ""
    conflict.save(update_fields=["state", "owner", "decided_by", "decided_at", "reason"])


def _flags(conflict: EanConflict, claiming: Sequence[Offer]) -> dict[Offer, Flags]:
    if conflict.state == ConflictState.OPEN:
        return dict.fromkeys(claiming, (True, ""))
    parked = conflict.reason or _("Another offer has this EAN.")
    return {offer: (False, "" if offer.pk == conflict.owner_id else parked) for offer in claiming}


def _unflagged(offer_ids: Iterable[int]) -> dict[Offer, Flags]:
    """Return free flags for those of these offers that no other current conflict is about."""
    elsewhere = ConflictMember.objects.filter(
        conflict__in=EanConflict.objects.current(), offer__in=offer_ids
    ).values("offer")
    left = Offer.objects.with_all().select_for_update(of=("self",)).filter(pk__in=offer_ids, stays_gone=False)
    return dict.fromkeys(left.exclude(pk__in=elsewhere).order_by("pk"), (False, ""))


def apply_flags(flags: dict[Offer, Flags], by: object = None) -> None:
    """Store how these locked offers stand, and say to bol what may be said now; the rest is withdrawn."""
    changed = [
        offer for offer, wanted in flags.items() if (offer.is_in_conflict, offer.parked_reason) != wanted
    ]
    for offer in changed:
        offer.is_in_conflict, parked = flags[offer]
        offer.parked_reason = parked[:MAX_REASON]
    Offer.objects.bulk_update(changed, FLAGS, batch_size=200)
    announce(changed, by)


def _tell(offers: dict[int, Offer]) -> None:
    for pk, *values in Offer.objects.filter(pk__in=offers).values_list("pk", *FLAGS):
        for name, value in zip(FLAGS, values, strict=True):
            setattr(offers[pk], name, value)
