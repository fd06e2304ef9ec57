"""What is said to bol about offers: how a waiting message becomes a call, and what its outcome means for the offer.

In v11 the three updates of one offer travel in one request; in v10 each is a request of its own, and ends with a
process status. What is sent is worked out when it is sent, so ten changes are one request with the last value and a
change undone is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connections import bol
from connections.bol import Effect
from connections.models import Connection, OutboxMessage
from connections.operations import (
    CannotSend,
    NothingToSend,
    NotNow,
    Operation,
    Preparation,
    Verdict,
    register,
)
from offers import catalogue, delta, leading, quarrels, state
from offers.announcing import COMPONENT_OF, CREATE, DELETE, UPDATES, announce
from offers.conflicts import may_be_published
from offers.dialects import Dialect, Found, dialect_of
from offers.dialects.dialect import Listing
from offers.models import KNOWN_FIELDS, Offer
from offers.state import COMPONENTS, DETAILS, PRICE, STOCK

Messages = Sequence[OutboxMessage]

WAIT_TO_REPEAT_CREATION = timedelta(minutes=1)


class OfferOperation(Operation):
    """What all messages about offers have in common."""

    def advise(self, error: bol.BolError) -> str:
        entry = catalogue.for_error(error)
        return str(entry.fix) if entry else super().advise(error)

    def withdraw(self, messages: Messages) -> None:
        offer = _offer_of(messages)
        if offer:
            offer.take_back(_carried(offer, messages))
            _save(offer)

    def refuse(self, messages: Messages, reason: str, error: bol.BolError | None = None) -> None:
        offer = _offer_of(messages)
        if offer is None:
            return
        if offer.offer_id and isinstance(error, bol.NotFound):
            offer.lose()
        elif not offer.gone_at and not _is_overtaken(messages):
            offer.note_refusal(offer.wanted.only(self._components(messages)), reason)
        _save_and_announce(offer)

    def verify(self, messages: Messages) -> Preparation:
        """Read the offer; the answer is None where bol does not have it."""
        offer = _offer_of(messages)
        if offer is None or not offer.offer_id:
            return NothingToSend()
        return _dialect(offer).read(offer.offer_id)

    def _components(self, messages: Messages) -> frozenset[str]:
        """Return what these messages are about."""
        return frozenset(COMPONENTS)


@register
class CreateOffer(OfferOperation):
    """Make an offer at bol; one that exists there already is adopted, never deleted and made again."""

    name = CREATE
    label = gettext_lazy("Publish offer")
    effect = Effect.ONCE

    def prepare(self, messages: Messages) -> Preparation:
        offer = _offer_of(messages)
        if offer is None or offer.offer_id or not _may_be_sent(offer) or not may_be_published(offer):
            return NothingToSend()
        dialect, listing, wanted = _dialect(offer), _listing(offer), offer.wanted
        if not dialect.can_say(listing):
            return _no_word_for(offer)
        offer.begin_sending(wanted.only(COMPONENTS), messages[0].pk)
        _save(offer)
        return dialect.create(listing, wanted)

    def confirm(self, messages: Messages, answer: Any) -> None:
        offer = _offer_of(messages)
        if offer is None:
            return
        if isinstance(answer, Found):
            offer.adopt(answer.offer_id, state.without_title_drift(answer.state, offer.wanted))
        else:
            offer.offer_id = _id_in(answer)
            offer.confirm_sent(_carried(offer, messages))
        _save_and_announce(offer)

    def recheck_refusal(self, messages: Messages, status: bol.ProcessStatus) -> bool:
        offer = _offer_of(messages)
        if offer is None:
            return False
        offer.duplicate_of = _dialect(offer).named_duplicate(status.error_message)
        _save(offer)
        return bool(offer.duplicate_of)

    def verify(self, messages: Messages) -> Preparation:
        """Look for the offer at bol.

        Version 10 cannot look without an id. There the creation is simply repeated: bol keeps one offer per EAN and
        condition, so a creation that had happened after all makes the repetition a duplicate, whose refusal names
        the id to adopt.
        """
        offer = _offer_of(messages)
        if offer is None:
            return NothingToSend()
        offer.leave_unanswered()
        _save(offer)
        look = _dialect(offer).find(_listing(offer), offer.duplicate_of)
        return look or NotNow(_("bol did not say whether this offer was made."), WAIT_TO_REPEAT_CREATION)

    def judge(self, messages: Messages, answer: Any) -> Verdict:
        offer = _offer_of(messages)
        if offer is None or not isinstance(answer, Found):
            return Verdict.DID_NOT_HAPPEN
        same = (answer.ean, answer.condition) == (offer.product.ean, offer.condition)
        return Verdict.HAPPENED if same else Verdict.DID_NOT_HAPPEN


class UpdateOperation(OfferOperation):
    """Change one component of an offer at bol, in v11 together with the others that wait."""

    effect = Effect.ABSOLUTE
    is_read_back = True

    def companions(self, connection: Connection) -> frozenset[str]:
        return frozenset(UPDATES.values()) if dialect_of(connection).travels_together else frozenset()

    def prepare(self, messages: Messages) -> Preparation:
        offer = _offer_of(messages)
        if offer is None or not offer.offer_id or not _may_be_sent(offer):
            return NothingToSend()
        components, wait = leading.hold_back(offer, self._components_to_send(offer, messages))
        components, pause = quarrels.hold_back(offer, components)
        if not components:
            return wait or pause or NothingToSend()
        return self._prepare_changes(offer, messages, components)

    def confirm(self, messages: Messages, answer: Any) -> None:
        offer = _offer_of(messages)
        if offer:
            quarrels.remember(offer, _senders(offer, messages))
            offer.confirm_sent(_carried(offer, messages))
            _save_and_announce(offer)

    def recheck_refusal(self, messages: Messages, status: bol.ProcessStatus) -> bool:
        """Read back before a refusal is believed: the offer may be gone, or have the value all the same."""
        return True

    def judge(self, messages: Messages, answer: Any) -> Verdict:
        offer = _offer_of(messages)
        if offer is None:
            return Verdict.DID_NOT_HAPPEN
        if answer is None:
            offer.lose()
            _save(offer)
            return Verdict.DID_NOT_HAPPEN
        has_it = all(
            not delta.changed_fields(offer.sending[name]["sent"], answer.state[name])
            for name in _carried(offer, messages)
        )
        return Verdict.HAPPENED if has_it else Verdict.DID_NOT_HAPPEN

    def _components(self, messages: Messages) -> frozenset[str]:
        return frozenset(COMPONENT_OF[message.operation] for message in messages)

    def _components_to_send(self, offer: Offer, messages: Messages) -> frozenset[str]:
        wanted, known, together = offer.wanted, offer.known, _dialect(offer).travels_together
        asked = self._components(messages)
        if STOCK in asked and together:
            asked |= delta.goes_before_stock(wanted, known)
        return asked & delta.to_send(wanted, known, in_one_request=together)

    def _prepare_changes(self, offer: Offer, messages: Messages, components: frozenset[str]) -> Preparation:
        wanted, known = offer.wanted, offer.known
        changes = delta.changes(wanted, known, components)
        offer.begin_sending(wanted.only(components), messages[0].pk)
        _save(offer)
        all_details = state.fold_in(known.state.details, wanted.details or {})
        return _dialect(offer).update(offer.offer_id, changes, all_details)


@register
class UpdateOffer(UpdateOperation):
    """Change the details: reference, title, hold, fulfilment, countries, economic operator."""

    name = UPDATES[DETAILS]
    label = gettext_lazy("Change details")


@register
class UpdateOfferPrice(UpdateOperation):
    """Change the price."""

    name = UPDATES[PRICE]
    label = gettext_lazy("Change price")


@register
class UpdateOfferStock(UpdateOperation):
    """Change the stock."""

    name = UPDATES[STOCK]
    label = gettext_lazy("Change stock")


@register
class DeleteOffer(OfferOperation):
    """Remove an offer at bol for good; only ever asked for by a person."""

    name = DELETE
    label = gettext_lazy("Delete offer")
    effect = Effect.ONCE

    def prepare(self, messages: Messages) -> Preparation:
        offer = _offer_of(messages)
        if offer is None or not offer.offer_id:
            return NothingToSend()
        return _dialect(offer).delete(offer.offer_id)

    def confirm(self, messages: Messages, answer: Any) -> None:
        offer = _offer_of(messages)
        if offer:
            offer.vanish()
            _save_and_announce(offer)

    def recheck_refusal(self, messages: Messages, status: bol.ProcessStatus) -> bool:
        """Read back before a refusal is believed: what is gone already is not there to be removed (v10)."""
        return True

    def judge(self, messages: Messages, answer: Any) -> Verdict:
        return Verdict.HAPPENED if answer is None else Verdict.DID_NOT_HAPPEN

    def _components(self, messages: Messages) -> frozenset[str]:
        return frozenset()


def _offer_of(messages: Messages) -> Offer | None:
    """Return the offer, locked until the end of the transaction; None where it does not exist any more."""
    return Offer.objects.filter(pk=messages[0].subject_pk).locked().first()


def _carried(offer: Offer, messages: Messages) -> list[str]:
    return offer.carried_by(message.pk for message in messages)


def _senders(offer: Offer, messages: Messages) -> dict[str, OutboxMessage]:
    """Return the message behind each component that the request carried: its own, or else the leader."""
    own = {COMPONENT_OF[message.operation]: message for message in messages}
    return {name: own.get(name, messages[0]) for name in _carried(offer, messages)}


def _may_be_sent(offer: Offer) -> bool:
    return offer.project.is_active and offer.gone_at is None and not offer.is_withheld


def _is_overtaken(messages: Messages) -> bool:
    """Tell whether a newer value waits already, so that the refusal of an older one needs nobody."""
    return (
        OutboxMessage.objects.waiting()
        .filter(subject=messages[0].subject, operation__in=[message.operation for message in messages])
        .exists()
    )


def _dialect(offer: Offer) -> Dialect:
    return dialect_of(offer.project.connection)


def _listing(offer: Offer) -> Listing:
    return Listing(offer.product.ean, offer.condition, offer.condition_comment, offer.is_margin_good)


def _no_word_for(offer: Offer) -> CannotSend:
    return CannotSend(
        _("“%(condition)s” has no word in Offers v10.") % {"condition": offer.get_condition_display()},
        _("Move the connection to Offers v11."),
    )


def _id_in(answer: Any) -> str:
    """Return the id of the offer that was made: v11 answers it, v10 names it in the process status."""
    offer_id = answer.entity_id if isinstance(answer, bol.ProcessStatus) else answer
    if not offer_id:
        raise ValueError("bol made an offer and did not say which")
    return str(offer_id)


def _save(offer: Offer) -> None:
    offer.save(update_fields=KNOWN_FIELDS)


def _save_and_announce(offer: Offer) -> None:
    _save(offer)
    # What waits although nothing differs finds nothing to send when its turn comes.
    if offer.differing:
        announce([offer])
