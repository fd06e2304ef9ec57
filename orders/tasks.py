"""What django-q2 calls: safe to run twice."""

from __future__ import annotations

from django_q.tasks import async_task

from offers.leasing import Slice
from orders.personal_data.due import limit
from orders.personal_data.erasing import anonymise


def remove_personal_data() -> int:
    """Remove the personal data that is due for a while, and ask for the next while; return how many orders and returns it was about."""
    done, portion = 0, Slice()
    for _model, count in anonymise(limit()):
        done += count
        if portion.is_over:
            async_task("orders.tasks.remove_personal_data")
            break
    return done
