"""Asks bol why offers are not for sale: a bounded number per run, those that were never asked about first.

Version 11 lists what is not for sale and tells the reasons apart; version 10 tells both when the offer is read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from connections import bol, flows
from connections.flows import Report
from connections.models import Connection, Flow, OffersApi
from offers import catalogue
from offers.dialects import v10
from offers.models import Offer

PER_RUN = 100
AFRESH = timedelta(days=1)

Reason = dict[str, Any]


def read_reasons(connection: Connection, flow: Flow, client: bol.Client, report: Report) -> None:
    """Read and store the reasons of the offers whose turn it is."""
    is_v11 = connection.offers_api == OffersApi.V11
    ask: Callable[[bol.Client, Offer], None] = _ask_v11 if is_v11 else _ask_v10
    for offer in _due(connection, only_not_for_sale=is_v11)[:PER_RUN]:
        if not flows.keep_lease(flow):
            return
        _ask(ask, client, offer)
        report.count("reasons")


def forget_old(offer: Offer, *, was_for_sale: bool | None) -> None:
    """Follow a change of `for_sale`: no reasons for what is sold, and new ones soon for what no longer is."""
    if offer.for_sale:
        note(offer, [])
    elif was_for_sale is not False:
        offer.reasons_at = None


def note(offer: Offer, reasons: Sequence[Reason]) -> None:
    """Set the reasons of an offer; changes fields only (`REASON_FIELDS`)."""
    offer.reasons = list(reasons)
    offer.reasons_at = timezone.now()
    offer.reason_category = next((str(reason["category"]) for reason in reasons if reason["category"]), "")[
        :20
    ]


REASON_FIELDS = ("reasons", "reasons_at", "reason_category")


def _due(connection: Connection, *, only_not_for_sale: bool) -> QuerySet[Offer]:
    offers = Offer.objects.published().filter(project__connection=connection, gone_at=None)
    if only_not_for_sale:
        offers = offers.filter(for_sale=False)
    due = Q(reasons_at=None) | Q(reasons_at__lt=timezone.now() - AFRESH)
    return offers.filter(due).order_by(F("reasons_at").asc(nulls_first=True), "pk")


def _ask(ask: Callable[[bol.Client, Offer], None], client: bol.Client, offer: Offer) -> None:
    try:
        ask(client, offer)
    except bol.NotFound:
        # Whether it is gone, the comparison with bol finds out.
        offer.reasons_at = timezone.now()
    fields = [*REASON_FIELDS, "for_sale", "observed", "observed_at"]
    values = {name: getattr(offer, name) for name in fields}
    Offer.objects.filter(pk=offer.pk, offer_id=offer.offer_id).update(**values)


def _ask_v11(client: bol.Client, offer: Offer) -> None:
    note(
        offer,
        [
            {
                "country": country.country_code,
                "category": reason.category,
                "code": reason.code,
                "description": reason.description,
                "missing": [attribute.name for attribute in reason.missing_attributes],
            }
            for country in client.offers.not_for_sale_reasons(offer.offer_id)
            for reason in country.reasons
        ],
    )


def _ask_v10(client: bol.Client, offer: Offer) -> None:
    said = client.offers_v10.get(offer.offer_id)
    countries = [country.country_code for country in said.store.visible] if said.store else []
    offer.for_sale, offer.observed_at = bool(countries), timezone.now()
    offer.observed = {
        **v10.found(said).state.as_dict(),
        "corrected_stock": said.stock.corrected_stock if said.stock else None,
        "for_sale": [{"country": code, "for_sale": True} for code in countries],
    }
    note(offer, [_reason_v10(reason.code, reason.description) for reason in said.not_publishable_reasons])


def _reason_v10(code: str, description: str) -> Reason:
    return {
        "country": "",
        "category": catalogue.category_of(code),
        "code": code,
        "description": description,
        "missing": [],
    }
