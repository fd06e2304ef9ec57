"""The rows of a file that were taken, but claim an EAN that another row or another offer claims too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from django.utils.translation import gettext as _

from connections.models import Connection
from offers.imports.importing import Problem
from offers.models import EanConflict, Offer
from offers.models.conflict import ConflictState

CHUNK = 200


def flagged_rows(connection: Connection, rows: Mapping[str, int]) -> list[Problem]:
    """Return the rows in conflict, in their order; `rows` is the row of each reference that was taken.

    Of several rows of the file that claim one EAN the first is not flagged, nor is one that was chosen as the owner.
    """
    found = [problem for conflict in _current(connection) for problem in _flagged(conflict, rows)]
    return sorted(found, key=lambda problem: problem.row)


def undecided_in_words(ean: str, others: Iterable[str]) -> str:
    """Return what it means that these claim an EAN as well."""
    return _(
        "EAN %(ean)s is claimed by %(others)s too. Nothing is sent about any of them until somebody chooses the owner."
    ) % {"ean": ean, "others": ", ".join(others)}


def parked_in_words(ean: str, owner: str, reason: str) -> str:
    """Return what it means that an EAN was given to another offer."""
    return _("EAN %(ean)s belongs to %(owner)s, so this offer is parked: %(reason)s") % {
        "ean": ean,
        "owner": owner,
        "reason": reason,
    }


def _current(connection: Connection) -> Iterator[EanConflict]:
    current = EanConflict.objects.current().filter(connection=connection).select_related("owner")
    return current.prefetch_related("members__offer__product", "members__offer__project").iterator(CHUNK)


def _flagged(conflict: EanConflict, rows: Mapping[str, int]) -> Iterator[Problem]:
    offers = [member.offer for member in conflict.members.all()]
    ours = {rows[offer.product.reference]: offer for offer in offers if offer.product.reference in rows}
    is_among_themselves = len(ours) == len(offers)
    innocent = {min(ours)} if ours and is_among_themselves and not conflict.owner else set()
    for row, offer in ours.items():
        if row not in innocent and offer.pk != conflict.owner_id:
            yield Problem(row, "ean", conflict.ean, _reason(conflict, offer, offers))


def _reason(conflict: EanConflict, offer: Offer, offers: list[Offer]) -> str:
    if conflict.state == ConflictState.DECIDED and conflict.owner:
        return parked_in_words(conflict.ean, conflict.owner.in_project, conflict.reason)
    return undecided_in_words(conflict.ean, [other.in_project for other in offers if other.pk != offer.pk])
