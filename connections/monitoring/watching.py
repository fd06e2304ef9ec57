"""One look at everything, as `manage.py watch` does every minute, outside of the workers that it watches."""

from __future__ import annotations

import logging

import requests
from django.conf import settings

from connections.models import Heartbeat
from connections.monitoring import activity, alerts, summary, telling
from connections.monitoring.alerts import Evaluation

logger = logging.getLogger(__name__)

WATCHER = "watch"
TIMEOUT = (3.05, 10)


def watch() -> Evaluation:
    """Evaluate every rule, tell who has to know, and show somebody outside that all of this was done."""
    activity.adopt_unrecorded()
    done = alerts.evaluate()
    telling.prepare()
    summary.prepare()
    telling.send_due()
    Heartbeat.beat(WATCHER)
    _ping_outside()
    return done


def _ping_outside() -> None:
    """Call the dead man's switch, which raises the alarm when these calls stop."""
    if not settings.DEADMAN_URL:
        return
    try:
        requests.get(settings.DEADMAN_URL, timeout=TIMEOUT, allow_redirects=False).raise_for_status()
    except requests.RequestException as error:
        logger.warning("The dead man's switch could not be reached: %s", type(error).__name__)
