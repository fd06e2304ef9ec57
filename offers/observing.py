"""Reads what bol says about the offers we have there: what it sells of them and where.

Only looks: differences with what we want are for the reconciliation to decide on, and what is learned after a move to
version 11 (offers.moving) comes along. Version 10 has no list to read; there its offers are read one by one, for the
reasons why they are not for sale.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from connections import bol, flows
from connections.clients import client_for
from connections.flows import Report
from connections.models import Connection, Flow, OffersApi
from offers.announcing import announce
from offers.dialects import v11
from offers.models import Offer
from offers.moving import FLOW, learn_countries
from offers.reasons import REASON_FIELDS, forget_old, read_reasons
from offers.state import DETAILS
from offers.wanting import has_unheard_countries

__all__ = ["FLOW", "observe_offers"]

OBSERVED_FIELDS = ("observed", "observed_at", "for_sale", "status", *REASON_FIELDS)
# bol's clock is not ours, and its list may lag behind its writes.
OVERLAP = timedelta(minutes=5)
# How far a connection that never looked before looks back.
FIRST_LOOK = timedelta(days=1)


def observe_offers(connection: Connection, flow: Flow) -> Report:
    """Store what bol says about every offer that changed there since the last look."""
    report = Report()
    with client_for(connection) as client:
        if connection.offers_api == OffersApi.V11 and not _read_list(connection, flow, client, report):
            return report
        read_reasons(connection, flow, client, report)
    return report


def _read_list(connection: Connection, flow: Flow, client: bol.Client, report: Report) -> bool:
    """Read what changed since the last look; False where another worker took over."""
    started_at = timezone.now()
    since = (flow.cursor or started_at - FIRST_LOOK) - OVERLAP
    for page in _pages(client, since):
        if not flows.keep_lease(flow):
            return False
        _store(connection, page, report)
    Flow.objects.filter(pk=flow.pk).update(cursor=started_at)
    return True


def _pages(client: bol.Client, since: Any) -> Iterator[list[bol.Offer]]:
    seen: set[str | None] = {None}
    page = client.offers.list(last_modified_since=since)
    yield page.offers
    while page.next_cursor not in seen:
        seen.add(page.next_cursor)
        page = client.offers.list(last_modified_since=since, cursor=page.next_cursor)
        yield page.offers


@transaction.atomic
def _store(connection: Connection, page: list[bol.Offer], report: Report) -> None:
    said = {offer.offer_id: offer for offer in page}
    ours = Offer.objects.with_all().filter(project__connection=connection, offer_id__in=said)
    now = timezone.now()
    changed = list(ours.select_for_update(of=("self",)).order_by("pk"))
    learning = [offer for offer in changed if has_unheard_countries(offer)]
    for offer in changed:
        note(offer, observed(said[offer.offer_id]), now)
    Offer.objects.bulk_update(changed, OBSERVED_FIELDS, batch_size=100)
    _learn(learning)
    report.count("fetched", len(page))
    report.count("ours", len(changed))


def _learn(offers: list[Offer]) -> None:
    """Let bol tell what version 10 had no word for, and announce what differs of that."""
    for offer in offers:
        learn_countries(offer, (offer.observed or {}).get(DETAILS))
    Offer.objects.bulk_update(offers, ["known_details", "countries"], batch_size=100)
    announce(offers)


def note(offer: Offer, said: dict[str, Any], at: datetime) -> None:
    """Set on an offer what bol said of it (see `observed`); the caller saves OBSERVED_FIELDS."""
    offer.observed, offer.observed_at = said, at
    was_for_sale = offer.for_sale
    offer.for_sale = any(country["for_sale"] for country in said["for_sale"])
    forget_old(offer, was_for_sale=was_for_sale)
    offer.refresh_status()


def observed(offer: bol.Offer) -> dict[str, Any]:
    """Return what bol says in the canonical form, with what only bol decides on."""
    return {
        **v11.found(offer).state.as_dict(),
        "corrected_stock": offer.stock.corrected_stock if offer.stock else None,
        "for_sale": [
            {"country": country.country_code, "for_sale": country.for_sale}
            for country in offer.country_availabilities
        ],
    }
