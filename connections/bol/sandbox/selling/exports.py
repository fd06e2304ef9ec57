"""The CSV file of a retailer's offers that version 10 offers instead of a list."""

from __future__ import annotations

import csv
import io
from datetime import UTC, timedelta

from connections.bol.sandbox.assumptions import EXPORT_IS_REUSED_MINUTES, EXPORT_LASTS_DAYS
from connections.bol.sandbox.entities import Export, Offer
from connections.bol.sandbox.selling.dialects import condition_for_v10, delivery_code_of
from connections.bol.sandbox.state import State

COLUMNS = [
    "offerId",
    "ean",
    "conditionName",
    "conditionCategory",
    "conditionComment",
    "bundlePricesPrice",
    "fulfilmentDeliveryCode",
    "stockAmount",
    "onHoldByRetailer",
    "fulfilmentType",
    "mutationDateTime",
    "referenceCode",
    "economicOperatorId",
]


def make(state: State, retailer: str) -> Export:
    """A new export, or the one of the last 15 minutes."""
    recent = state.now - timedelta(minutes=EXPORT_IS_REUSED_MINUTES)
    for export in state.exports.values():
        if export.retailer == retailer and export.created_at > recent:
            return export
    export = Export(state.new_uuid(), retailer, state.now, _write(state, retailer))
    state.exports[export.report_id] = export
    return export


def find(state: State, retailer: str, report_id: str) -> Export | None:
    """The retailer's own export, for 14 days."""
    export = state.exports.get(report_id)
    is_own = export is not None and export.retailer == retailer
    is_fresh = export is not None and state.now - export.created_at < timedelta(days=EXPORT_LASTS_DAYS)
    return export if is_own and is_fresh else None


def _write(state: State, retailer: str) -> str:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_row(offer) for offer in state.offers.of(retailer))
    return file.getvalue()


def _row(offer: Offer) -> list[object]:
    condition = condition_for_v10(offer)
    mutation = offer.modified_at.astimezone(UTC).isoformat(" ", timespec="milliseconds")
    return [
        offer.offer_id,
        offer.ean,
        condition["name"],
        condition["category"],
        condition.get("comment", ""),
        offer.price,
        delivery_code_of(offer) or "",
        offer.amount,
        str(offer.on_hold).lower(),
        offer.fulfilment["method"],
        mutation.removesuffix("+00:00") + " UTC",
        offer.reference or "",
        offer.economic_operator_id or "",
    ]
