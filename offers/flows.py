"""What the offers app looks at by itself, and how often."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from connections import moving
from connections.flows import FlowKind, register
from offers.moving import follow_move
from offers.observing import FLOW, observe_offers

moving.follow(follow_move)

register(
    FlowKind(
        name=FLOW,
        label=_("What bol says about offers"),
        run=observe_offers,
        interval=timedelta(minutes=15),
        freshness=timedelta(hours=2),
    )
)
