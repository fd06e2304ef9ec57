"""What a move to the other dialect of the Offers API means for the offers: nothing is said that bol has already.

Only version 11 has words for countries. What version 10 published is for sale where bol decided, and nobody ever told
bol otherwise: so bol is asked first, and its countries become ours. Else a move would take offers out of a country.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from django.db import transaction

from connections import doorbell
from connections.models import Connection, Flow, OffersApi
from offers.announcing import announce
from offers.choices import Condition, Countries
from offers.models import Offer
from offers.state import Component

FLOW = "offers"
# Before any offer was made: from here on bol tells of all of them.
BEFORE_EVERYTHING = datetime(2000, 1, 1, tzinfo=UTC)
REFURBISHED = [condition for condition in Condition if condition.is_refurbished]


def follow_move(connection: Connection) -> None:
    """Have everything looked at anew in version 11, and give what version 10 had no word for another chance."""
    if connection.offers_api != OffersApi.V11:
        return
    Flow.objects.update_or_create(connection=connection, kind=FLOW, defaults={"cursor": BEFORE_EVERYTHING})
    transaction.on_commit(partial(doorbell.ring, connection.pk, FLOW))
    _announce_refurbished(connection)


def learn_countries(offer: Offer, found: Component | None) -> None:
    """Take for ours where bol sells an offer that was published without a word about it."""
    countries = (found or {}).get("countries")
    if countries is None or offer.known_details is None:
        return
    offer.known_details = {**offer.known_details, "countries": countries}
    chosen = ",".join(sorted(countries, reverse=True))
    if chosen in Countries.values:
        offer.countries = chosen


def _announce_refurbished(connection: Connection) -> None:
    refused: Sequence[Offer] = list(
        Offer.objects.with_all()
        .select_for_update(of=("self",))
        .filter(project__connection=connection, condition__in=REFURBISHED, offer_id="")
        .order_by("pk")
    )
    for offer in refused:
        offer.forget_refusal()
    Offer.objects.bulk_update(refused, ["refused", "refusal", "status"], batch_size=200)
    announce(refused)
