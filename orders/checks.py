"""What must be right before anything runs."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

# Parcels get lost and come back for weeks after they left.
LEAST_DAYS = 30


@register()
def check_personal_data_days(**_kwargs: Any) -> list[CheckMessage]:
    """Refuse a number of days after which orders still in use would lose their customer."""
    if settings.PERSONAL_DATA_DAYS >= LEAST_DAYS:
        return []
    said = f"PERSONAL_DATA_DAYS is {settings.PERSONAL_DATA_DAYS}, and must be at least {LEAST_DAYS}."
    hint = "Parcels still get lost and come back, and the address would be gone. The default is 90."
    return [Error(said, hint=hint, id="orders.E001")]
