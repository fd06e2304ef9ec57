"""One offer in two dialects: how version 10 says what version 11 says, and the reverse.

Delivery codes against schedules and promises: Offers API version 11, Fulfilment; Retailer API v10, Fulfilment.
"""

from __future__ import annotations

import re

from connections.bol.sandbox.entities import Json, Offer, without_none

DAY_RANGE = re.compile(r"(\d)-(\d)d")
EVENINGS = tuple(f"24uurs-{hour}" for hour in range(23, 11, -1))
RANGES = ("1-2d", "2-3d", "3-5d", "4-8d", "1-8d")
OWN_PROMISE = "MijnLeverbelofte"
VIA_BOL = "VVB"
DELIVERY_CODES = (*EVENINGS, *RANGES, OWN_PROMISE, VIA_BOL)


def condition_from_v10(condition: Json) -> Json:
    """NEW, or a second-hand state."""
    if condition["name"] == "NEW":
        return {"category": "NEW"}
    comment = condition.get("comment")
    return without_none({"category": "SECONDHAND", "state": condition["name"], "comment": comment})


def condition_for_v10(offer: Offer) -> Json:
    """Version 10 has no word for refurbished: it is shown as good as new."""
    condition = offer.condition
    if condition["category"] == "NEW":
        return {"name": "NEW", "category": "NEW"}
    shown = {
        "name": condition.get("state", "AS_NEW"),
        "category": "SECONDHAND",
        "comment": condition.get("comment"),
    }
    return without_none(shown)


def fulfilment_from_v10(fulfilment: Json) -> Json:
    """A method with a delivery code becomes a method with a schedule and a promise."""
    code = fulfilment.get("deliveryCode")
    if fulfilment["method"] == "FBB" or code is None:
        return {"method": fulfilment["method"]}
    if code == OWN_PROMISE:
        return {"method": "FBR", "schedule": "MY_DELIVERY_PROMISE"}
    if code == VIA_BOL:
        return {"method": "FBR", "schedule": "SHIPPING_VIA_BOL"}
    return {"method": "FBR", "schedule": "BOL_DELIVERY_PROMISE", "deliveryPromise": _promise(code)}


def _promise(code: str) -> Json:
    days = DAY_RANGE.fullmatch(code)
    if days:
        return {"minimumDaysToCustomer": int(days[1]), "maximumDaysToCustomer": int(days[2])}
    hour = code.removeprefix("24uurs-")
    return {"minimumDaysToCustomer": 0, "maximumDaysToCustomer": 1, "ultimateOrderTime": f"{hour}:00"}


def fulfilment_for_v10(offer: Offer) -> Json:
    """The method, with the delivery code where version 10 has one."""
    return without_none({"method": offer.fulfilment["method"], "deliveryCode": delivery_code_of(offer)})


def delivery_code_of(offer: Offer) -> str | None:
    """The delivery code that says the same, or None where version 10 has none."""
    if offer.fulfilment["method"] == "FBB":
        return None
    schedule = offer.fulfilment.get("schedule")
    if schedule == "MY_DELIVERY_PROMISE":
        return OWN_PROMISE
    if schedule == "SHIPPING_VIA_BOL":
        return VIA_BOL
    return _code_of(offer.fulfilment.get("deliveryPromise") or {})


def _code_of(promise: Json) -> str | None:
    days = f"{promise.get('minimumDaysToCustomer')}-{promise.get('maximumDaysToCustomer')}d"
    code = days if days in RANGES else f"24uurs-{promise.get('ultimateOrderTime', '')[:2]}"
    return code if code in DELIVERY_CODES else None
