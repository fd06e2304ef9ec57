"""Delivery promise profiles: the calendars behind "my delivery promise" (Delivery promise API v1, not at hand).

Known of it are the address, the media type, and an answer `{"profiles": [{"profileId", "name", "isDefault", ...}]}`; whether
it pages is not confirmed.
"""

from __future__ import annotations

from connections.bol.answers import Answer, json_as
from connections.bol.resources.resource import Resource

MEDIA_TYPE = "application/vnd.delivery-promise.v1+json"
_PATH = "/retailer/delivery-promise/profiles"


class DeliveryProfile(Answer):
    """A profile that an offer can name; bol keeps its working days to itself."""

    profile_id: str
    name: str = ""
    is_default: bool = False


class _Profiles(Answer):
    profiles: list[DeliveryProfile] = []


_read_profiles = json_as(_Profiles)


class DeliveryProfiles(Resource):
    """Reads the delivery profiles of the account."""

    media_type = MEDIA_TYPE

    def list(self) -> list[DeliveryProfile]:
        """Give all profiles."""
        return self._get(_PATH, _read_profiles).profiles
