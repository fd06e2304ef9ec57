"""Asks bol about a few offers by their ids, at once, because a person wants to know.

Only looks: what bol has otherwise is shown beside what we want, and changed by nobody here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from connections import bol
from connections.bol.resources.offers_v10 import RetailerOffer
from connections.clients import client_for
from connections.models import Connection, OffersApi
from offers import delta, state
from offers.announcing import announce
from offers.dialects import v10
from offers.models import KNOWN_FIELDS, Offer
from offers.models.bulk import OutcomeKind
from offers.observing import OBSERVED_FIELDS, note, observed
from offers.state import COMPONENTS, State

Told = tuple[OutcomeKind, str]


@dataclass(frozen=True)
class Answer:
    """What bol said of one offer: `observed` is None where bol does not have it, `error` is why it did not say."""

    observed: dict[str, Any] | None = None
    error: str = ""
    # When it was asked: what bol confirms meanwhile is newer.
    at: datetime = field(default_factory=timezone.now)


Answers = Mapping[str, Answer]


def ask(keys: Sequence[int]) -> Answers:
    """Return what bol says of these offers, by offer id; those it never had are left out. Does HTTP."""
    members: defaultdict[Connection, list[str]] = defaultdict(list)
    for offer in Offer.objects.with_all().filter(pk__in=keys).published():
        members[offer.project.connection].append(offer.offer_id)
    answers: dict[str, Answer] = {}
    for connection, offer_ids in members.items():
        answers |= _ask_through(connection, offer_ids)
    return answers


def take_note(offers: Iterable[Offer], answers: Answers) -> dict[int, Told]:
    """Store what bol said of these offers, which are locked; return by key what it comes to, in words."""
    return {offer.pk: _take_note_of(offer, answers.get(offer.offer_id)) for offer in offers}


def _ask_through(connection: Connection, offer_ids: Sequence[str]) -> dict[str, Answer]:
    if not connection.is_active:
        reason = _("The connection %(name)s does not talk to bol at the moment.") % {"name": connection.name}
        return dict.fromkeys(offer_ids, Answer(error=reason))
    with client_for(connection) as client:
        if connection.offers_api == OffersApi.V10:
            return {offer_id: _ask_v10(client, offer_id) for offer_id in offer_ids}
        return _ask_v11(client, offer_ids)


def _ask_v11(client: bol.Client, offer_ids: Sequence[str]) -> dict[str, Answer]:
    try:
        listed = {said.offer_id: said for said in client.offers.iterate(offer_ids=offer_ids)}
    except bol.BolError as error:
        return dict.fromkeys(offer_ids, Answer(error=str(error)))
    # The list may lag behind bol's own writes: an offer that is not in it is read before it is missed.
    return {
        offer_id: Answer(observed(listed[offer_id])) if offer_id in listed else _ask_one(client, offer_id)
        for offer_id in offer_ids
    }


def _ask_one(client: bol.Client, offer_id: str) -> Answer:
    try:
        return Answer(observed(client.offers.get(offer_id)))
    except bol.NotFound:
        return Answer()
    except bol.BolError as error:
        return Answer(error=str(error))


def _ask_v10(client: bol.Client, offer_id: str) -> Answer:
    try:
        return Answer(_observed_v10(client.offers_v10.get(offer_id)))
    except bol.NotFound:
        return Answer()
    except bol.BolError as error:
        return Answer(error=str(error))


def _observed_v10(offer: RetailerOffer) -> dict[str, Any]:
    """Return what bol says in the same form as for version 11 (Retailer API v10, RetailerOffer)."""
    visible = offer.store.visible if offer.store else []
    return {
        **v10.found(offer).state.as_dict(),
        "corrected_stock": offer.stock.corrected_stock if offer.stock else None,
        "for_sale": [{"country": country.country_code, "for_sale": True} for country in visible],
    }


def _take_note_of(offer: Offer, answer: Answer | None) -> Told:
    if answer is None:
        return OutcomeKind.UNCHANGED, _("bol does not have it yet: there is nothing to ask.")
    if answer.error:
        return OutcomeKind.REFUSED, answer.error
    if answer.observed is None:
        return _take_leave_of(offer)
    note(offer, answer.observed, answer.at)
    offer.save(update_fields=OBSERVED_FIELDS)
    return _compare(offer, answer.observed)


def _take_leave_of(offer: Offer) -> Told:
    if not offer.gone_at:
        offer.lose()
        offer.save(update_fields=KNOWN_FIELDS)
        announce([offer])
    if offer.stays_gone:
        return OutcomeKind.UNCHANGED, _("bol does not have it, and it was decided that it stays so.")
    return OutcomeKind.CHANGED, _("bol does not have it any more. “Send again” publishes it anew.")


def _compare(offer: Offer, said: Mapping[str, Any]) -> Told:
    """Say whether bol has what we want, and which parts it has otherwise."""
    wanted = offer.wanted
    found = state.without_title_drift(State(**{name: said[name] for name in COMPONENTS}), wanted)
    parts = [name for name in COMPONENTS if delta.changed_fields(wanted[name], found[name])]
    if not parts:
        return OutcomeKind.UNCHANGED, _("bol has it as we want it.")
    names = {"details": _("details"), "price": _("price"), "stock": _("stock")}
    otherwise = ", ".join(names[name] for name in parts)
    return OutcomeKind.CHANGED, _("bol has it otherwise: %(parts)s.") % {"parts": otherwise}
