"""A working day of a small shop, as steps: what people, customers and the workers do, one after the other.

A crash may interrupt any of them. Who repeats one has looked first whether it was done: a person whose page did not
answer looks at it again, and the workers find in the database what is left.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import QuerySet

from connections import flows
from connections.models import Connection, OutboxMessage
from offers import bulk, following, services, undoing
from offers.deeds import DEEDS
from offers.imports import runs
from offers.models import (
    BulkRun,
    ChangeBatch,
    DecisionOrder,
    Drift,
    ImportRun,
    Offer,
    Product,
    Project,
    ProjectToAnnounce,
)
from offers.models.imports import ImportState
from offers.reconciling import ordering
from orders.cancelling import cancel_items
from orders.correcting import correct_transport
from orders.models import Cancellation, OrderItem, OrderToFetch, Return, ReturnCreation, ReturnItem, Shipment
from orders.returns.services import Decision, create_return, handle_returns
from orders.services import Parcel, mark_shipped
from tests.crashes.clock import CLOCK
from tests.processes import RemoteSandbox

OIL, SALT, RICE, TEA = "8710000000017", "8710000000024", "8710000000031", "8710000000048"
FILE = f"""project,reference,ean,title,condition,price,stock,on_hold,fulfilment_method,delivery_code
Pantry,OIL,{OIL},Olive Oil,NEW,12.50,50,no,FBR,1-2d
Pantry,SALT,{SALT},Sea Salt,NEW,3.50,40,no,FBR,1-2d
Pantry,RICE,{RICE},Brown Rice,NEW,4.50,30,no,FBR,1-2d
"""
FIRST_CODE, SECOND_CODE, OTHER_CODE, RIGHT_CODE = (
    "3SOIL000000001",
    "3SOIL000000002",
    "3STEA000000001",
    "3STEA000000009",
)
# Between two flows: bol is asked often at first, and less and less.
SHORTEST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=1)
# Longer than any lease: by then what a dead process held is free.
BACK_AT_WORK = timedelta(minutes=4)
FLOWS = ("orders", "outbox", "process-statuses")
MOST_ROUNDS = 60


@dataclass(frozen=True)
class Step:
    """Something that is done, and how one sees that it was done already."""

    act: Callable[[], Any]
    is_seen: Callable[[], bool] = bool
    # After it everything is done that is to be done, so the state of the day can be compared.
    is_quiet: bool = False


class Day:
    """The steps of the day."""

    def __init__(self, bol: RemoteSandbox) -> None:
        self.bol = bol
        self.steps = [
            *self._fill_the_shop(),
            *self._change_offers(),
            *self._change_many(),
            *self._close_and_open(),
            *self._differ(),
            *self._sell(),
            *self._ship(),
            *self._answer_customers(),
            *self._take_back(),
            Step(self.compare, is_quiet=True),
        ]

    # The workers --------------------------------------------------------------------------------------

    def pass_time(self, by: timedelta) -> None:
        CLOCK.advance(self.bol, by)

    def work(self, *more: str) -> None:
        """Let the workers run until nothing is left to do."""
        pause = SHORTEST_PAUSE
        for _round in range(MOST_ROUNDS):
            self._carry_on()
            for name in (*FLOWS, *more):
                self.run(name, pause)
            pause = min(2 * pause, LONGEST_PAUSE)
            if self._is_quiet():
                return
        raise AssertionError(f"Still open: {list(OutboxMessage.objects.open().values())}")

    def _carry_on(self) -> None:
        """Go on with what is done in parts, as the timetable has it every minute."""
        for run in ImportRun.objects.busy().free():
            runs.carry_on(run.pk)
        for deed in BulkRun.objects.busy().free():
            bulk.carry_on(deed.pk)
        for undo in _unfinished_undos():
            undoing.carry_on(undo.pk)
        for left in ProjectToAnnounce.objects.all():
            following.carry_on(left.project_id)
        for order in DecisionOrder.objects.all():
            ordering.carry_on(order.pk)

    def work_on_returns(self) -> None:
        self.work("returns")

    def compare(self) -> None:
        self.run("reconcile-offers", SHORTEST_PAUSE)

    def run(self, name: str, pause: timedelta) -> None:
        """Run one flow until it is through, some time after what was run before."""
        is_complete = False
        while not is_complete:
            self.pass_time(pause)
            report = flows.attempt(Connection.objects.get(), name)
            is_complete, pause = report.is_complete, max(pause, report.again_in)

    def _is_quiet(self) -> bool:
        left = (
            OutboxMessage.objects.open(),
            OrderToFetch.objects.all(),
            Return.objects.filter(read_in_full_at=None),
            ImportRun.objects.busy(),
            BulkRun.objects.busy(),
            _unfinished_undos(),
            ProjectToAnnounce.objects.all(),
            DecisionOrder.objects.all(),
        )
        return not any(rows.exists() for rows in left)

    # Offers -------------------------------------------------------------------------------------------

    def _fill_the_shop(self) -> list[Step]:
        return [
            Step(self._upload, ImportRun.objects.exists),
            Step(self.work),
            Step(self._load, ImportRun.objects.exclude(state=ImportState.READY).exists),
            Step(self._add_tea, Offer.objects.filter(product__reference="TEA").exists),
            Step(self.work, is_quiet=True),
        ]

    def _upload(self) -> None:
        run = ImportRun(connection=Connection.objects.get(), original_name="pantry.csv", created_by=_staff())
        run.file.save("pantry.csv", ContentFile(FILE.encode()))
        runs.start_check(run)

    def _load(self) -> None:
        runs.start_loading(ImportRun.objects.get(), _staff())

    def _add_tea(self) -> None:
        product, _new = Product.objects.get_or_create(
            reference="TEA", defaults={"ean": TEA, "title": "Green Tea"}
        )
        services.create_offer(Project.objects.get(), product, _staff(), price=Decimal("7.00"), stock=20)

    def _change_offers(self) -> list[Step]:
        return [
            self._change("OIL", price=Decimal("13.00")),
            self._change("SALT", stock=0),
            self._change("SALT", price=Decimal("3.95")),
            self._change("RICE", on_hold=True),
            Step(self.work, is_quiet=True),
            self._change("SALT", stock=7),
            self._change("RICE", on_hold=False, reference_code="SHELF-3"),
            # A change that is taken back at once.
            self._change("TEA", price=Decimal("8.00")),
            self._change("TEA", price=Decimal("7.00")),
            Step(self.work, is_quiet=True),
        ]

    def _change(self, reference: str, **wanted: Any) -> Step:
        offer = Offer.objects.filter(product__reference=reference)
        return Step(
            lambda: services.change_offer(offer.get(), _staff(), **wanted), offer.filter(**wanted).exists
        )

    def _change_many(self) -> list[Step]:
        undone = ChangeBatch.objects.filter(undoes__bulk_run__isnull=False)
        return [
            Step(self._raise_prices, BulkRun.objects.exists),
            Step(self.work, is_quiet=True),
            Step(self._undo, undone.exists),
            Step(self.work, is_quiet=True),
        ]

    def _raise_prices(self) -> None:
        keys = Offer.objects.values_list("pk", flat=True)
        parameters = {"move": "percent", "amount": "10", "rounding": "none"}
        bulk.start(DEEDS["change_price"], keys, parameters, _staff())

    def _undo(self) -> None:
        undoing.start_undo(ChangeBatch.objects.get(bulk_run__isnull=False), _staff())

    def _close_and_open(self) -> list[Step]:
        return [
            Step(lambda: self._switch(is_active=False), Project.objects.filter(is_active=False).exists),
            self._change("RICE", price=Decimal("4.75")),
            Step(self.work, is_quiet=True),
            Step(lambda: self._switch(is_active=True), Project.objects.filter(is_active=True).exists),
            Step(self.work, is_quiet=True),
        ]

    @transaction.atomic
    def _switch(self, *, is_active: bool) -> None:
        """Open or close the project, as its page does."""
        project = Project.objects.get()
        project.is_active = is_active
        project.save(update_fields=["is_active"])
        following.note(project)

    def _differ(self) -> list[Step]:
        """Somebody changes prices at bol, and a person has ours sent, in the background."""
        return [
            Step(self._change_elsewhere),
            Step(self.compare, is_quiet=True),
            Step(self._decide, lambda: DecisionOrder.objects.exists() or not Drift.objects.open().exists()),
            Step(self.work, is_quiet=True),
        ]

    def _change_elsewhere(self) -> None:
        for offer in self.bol.ask("GET", "/_sandbox/offers")["offers"]:
            self.bol.ask("PATCH", f"/_sandbox/offers/{offer['offerId']}", {"price": 99})

    def _decide(self) -> None:
        keys = Drift.objects.open().order_by("pk").values_list("pk", flat=True)
        ordering.order("send_ours", list(keys), _staff(), None, "")

    # Orders -------------------------------------------------------------------------------------------

    def _sell(self) -> list[Step]:
        return [
            self._buy((OIL, 3)),
            self._buy((TEA, 2), (SALT, 1)),
            self._buy((RICE, 1)),
            self._buy((OIL, 1), (SALT, 2)),
            Step(self.work, is_quiet=True),
        ]

    def _buy(self, *basket: tuple[str, int]) -> Step:
        items = [{"ean": ean, "quantity": quantity} for ean, quantity in basket]
        order = {"items": items, "business": False, "country": "NL"}
        return Step(lambda: self.bol.ask("POST", "/_sandbox/orders", order))

    def _ship(self) -> list[Step]:
        return [
            Step(lambda: self._ship_order(OIL, FIRST_CODE, pieces=1), _is_shipped(FIRST_CODE)),
            Step(lambda: self._ship_order(TEA, OTHER_CODE), _is_shipped(OTHER_CODE)),
            Step(
                lambda: cancel_items([_item(SALT, 2).pk], "OUT_OF_STOCK", by=_staff()), _is_cancelling(SALT)
            ),
            Step(self._ask_to_cancel),
            Step(self.work, is_quiet=True),
        ]

    def _ship_order(self, ean: str, code: str, pieces: int = 0) -> None:
        item = _item(ean)
        quantities = {item.pk: pieces} if pieces else None
        mark_shipped([Parcel(item.order_id, "TNT", code, quantities)], by=_staff())

    def _ask_to_cancel(self) -> None:
        order_id = _item(RICE).order.order_id
        self.bol.ask("POST", f"/_sandbox/orders/{order_id}/cancellation-request")

    def _answer_customers(self) -> list[Step]:
        return [
            Step(self._grant_cancellation, _is_cancelling(RICE)),
            Step(lambda: self._ship_order(OIL, SECOND_CODE), _is_shipped(SECOND_CODE)),
            Step(self._correct, _is_shipped(RIGHT_CODE)),
            Step(self.work, is_quiet=True),
        ]

    def _grant_cancellation(self) -> None:
        asked = OrderItem.objects.filter(cancellation_requested=True, quantity_cancelled=0)
        cancel_items([item.pk for item in asked], "REQUESTED_BY_CUSTOMER", by=_staff())

    def _correct(self) -> None:
        shipment = Shipment.objects.get(track_and_trace=OTHER_CODE)
        correct_transport(shipment, "TNT", RIGHT_CODE, by=_staff())

    def _take_back(self) -> list[Step]:
        salt = Offer.objects.filter(product__reference="SALT")
        return [
            Step(self._send_back),
            Step(self.work_on_returns, is_quiet=True),
            Step(self._handle, lambda: not ReturnItem.objects.to_handle().exists()),
            Step(self._create_return, ReturnCreation.objects.exists),
            Step(
                lambda: services.delete_at_bol(salt.all(), _staff()),
                OutboxMessage.objects.filter(operation="DELETE_OFFER").exists,
            ),
            Step(self.work_on_returns, is_quiet=True),
        ]

    def _send_back(self) -> None:
        reasons = {"mainReason": "Anders", "detailedReason": "Anders"}
        item = {"orderItemId": _item(TEA).order_item_id, "quantity": 2, **reasons}
        self.bol.ask("POST", "/_sandbox/returns", {"items": [item]})

    def _handle(self) -> None:
        waiting = ReturnItem.objects.to_handle()
        handle_returns([Decision(item.pk, "RETURN_RECEIVED", 1) for item in waiting], by=_staff())

    def _create_return(self) -> None:
        create_return(_item(OIL), 1, "RETURN_RECEIVED", by=_staff())


def _staff() -> User:
    return User.objects.get()


def _unfinished_undos() -> QuerySet[ChangeBatch]:
    return ChangeBatch.objects.filter(undoes__rows__outcome="").distinct()


def _item(ean: str, place: int = 1) -> OrderItem:
    """Return the first item of an article that was bought, or the one in that place."""
    return OrderItem.objects.select_related("order").filter(ean=ean).order_by("order__order_id")[place - 1]


def _is_shipped(code: str) -> Callable[[], bool]:
    return Shipment.objects.filter(track_and_trace=code).exists


def _is_cancelling(ean: str) -> Callable[[], bool]:
    return Cancellation.objects.filter(item__ean=ean).exists
