"""Keeps what was found: one row for each difference as long as it is there, and none twice."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q
from django.utils import timezone

from connections.models import Connection
from offers.models import Drift, Offer, Reconciliation
from offers.models.drift import DECISION_FIELDS, DriftKind, DriftState, Resolution
from offers.reconciling.comparing import Finding

SEEN_FIELDS = ("reconciliation", "offer", "ours", "theirs", *DECISION_FIELDS)
BATCH = 200


def record(look: Reconciliation, findings: Iterable[Finding]) -> int:
    """Record what a pass found, in its transaction; return how many of it a person did not see before."""
    by_key = {_key(look, finding): finding for finding in findings}
    standing = {drift.standing_key: drift for drift in _locked(by_key)}
    fresh = [_drift(look, key, finding) for key, finding in by_key.items() if key not in standing]
    news = [drift for key, drift in standing.items() if key and _see_again(drift, look, by_key[key])]
    Drift.objects.bulk_create(fresh, batch_size=BATCH)
    Drift.objects.bulk_update(standing.values(), SEEN_FIELDS, batch_size=BATCH)
    return len(fresh) + len(news)


def close_vanished(look: Reconciliation) -> int:
    """Close what a complete pass did not find again; an offer that is gone stays so until it is published anew."""
    still_gone = Q(kind=DriftKind.GONE, offer__gone_at__isnull=False)
    vanished = Drift.objects.standing().filter(connection=look.connection_id).exclude(reconciliation=look)
    return vanished.exclude(still_gone).update(
        state=DriftState.RESOLVED,
        resolution=Resolution.VANISHED,
        resolved_at=timezone.now(),
        standing_key=None,
    )


def strangers_known(connection: Connection, offer_ids: Iterable[str]) -> set[str]:
    """Return which of these offers at bol were recorded as made elsewhere before."""
    known = Drift.objects.filter(standing_key__in=_stranger_keys(connection.pk, offer_ids))
    return set(known.values_list("bol_offer_id", flat=True))


def differences_known(offers: Iterable[Offer]) -> set[int]:
    """Return the keys of those of these offers about which a difference stands."""
    standing = Drift.objects.standing().filter(kind=DriftKind.DIFFERS)
    return set(standing.filter(offer__in=list(offers)).values_list("offer_id", flat=True))


def see_strangers(look: Reconciliation, offer_ids: Iterable[str]) -> None:
    """Note that a pass saw these offers made elsewhere again."""
    keys = _stranger_keys(look.connection_id, offer_ids)
    Drift.objects.filter(standing_key__in=keys).update(reconciliation=look)


def _stranger_keys(connection_id: int, offer_ids: Iterable[str]) -> list[str]:
    return [Drift.key_of(connection_id, DriftKind.MADE_ELSEWHERE, offer_id) for offer_id in offer_ids]


def _locked(keys: Iterable[str]) -> Iterable[Drift]:
    return Drift.objects.select_for_update().filter(standing_key__in=list(keys)).order_by("pk")


def _key(look: Reconciliation, finding: Finding) -> str:
    return Drift.key_of(look.connection_id, finding.kind, finding.bol_offer_id, finding.component)


def _drift(look: Reconciliation, key: str, finding: Finding) -> Drift:
    return Drift(
        connection_id=look.connection_id,
        reconciliation=look,
        offer=finding.offer,
        bol_offer_id=finding.bol_offer_id,
        ean=finding.ean,
        kind=finding.kind,
        component=finding.component,
        ours=finding.ours,
        theirs=finding.theirs,
        standing_key=key,
    )


def _see_again(drift: Drift, look: Reconciliation, finding: Finding) -> bool:
    """Bring a standing row up to date; True where it is asked anew because bol's side changed since the decision."""
    is_other = drift.theirs != finding.theirs or drift.ours != finding.ours
    is_news = is_other and drift.resolution == Resolution.LEAVE
    drift.reconciliation, drift.offer = look, finding.offer or drift.offer
    drift.ours, drift.theirs = finding.ours, finding.theirs
    if is_news:
        drift.reopen()
    return is_news
