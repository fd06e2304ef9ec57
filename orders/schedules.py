"""What the orders app does by the clock."""

from __future__ import annotations

from connections.schedules import Entry, plan
from offers.schedules import until_night

plan(
    Entry(
        "remove personal data",
        "orders.tasks.remove_personal_data",
        minutes=60 * 24,
        first_after=until_night(),
    )
)
