"""Writes down what was read of a part: what was seen, what differs, what is gone. Call it in the part's transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q

from connections.models import OutboxMessage
from offers.announcing import CHANGES, COMPONENT_OF, CREATE, DELETE, announce, announce_nothing
from offers.dialects import Found
from offers.models import KNOWN_FIELDS, Offer, OfferQuerySet, Reconciliation
from offers.reconciling import comparing, recording
from offers.reconciling.comparing import Finding
from offers.state import COMPONENTS, without_title_drift

# bol's lists may lag behind its writes by so much.
LAG = timedelta(minutes=5)


@dataclass(frozen=True)
class Reading:
    """An offer as bol had it at a moment, the one before it was asked."""

    found: Found
    asked_at: datetime


@dataclass
class Part:
    """What was read of a part of the assortment; `readings` holds only offers that may differ."""

    seen: set[str]
    readings: dict[str, Reading] = field(default_factory=dict)
    strangers: list[Reading] = field(default_factory=list)
    known_strangers: set[str] = field(default_factory=set)

    def add_stranger(self, offer_id: str, reading: Reading | None) -> None:
        """Keep what was read of an offer that is not one we want; one that bol does not have was not seen after all."""
        if reading:
            self.strangers.append(reading)
        else:
            self.seen.discard(offer_id)

    def add(self, offer_id: str, reading: Reading | None) -> None:
        """Keep what was read of an offer; one that bol does not have was not seen after all."""
        if reading:
            self.readings[offer_id] = reading
        else:
            self.seen.discard(offer_id)


def note(look: Reconciliation, part: Part) -> int:
    """Stamp what was seen and record what differs; return how many differences are new."""
    ours = _of_connection(look)
    ours.filter(offer_id__in=part.seen).update(reconciled_at=look.started_at)
    recording.see_strangers(look, part.known_strangers)
    return recording.record(look, [*_differences(look, part.readings), *_strangers(look, part.strangers)])


def missing(look: Reconciliation) -> OfferQuerySet:
    """Return published offers that the pass did not see, and those that are gone already and not to stay so."""
    unseen = (
        Q(gone_at=None)
        & (Q(reconciled_at=None) | Q(reconciled_at__lt=look.started_at))
        & (Q(known_at=None) | Q(known_at__lt=look.started_at))
    )
    offers = _of_connection(look).published().filter(unseen | Q(gone_at__isnull=False), stays_gone=False)
    return offers.filter(pk__gt=look.last_offer).select_related("product").order_by("pk")


def note_missing(look: Reconciliation, offers: Iterable[Offer], answers: Mapping[str, Found | None]) -> int:
    """Record which of these offers are gone: those that bol denied, and those known to be. Return how many are new."""
    current = list(_locked(look, [offer.offer_id for offer in offers]))
    under_way = _under_way(current)
    here = [offer_id for offer_id, found in answers.items() if found]
    _of_connection(look).filter(offer_id__in=here).update(reconciled_at=look.started_at)
    lost = [offer for offer in current if _is_lost(offer, answers, under_way)]
    for offer in lost:
        offer.lose()
        offer.save(update_fields=KNOWN_FIELDS)
    announce_nothing(lost)
    gone = [offer for offer in current if offer.gone_at and not offer.stays_gone]
    return recording.record(look, [comparing.gone(offer) for offer in gone])


def _is_lost(
    offer: Offer, answers: Mapping[str, Found | None], under_way: Mapping[str, frozenset[str]]
) -> bool:
    is_denied = offer.offer_id in answers and answers[offer.offer_id] is None
    return is_denied and offer.gone_at is None and DELETE not in under_way[offer.subject]


def _differences(look: Reconciliation, readings: Mapping[str, Reading]) -> list[Finding]:
    findings: list[Finding] = []
    offers = list(_locked(look, list(readings)))
    under_way = _under_way(offers)
    for offer in offers:
        reading = readings[offer.offer_id]
        if offer.gone_at and offer.gone_at < reading.asked_at:
            _find_again(offer, reading.found)
        elif offer.known_at is None or offer.known_at < reading.asked_at:
            components = _components(under_way[offer.subject])
            findings += comparing.differences(offer, reading.found, components)
    return findings


def _find_again(offer: Offer, found: Found) -> None:
    """bol has it after all: what we want holds again."""
    offer.adopt(offer.offer_id, without_title_drift(found.state, offer.wanted))
    offer.save(update_fields=KNOWN_FIELDS)
    announce([offer])


def _strangers(look: Reconciliation, readings: Sequence[Reading]) -> list[Finding]:
    """Return findings for offers we do not have, neither by now nor on their way there, or that we let stay gone."""
    named = _of_connection(look).filter(offer_id__in=[reading.found.offer_id for reading in readings])
    ours = {offer.offer_id: offer for offer in named}
    strangers = [
        reading.found
        for reading in readings
        if reading.found.offer_id not in ours or ours[reading.found.offer_id].stays_gone
    ]
    expected = _expected(look, strangers)
    return [
        comparing.made_elsewhere(found, ours.get(found.offer_id))
        for found in strangers
        if (found.ean, found.condition) not in expected
    ]


def _expected(look: Reconciliation, strangers: Iterable[Found]) -> set[tuple[str, str]]:
    """Return EAN and condition of offers on their way in, which will find what is there, and of those just deleted."""
    unpublished = list(
        _of_connection(look)
        .filter(offer_id="", product__ean__in=[found.ean for found in strangers])
        .select_related("product")
    )
    under_way = _under_way(unpublished)
    return {
        (offer.product.ean, offer.condition)
        for offer in unpublished
        if CREATE in under_way[offer.subject] or offer.sending or _was_just_deleted(look, offer)
    }


def _was_just_deleted(look: Reconciliation, offer: Offer) -> bool:
    return offer.gone_at is not None and offer.gone_at > look.started_at - LAG


def _under_way(offers: Iterable[Offer]) -> Mapping[str, frozenset[str]]:
    """Return the operations with an unsettled message by the subject they are about."""
    found: defaultdict[str, frozenset[str]] = defaultdict(frozenset)
    messages = OutboxMessage.objects.open().filter(
        subject__in=[offer.subject for offer in offers], operation__in=[*CHANGES, DELETE]
    )
    for subject, operation in messages.values_list("subject", "operation"):
        found[subject] |= {operation}
    return found


def _components(operations: Iterable[str]) -> frozenset[str]:
    found: set[str] = set()
    for operation in operations:
        found |= {COMPONENT_OF[operation]} if operation in COMPONENT_OF else set(COMPONENTS)
    return frozenset(found)


def _of_connection(look: Reconciliation) -> OfferQuerySet:
    return Offer.objects.filter(project__connection=look.connection_id)


def _locked(look: Reconciliation, offer_ids: Sequence[str]) -> OfferQuerySet:
    offers = _of_connection(look).with_all().filter(offer_id__in=offer_ids)
    return offers.select_for_update(of=("self",)).order_by("pk")
