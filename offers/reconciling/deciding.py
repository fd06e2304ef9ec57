"""What a person decides about differences with bol. Nothing is ever deleted at bol here.

Each decision is one transaction with what follows from it: a message to bol, or a changed wish of ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from offers import history, parking, services, state
from offers.announcing import announce
from offers.models import KNOWN_FIELDS, Drift, Offer, Project
from offers.models.drift import DECISION_FIELDS, MAX_REASON, DriftKind, DriftState, Resolution
from offers.reconciling import adopting, translating

TAKE_BACK = "take_back"


@dataclass
class Outcome:
    """How many were decided, and why others could not be: (difference, reason)."""

    done: int = 0
    refused: list[tuple[Drift, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Given:
    """What a person gave with a decision: the project that adopts, the reason why an offer stays gone."""

    project: Project | None = None
    reason: str = ""


def decide(
    name: str, drift: Iterable[Drift], by: Any, project: Project | None = None, reason: str = ""
) -> Outcome:
    """Make one decision (a `Resolution`) about many differences; those it does not fit are refused with the reason.

    `TAKE_BACK` takes back that offers stay gone: they wait for a decision again.
    """
    if name == TAKE_BACK:
        return _each(drift, lambda found: _take_back(found.pk, by))
    given = Given(project, reason)
    return _each(drift, lambda found: _decide_one(Resolution(name), found.pk, by, given))


def _each(drift: Iterable[Drift], act: Callable[[Drift], None]) -> Outcome:
    outcome = Outcome()
    for found in drift:
        try:
            act(found)
        except ValidationError as error:
            outcome.refused.append((found, " ".join(error.messages)))
        else:
            outcome.done += 1
    return outcome


def fits(resolution: str) -> DriftKind:
    """Return the kind of difference that a decision is about."""
    return _DECISIONS[Resolution(resolution)][0]


@transaction.atomic
def _decide_one(resolution: Resolution, pk: int, by: Any, given: Given) -> None:
    drift = Drift.objects.select_for_update().get(pk=pk)
    kind, act = _DECISIONS[resolution]
    if drift.kind != kind and resolution != Resolution.LEAVE:
        raise ValidationError(_("This decision does not fit this kind of difference."), "kind")
    if drift.state != DriftState.OPEN:
        raise ValidationError(_("This was decided already."), "decided")
    act(drift, by, given)
    drift.resolve(resolution, by)
    drift.save(update_fields=[*DECISION_FIELDS, "offer"])


def _send_ours(drift: Drift, by: Any, given: Given) -> None:
    offer = _sendable(drift)
    if drift.component in offer.refused:
        offer.forget_refusal()
    _know(offer, drift)
    history.record([(offer, _("Ours is sent over what bol has (%(part)s).") % {"part": drift.component})], by)
    announce([offer], by)


def _take_theirs(drift: Drift, by: Any, given: Given) -> None:
    offer = _offer_of(drift)
    wanted = translating.wishes(offer, drift.component, drift.theirs)
    _know(offer, drift)
    services.change_offer(offer, by, **wanted)
    if drift.component in offer.differing:
        raise ValidationError(_("An offer here cannot have just what bol has."), "cannot_say")


def _publish_again(drift: Drift, by: Any, given: Given) -> None:
    services.send_again([_sendable(drift)], by)


def _park(drift: Drift, by: Any, given: Given) -> None:
    offer = _offer_of(drift)
    if not offer.gone_at:
        raise ValidationError(_("bol has this offer again, so there is nothing to park."), "here")
    drift.reason = (given.reason.strip() or _("Removed at bol."))[:MAX_REASON]
    parking.park(offer, drift.reason, by)


@transaction.atomic
def _take_back(pk: int, by: Any) -> None:
    drift = Drift.objects.select_for_update().get(pk=pk)
    offer = Offer.objects.with_all().select_for_update(of=("self",)).filter(pk=drift.offer_id or 0).first()
    if drift.resolution != Resolution.PARK or offer is None or not offer.stays_gone:
        raise ValidationError(_("This offer is not parked, so there is nothing to take back."), "not_parked")
    parking.unpark(offer, by)
    drift.reopen()
    drift.save(update_fields=DECISION_FIELDS)


def _adopt(drift: Drift, by: Any, given: Given) -> None:
    if given.project is None or given.project.connection_id != drift.connection_id:
        raise ValidationError(_("Choose a project of the connection that this offer is at."), "project")
    drift.offer = adopting.adopt(drift, given.project, by)


def _leave(drift: Drift, by: Any, given: Given) -> None:
    """Nothing follows: it is not asked again while bol's side stays as it is."""


_DECISIONS: dict[Resolution, tuple[DriftKind, Callable[[Drift, Any, Given], None]]] = {
    Resolution.SEND_OURS: (DriftKind.DIFFERS, _send_ours),
    Resolution.TAKE_THEIRS: (DriftKind.DIFFERS, _take_theirs),
    Resolution.LEAVE: (DriftKind.DIFFERS, _leave),
    Resolution.PUBLISH_AGAIN: (DriftKind.GONE, _publish_again),
    Resolution.PARK: (DriftKind.GONE, _park),
    Resolution.ADOPT: (DriftKind.MADE_ELSEWHERE, _adopt),
    Resolution.IGNORE: (DriftKind.MADE_ELSEWHERE, _leave),
}


def _offer_of(drift: Drift) -> Offer:
    offer = Offer.objects.with_all().select_for_update(of=("self",)).filter(drift=drift).first()
    if offer is None or offer.offer_id != drift.bol_offer_id:
        raise ValidationError(_("We do not have this offer under this ID any more."), "offer")
    return offer


def _sendable(drift: Drift) -> Offer:
    offer = _offer_of(drift)
    if not offer.project.is_active:
        raise ValidationError(
            _("Its project is inactive, so nothing is sent. Make the project active first."), "inactive"
        )
    if offer.is_withheld:
        raise ValidationError(
            _("Nothing is sent about it because of its EAN. Decide first which offer has the EAN."),
            "conflict",
        )
    return offer


def _know(offer: Offer, drift: Drift) -> None:
    """Take what bol was seen to have for known, so that exactly the difference is said."""
    if drift.component in offer.known.in_doubt:
        raise ValidationError(
            _("A change of this is on its way to bol. Compare again afterwards."), "under_way"
        )
    offer.hear(drift.component, state.fold_in(offer.known.state[drift.component], drift.theirs))
    offer.save(update_fields=KNOWN_FIELDS)
