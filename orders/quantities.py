"""How many of a line are still to ship, and what that makes of its order. Pure arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from orders.models.order import OrderStatus


@dataclass(frozen=True)
class Line:
    """The quantities of one order item.

    `shipped` and `cancelled` are bol's numbers as last read. `own` counts what is in our own parcels that bol did not
    refuse, `unsettled` the part of it of which bol has not yet said how it ended. `is_cancelling` tells that we had bol
    cancel whatever is open, and bol did not refuse that.
    """

    ordered: int
    shipped: int = 0
    cancelled: int = 0
    own: int = 0
    unsettled: int = 0
    is_cancelling: bool = False

    @property
    def open_at_bol(self) -> int:
        """Return how many bol still waits for."""
        return max(0, self.ordered - self.shipped - self.cancelled)

    @property
    def sent(self) -> int:
        """Return how many left in parcels.

        bol's number may be older than our latest confirmed parcel, and may hold parcels that were announced elsewhere:
        whichever explanation leaves less to ship is believed, so that nothing leaves twice.
        """
        return max(self.shipped + self.unsettled, self.own)

    @property
    def open(self) -> int:
        """Return how many are still to be put in a parcel."""
        return 0 if self.is_cancelling else max(0, self.ordered - self.cancelled - self.sent)


def status_of(lines: Sequence[Line]) -> OrderStatus:
    """Return where an order with these lines stands. Shipped is only what bol itself counts as shipped."""
    if lines and not any(line.open_at_bol for line in lines):
        return OrderStatus.SHIPPED if any(line.shipped for line in lines) else OrderStatus.CANCELLED
    has_left = any(line.shipped or line.own for line in lines)
    if any(line.open for line in lines) or not lines:
        return OrderStatus.PARTLY_SHIPPED if has_left else OrderStatus.OPEN
    rest_is_cancelled = all(line.is_cancelling for line in lines if line.open_at_bol)
    return OrderStatus.CANCELLING if rest_is_cancelled else OrderStatus.ANNOUNCING
