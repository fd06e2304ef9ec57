"""A person chooses who owns a contested EAN, or takes that back."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from connections.models import OutboxMessage
from offers import history
from offers.conflicts import apply_flags, find_conflicts_about, reopen
from offers.models import KNOWN_FIELDS, ConflictMember, EanConflict, FoundBy, Offer
from offers.models.conflict import MAX_REASON, ConflictState
from offers.state import COMPONENTS

# What bol said about an offer goes with it.
OBSERVED_FIELDS = ("observed", "observed_at", "for_sale", "reasons", "reasons_at", "reason_category")


class CannotDecide(Exception):
    """The conflict is not, or not at this moment, what the person took it for; the text says what to do."""


@transaction.atomic
def decide(conflict: EanConflict, owner: Offer, by: Any, reason: str = "") -> EanConflict:
    """Give the EAN to one of its claimants and park the others; what differs from bol's is sent.

    An offer that bol has already goes over to the owner with its id, for bol keeps one per EAN and condition.
    Raises CannotDecide where it was decided meanwhile, has changed, or a request about a claimant is under way.
    """
    current = _locked(conflict, ConflictState.OPEN)
    members = _members(current)
    if owner.pk not in members:
        raise CannotDecide(_("This offer does not claim the EAN any more. Look again and choose another."))
    chosen = members.pop(owner.pk)
    _hand_over(current, chosen, members)
    parked = (reason.strip() or _("%(owner)s has this EAN.") % {"owner": chosen.in_project})[:MAX_REASON]
    _note_decision(current, chosen, by, parked)
    apply_flags({chosen: (False, "")} | dict.fromkeys(members.values(), (False, parked)), by)
    told = _("Chosen to have EAN %(ean)s: %(reason)s") % {"ean": current.ean, "reason": parked}
    history.record([(chosen, told), *((offer, _parked_words(parked)) for offer in members.values())], by)
    _record(
        current, _("Decided for %(owner)s: %(reason)s") % {"owner": chosen.in_project, "reason": parked}, by
    )
    return current


@transaction.atomic
def undo(conflict: EanConflict, by: Any) -> EanConflict:
    """Take the decision back: all claimants wait again, and an offer at bol belongs to whom it belonged to before.

    What was sent to bol stays there as it is until the next decision. Raises CannotDecide as `decide` does.
    """
    current = _locked(conflict, ConflictState.DECIDED)
    members = _members(current)
    if current.owner_id in members:
        _hand_back(current, members.pop(current.owner_id), members)
    told = _("The decision about EAN %(ean)s was taken back.") % {"ean": current.ean}
    reopen(current)
    waiting = _members(current)
    apply_flags(dict.fromkeys(waiting.values(), (True, "")), by)
    history.record([(offer, told) for offer in waiting.values()], by)
    _record(current, told, by)
    return current


# Who may decide now ------------------------------------------------------------------------------------------


def _locked(conflict: EanConflict, state: ConflictState) -> EanConflict:
    """Return the conflict as it is now, locked, and in this state after another look at who claims the EAN."""
    current = EanConflict.objects.select_for_update().get(pk=conflict.pk)
    if current.state in (ConflictState.OPEN, ConflictState.DECIDED):
        find_conflicts_about({current.connection_id: {(current.ean, current.condition)}}, FoundBy.PERSON)
        current.refresh_from_db()
    if current.state != state:
        raise CannotDecide(_why_not(current))
    return current


def _why_not(conflict: EanConflict) -> str:
    if conflict.state == ConflictState.CLOSED:
        return _("This conflict is gone: only one offer claims the EAN.")
    if conflict.state == ConflictState.OPEN:
        return _("There is no decision to take back.")
    return _("Decided already, by %(who)s. Take that back first to choose another owner.") % {
        "who": conflict.decided_by or _("somebody")
    }


def _members(conflict: EanConflict) -> dict[int, Offer]:
    offers = Offer.objects.with_all().select_for_update(of=("self",))
    members = {offer.pk: offer for offer in offers.filter(conflict_members__conflict=conflict).order_by("pk")}
    _check_nothing_under_way(members)
    return members


def _check_nothing_under_way(members: dict[int, Offer]) -> None:
    """What bol answers to such a request belongs to the offer that it left for: that must not change in between."""
    subjects = [offer.subject for offer in members.values()]
    under_way = OutboxMessage.objects.filter(subject__in=subjects, state__in=OutboxMessage.UNDER_WAY)
    if under_way.exists():
        raise CannotDecide(
            _(
                "A request about one of these offers is at bol at this moment. Try again when bol has answered."
            )
        )


# Whose the offer at bol is -----------------------------------------------------------------------------------


def _hand_over(conflict: EanConflict, owner: Offer, others: dict[int, Offer]) -> None:
    """Give bol's one offer to the owner, with all that is known about it."""
    _remember_ids(conflict, [owner, *others.values()])
    if owner.gone_at:
        owner.start_anew()
    owner.forget_refusal()
    published = [offer for offer in others.values() if offer.offer_id and not offer.gone_at]
    if not owner.offer_id and published:
        _take_over(owner, max(published, key=lambda offer: (offer.known_at is not None, offer.known_at)))
    for offer in others.values():
        if offer.offer_id and offer.offer_id == owner.offer_id:
            _doubt_where_they_differ(owner, offer)
        if offer.offer_id in {"", owner.offer_id} and not offer.gone_at:
            _give_up(offer)  # also what a lost answer left in doubt: at bol it can only be the owner's offer
    _save_known([owner, *others.values()])


def _hand_back(conflict: EanConflict, owner: Offer, others: dict[int, Offer]) -> None:
    """Return bol's offer to whom it belonged before the decision, with what bol has of it now."""
    members = ConflictMember.objects.filter(conflict=conflict)
    before = {member.offer_id: member.offer_id_before for member in members}
    returning = [
        offer for offer in others.values() if before[offer.pk] and before[offer.pk] == owner.offer_id
    ]
    for offer in returning:
        if not offer.offer_id and not owner.gone_at:
            _take_over(offer, owner)
    if returning and before[owner.pk] != owner.offer_id:
        _give_up(owner)
    _save_known([owner, *returning])


def _take_over(offer: Offer, giver: Offer) -> None:
    offer.adopt(giver.offer_id, giver.known.state)
    for name in COMPONENTS:
        setattr(offer, f"{name}_in_doubt", name in giver.known.in_doubt)
    for name in OBSERVED_FIELDS:
        setattr(offer, name, getattr(giver, name))
    offer.known_at = giver.known_at


def _give_up(offer: Offer) -> None:
    offer.start_anew()
    offer.observed = offer.observed_at = offer.for_sale = offer.reasons_at = None
    offer.reasons, offer.reason_category = [], ""


def _doubt_where_they_differ(owner: Offer, other: Offer) -> None:
    """Both wrote to the same offer at bol, so where they remember different values nobody knows which came last."""
    for name in COMPONENTS:
        if owner.known.state[name] != other.known.state[name]:
            setattr(owner, f"{name}_in_doubt", True)


def _remember_ids(conflict: EanConflict, offers: list[Offer]) -> None:
    ids = {offer.pk: offer.offer_id for offer in offers}
    members = list(ConflictMember.objects.filter(conflict=conflict))
    for member in members:
        member.offer_id_before = ids[member.offer_id]
    ConflictMember.objects.bulk_update(members, ["offer_id_before"], batch_size=200)


def _save_known(offers: list[Offer]) -> None:
    Offer.objects.bulk_update(offers, [*KNOWN_FIELDS, *OBSERVED_FIELDS], batch_size=100)


# What is remembered ------------------------------------------------------------------------------------------


def _note_decision(conflict: EanConflict, owner: Offer, by: Any, reason: str) -> None:
    conflict.state, conflict.owner, conflict.reason = ConflictState.DECIDED, owner, reason
    conflict.decided_by, conflict.decided_at = by, timezone.now()
    conflict.save(update_fields=["state", "owner", "reason", "decided_by", "decided_at"])


def _parked_words(reason: str) -> str:
    return _("Parked: %(reason)s") % {"reason": reason}


def _record(conflict: EanConflict, told: str, by: Any) -> None:
    if by is None:
        return
    LogEntry.objects.create(
        user_id=by.pk,
        content_type=ContentType.objects.get_for_model(EanConflict),
        object_id=str(conflict.pk),
        object_repr=str(conflict)[:200],
        action_flag=CHANGE,
        change_message=told,
    )
