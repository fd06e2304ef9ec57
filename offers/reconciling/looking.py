"""Reads again what a list makes doubtful, before anything is said about it: requests only, nothing is written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.utils import timezone

from connections import bol
from connections.models import Connection
from offers.dialects import Found, dialect_of
from offers.models import Offer
from offers.reconciling import comparing
from offers.reconciling.noting import LAG, Part, Reading
from offers.reconciling.reading import Sighting
from offers.reconciling.recording import differences_known, strangers_known


class Look:
    """Looks at the offers of one connection."""

    def __init__(self, connection: Connection, client: bol.Client) -> None:
        self._connection, self._client = connection, client

    def compare_page(self, seen: Sequence[Sighting], asked_at: datetime) -> Part:
        """Compare a page of the list of version 11, which is as fresh as the moment it was asked for."""
        part, ours = Part(seen={sighting.offer_id for sighting in seen}), self._ours(seen)
        for sighting in seen:
            offer = ours.get(sighting.offer_id)
            if offer and offer.stays_gone:
                part.add_stranger(sighting.offer_id, self._read(sighting.offer_id))
            elif sighting.found and offer is None:
                part.strangers.append(Reading(sighting.found, asked_at))
            elif sighting.found and offer and _is_doubtful(offer, sighting):
                part.add(sighting.offer_id, self._newest(offer, Reading(sighting.found, asked_at)))
        return part

    def compare_rows(self, seen: Sequence[Sighting]) -> Part:
        """Compare rows of an export, which may be old: whatever it shows is read before it counts.

        It says little of an offer, so one that was found to differ before is read again, whatever it shows.
        """
        part = Part(seen={sighting.offer_id for sighting in seen})
        ours = {name: offer for name, offer in self._ours(seen).items() if not offer.stays_gone}
        known = strangers_known(self._connection, part.seen - set(ours))
        differing = differences_known(ours.values())
        for sighting in seen:
            offer = ours.get(sighting.offer_id)
            if offer and (offer.pk in differing or _is_doubtful(offer, sighting)):
                part.add(sighting.offer_id, self._read(sighting.offer_id))
            elif offer is None and sighting.offer_id not in known:
                part.add_stranger(sighting.offer_id, self._read(sighting.offer_id))
        part.known_strangers |= known
        return part

    def look_up(self, missing: Iterable[Offer]) -> dict[str, Found | None]:
        """Read offers that a whole pass did not see, except those that are known to be gone."""
        answers = {}
        for offer in missing:
            if offer.gone_at is None:
                reading = self._read(offer.offer_id)
                answers[offer.offer_id] = reading.found if reading else None
        return answers

    def _newest(self, offer: Offer, reading: Reading) -> Reading | None:
        changed_at = max((at for at in (offer.known_at, offer.gone_at) if at), default=None)
        if changed_at and changed_at > reading.asked_at - LAG:
            # The list may be older than that.
            return self._read(offer.offer_id)
        return reading

    def _read(self, offer_id: str) -> Reading | None:
        asked_at = timezone.now()
        found = dialect_of(self._connection).read(offer_id).send(self._client)
        return Reading(found, asked_at) if found else None

    def _ours(self, seen: Iterable[Sighting]) -> dict[str, Offer]:
        offers = Offer.objects.with_all().filter(
            project__connection=self._connection, offer_id__in=[sighting.offer_id for sighting in seen]
        )
        return {offer.offer_id: offer for offer in offers}


def _is_doubtful(offer: Offer, sighting: Sighting) -> bool:
    return offer.gone_at is not None or comparing.may_differ(offer, sighting)
