"""Looks through what changed at bol on one day, because a person asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import islice

from connections.clients import client_for
from connections.models import Connection
from orders import noting
from orders.comparing import compare

PAGE = 50


@dataclass
class Seen:
    """How many orders a list showed, and how many of these are not here, or not as bol has them."""

    listed: int = 0
    new: int = 0
    changed: int = 0


def look_at_day(connection: Connection, day: date) -> Seen:
    """Note every order that changed on a day and is not here as bol has it; raises BolError.

    Each page of a list is noted as it comes, so that a broken connection loses nothing that was seen.
    """
    seen = Seen()
    with client_for(connection) as client:
        orders = client.orders.iterate(latest_change_date=day)
        while listed := list(islice(orders, PAGE)):
            found = compare(connection, listed)
            noting.note(connection, list(found))
            seen.listed += len(listed)
            seen.new += sum(one.is_new for one in found.values())
            seen.changed += sum(not one.is_new for one in found.values())
    return seen
