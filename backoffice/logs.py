"""What does not belong in the log."""

from __future__ import annotations

import logging

NOTIFICATIONS = "/bol/notifications/"


class NotCounted(logging.Filter):
    """Leaves out refused notifications: they are counted, and their address is not for everyone's eyes."""

    def filter(self, record: logging.LogRecord) -> bool:
        path = getattr(getattr(record, "request", None), "path", "")
        return not path.startswith(NOTIFICATIONS)
