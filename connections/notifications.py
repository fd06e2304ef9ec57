"""What the ground floor looks up when bol posts: how commands ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from connections import confirming, flows, inbox
from connections.models import Connection, Notification


def look_up(connection: Connection, told: Sequence[Notification]) -> list[Notification]:
    """Have the process statuses asked at once that our messages wait for.

    One that we do not know is another system's, or bol was faster than its own answer to our command: that message is
    asked for within seconds anyway.
    """
    confirming.look_now(connection, [notification.resource_id for notification in told])
    return []


def catch_up(connection: Connection, since: datetime) -> bool:
    """Have the statuses polled that are due; there is no past to go back to."""
    return flows.rewind(connection, confirming.FLOW, since)


inbox.register("PROCESS_STATUS", look_up, catch_up)
