"""The shelves of bol: each keeps one kind of thing and finds it without looking at all of them."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from connections.bol.sandbox.entities import (
    Offer,
    Order,
    OrderItem,
    ProcessStatus,
    Return,
    ReturnItem,
    Shipment,
)


class OfferStore:
    """Offers by id, by EAN and condition, by reference, and in order of creation per retailer."""

    def __init__(self) -> None:
        self.by_id: dict[str, Offer] = {}
        self.by_number: dict[int, Offer] = {}
        self.numbers: dict[str, list[int]] = defaultdict(list)
        self.by_ean: dict[tuple[str, str], dict[str, Offer]] = defaultdict(dict)

    def add(self, offer: Offer) -> None:
        self.by_id[offer.offer_id] = offer
        self.by_number[offer.number] = offer
        self.numbers[offer.retailer].append(offer.number)
        self.by_ean[offer.retailer, offer.ean][offer.condition_name] = offer

    def remove(self, offer: Offer) -> None:
        del self.by_id[offer.offer_id]
        del self.by_number[offer.number]
        self.numbers[offer.retailer].remove(offer.number)
        del self.by_ean[offer.retailer, offer.ean][offer.condition_name]

    def find(self, retailer: str, offer_id: str) -> Offer | None:
        """The retailer's own offer; somebody else's does not exist for it."""
        offer = self.by_id.get(offer_id)
        return offer if offer and offer.retailer == retailer else None

    def with_ean(self, retailer: str, ean: str) -> list[Offer]:
        """The retailer's offers for an EAN, one per condition."""
        return list(self.by_ean.get((retailer, ean), {}).values())

    def same(self, retailer: str, ean: str, condition_name: str) -> Offer | None:
        """The offer that already has this EAN and condition."""
        return self.by_ean.get((retailer, ean), {}).get(condition_name)

    def after(self, retailer: str, number: int) -> Iterator[Offer]:
        """The retailer's offers created after the one with this number, oldest first."""
        numbers = self.numbers.get(retailer, [])
        for position in range(bisect_right(numbers, number), len(numbers)):
            yield self.by_number[numbers[position]]

    def of(self, retailer: str | None) -> list[Offer]:
        """All offers of a retailer, or of everyone."""
        return list(self.by_id.values()) if retailer is None else list(self.after(retailer, 0))


class OrderStore:
    """Orders by id, by item, those still open, and in order of their latest change per retailer."""

    def __init__(self) -> None:
        self.by_id: dict[str, Order] = {}
        self.by_item: dict[str, Order] = {}
        self.open: dict[str, dict[str, Order]] = defaultdict(dict)
        self.by_change: dict[str, dict[str, Order]] = defaultdict(dict)

    def add(self, order: Order) -> None:
        self.by_id[order.order_id] = order
        self.by_item.update({item.item_id: order for item in order.items})
        self.note_change(order)

    def note_change(self, order: Order) -> None:
        """Move the order to the end of the changed ones, and out of the open ones when it is done."""
        changed = self.by_change[order.retailer]
        changed.pop(order.order_id, None)
        changed[order.order_id] = order
        if order.is_open:
            self.open[order.retailer][order.order_id] = order
            return
        self.open[order.retailer].pop(order.order_id, None)

    def find(self, retailer: str, order_id: str) -> Order | None:
        """The retailer's own order."""
        order = self.by_id.get(order_id)
        return order if order and order.retailer == retailer else None

    def find_item(self, retailer: str, item_id: str) -> tuple[Order, OrderItem] | None:
        """The retailer's own order item with its order."""
        order = self.by_item.get(item_id)
        if order is None or order.retailer != retailer:
            return None
        return order, next(item for item in order.items if item.item_id == item_id)

    def changed_since(self, retailer: str, moment: datetime) -> list[Order]:
        """The orders whose latest change is not before the moment."""
        found: list[Order] = []
        for order in reversed(self.by_change.get(retailer, {}).values()):
            if order.changed_at < moment:
                break
            found.append(order)
        return found

    def of(self, retailer: str | None) -> list[Order]:
        """All orders in order of placing, of a retailer or of everyone."""
        return [order for order in self.by_id.values() if retailer in (None, order.retailer)]


class ShipmentStore:
    """Shipments by id, by transport, by order, and in order of sending per retailer."""

    def __init__(self) -> None:
        self.by_id: dict[str, Shipment] = {}
        self.by_transport: dict[str, Shipment] = {}
        self.by_order: dict[str, list[Shipment]] = defaultdict(list)
        self.by_retailer: dict[str, list[Shipment]] = defaultdict(list)

    def add(self, shipment: Shipment) -> None:
        self.by_id[shipment.shipment_id] = shipment
        self.by_transport[shipment.transport_id] = shipment
        self.by_order[shipment.order_id].append(shipment)
        self.by_retailer[shipment.retailer].append(shipment)

    def find(self, retailer: str, shipment_id: str) -> Shipment | None:
        """The retailer's own shipment."""
        shipment = self.by_id.get(shipment_id)
        return shipment if shipment and shipment.retailer == retailer else None

    def with_transport(self, retailer: str, transport_id: str) -> Shipment | None:
        """The retailer's own shipment that travels with this transport."""
        shipment = self.by_transport.get(transport_id)
        return shipment if shipment and shipment.retailer == retailer else None


class ReturnStore:
    """Returns by id, by RMA, by order item, and in order of registration per retailer."""

    def __init__(self) -> None:
        self.by_id: dict[str, Return] = {}
        self.by_rma: dict[str, Return] = {}
        self.by_item: dict[str, list[ReturnItem]] = defaultdict(list)
        self.by_retailer: dict[str, list[Return]] = defaultdict(list)

    def add(self, found: Return) -> None:
        self.by_id[found.return_id] = found
        self.by_retailer[found.retailer].append(found)
        for item in found.items:
            self.by_rma[item.rma_id] = found
            self.by_item[item.item_id].append(item)

    def find(self, retailer: str, return_id: str) -> Return | None:
        """The retailer's own return."""
        found = self.by_id.get(return_id)
        return found if found and found.retailer == retailer else None

    def find_item(self, retailer: str, rma_id: str) -> tuple[Return, ReturnItem] | None:
        """The retailer's own return item with its return."""
        found = self.by_rma.get(rma_id)
        if found is None or found.retailer != retailer:
            return None
        return found, next(item for item in found.items if item.rma_id == rma_id)

    def quantity_of(self, item_id: str) -> int:
        """How many units of an order item were returned or are on their way."""
        return sum(item.returned for item in self.by_item.get(item_id, []))

    def of(self, retailer: str | None) -> list[Return]:
        """All returns in order of registration, of a retailer or of everyone."""
        return list(self.by_id.values()) if retailer is None else self.by_retailer.get(retailer, [])


class ProcessStore:
    """Process statuses by id and by (retailer, entity, event type)."""

    def __init__(self) -> None:
        self.by_id: dict[str, ProcessStatus] = {}
        self.by_entity: dict[tuple[str, str, str], list[ProcessStatus]] = defaultdict(list)

    def add(self, process: ProcessStatus) -> None:
        self.by_id[process.process_id] = process
        self.file_under_entity(process)

    def file_under_entity(self, process: ProcessStatus) -> None:
        """Make the status findable by its entity, once it is known."""
        filed = self._filed(process)
        if process.entity_id and process not in filed:
            filed.append(process)

    def remove(self, process_id: str) -> None:
        process = self.by_id.pop(process_id, None)
        if process and process in self._filed(process):
            self._filed(process).remove(process)

    def find(self, retailer: str, process_id: str) -> ProcessStatus | None:
        """The retailer's own process status, while bol remembers it."""
        process = self.by_id.get(process_id)
        return process if process and process.retailer == retailer else None

    def _filed(self, process: ProcessStatus) -> list[ProcessStatus]:
        return self.by_entity[process.retailer, process.entity_id or "", process.event_type]
