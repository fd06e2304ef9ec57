"""What the offers app looks at by itself, and how often."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from connections import moving
from connections.flows import FlowKind, register
from offers import operators
from offers.moving import follow_move
from offers.observing import FLOW, observe_offers
from offers.reconciling import passes

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
register(
    FlowKind(
        name=operators.FLOW,
        label=_("Economic operators and delivery profiles"),
        run=operators.read_settings,
        interval=timedelta(days=1),
        freshness=timedelta(days=3),
    )
)
register(
    FlowKind(
        name=passes.FLOW,
        label=_("Comparison with bol"),
        run=passes.reconcile_offers,
        interval=timedelta(days=1),
        freshness=timedelta(days=2),
    )
)
