"""How the two versions of bol's offers say the same about delivery: codes in v10, schedules and promises in v11."""

from __future__ import annotations

import re

from connections.bol.resources.offers import DeliveryPromise, Fulfilment
from offers.choices import DeliveryCode

BOL_PROMISE, OWN_PROMISE, VIA_BOL = "BOL_DELIVERY_PROMISE", "MY_DELIVERY_PROMISE", "SHIPPING_VIA_BOL"

_UNTIL = re.compile(r"24uurs-(\d\d)")
_DAYS = re.compile(r"(\d)-(\d)d")


def fulfilment_for(method: str, delivery_code: str, profile_id: str = "") -> Fulfilment:
    """Say a delivery code in the words of v11; a profile goes with our own promise only (Offers API v11, Fulfilment)."""
    if not delivery_code:
        return Fulfilment(method)
    if delivery_code == DeliveryCode.OWN_PROMISE:
        return Fulfilment(method, schedule=OWN_PROMISE, profile_id=profile_id or None)
    if delivery_code == DeliveryCode.VIA_BOL:
        return Fulfilment(method, schedule=VIA_BOL)
    return Fulfilment(method, schedule=BOL_PROMISE, delivery_promise=_promise(delivery_code))


def code_for(fulfilment: Fulfilment) -> str:
    """Say what v11 says as a delivery code.

    What has no code comes back as a description ("2-5d until 14:00"), which equals no code.
    """
    if fulfilment.schedule == OWN_PROMISE:
        return DeliveryCode.OWN_PROMISE.value
    if fulfilment.schedule == VIA_BOL:
        return DeliveryCode.VIA_BOL.value
    return _code(fulfilment.delivery_promise) if fulfilment.delivery_promise else ""


def _promise(delivery_code: str) -> DeliveryPromise:
    until = _UNTIL.fullmatch(delivery_code)
    if until:
        return DeliveryPromise(0, 1, f"{until[1]}:00")
    days = _DAYS.fullmatch(delivery_code)
    if not days:
        raise ValueError(f"bol has no delivery code {delivery_code}")
    return DeliveryPromise(int(days[1]), int(days[2]))


def _code(promise: DeliveryPromise) -> str:
    days = f"{promise.minimum_days_to_customer}-{promise.maximum_days_to_customer}d"
    if not promise.ultimate_order_time:
        return days
    if days == "0-1d" and promise.ultimate_order_time.endswith(":00"):
        return f"24uurs-{promise.ultimate_order_time[:2]}"
    return f"{days} until {promise.ultimate_order_time}"
