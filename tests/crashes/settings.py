"""The settings of the processes that die: as everywhere, but for the time, which is bol's.

The clock is put in here because it has to be in before any model takes `timezone.now` for a default.
"""

from __future__ import annotations

from django.utils import timezone

from backoffice.settings import *  # noqa: F403
from tests.crashes.clock import CLOCK

timezone.now = CLOCK.now
