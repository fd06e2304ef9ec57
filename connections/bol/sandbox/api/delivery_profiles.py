"""Delivery promise profiles: every account has the same two. Delivery promise API v1."""

from __future__ import annotations

from connections.bol.sandbox.entities import Json
from connections.bol.sandbox.web.answers import DELIVERY_PROMISE_V1, Answer
from connections.bol.sandbox.web.calls import Call, route

WEEK = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")


def list_profiles(call: Call) -> Answer:
    return Answer(200, {"profiles": PROFILES}, DELIVERY_PROMISE_V1)


def _profile(profile_id: str, name: str, until: str, *, is_default: bool) -> Json:
    days = [_day(day, until) for day in WEEK]
    return {"profileId": profile_id, "name": name, "isDefault": is_default, "workingDays": days}


def _day(day: str, until: str) -> Json:
    times = {"latestOrderTime": until, "minCarrierDeliveryDays": 1, "maxCarrierDeliveryDays": 2}
    return {"dayOfWeek": day, "isDeliveryDay": day != "SUNDAY", **times}


PROFILES = [
    _profile("b1a2a3a4-0000-4000-8000-000000000001", "Parcels", "22:00", is_default=True),
    _profile("b1a2a3a4-0000-4000-8000-000000000002", "Large items", "12:00", is_default=False),
]

ROUTES = [route("GET", "/retailer/delivery-promise/profiles", list_profiles, DELIVERY_PROMISE_V1)]
