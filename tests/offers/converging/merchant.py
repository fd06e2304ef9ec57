"""What the people of a shop do to their offers in a day."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.core.files.base import ContentFile
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from connections import services as switches
from offers import bulk, following, services, tasks, undoing
from offers.deeds import DEEDS
from offers.imports import runs
from offers.models import ChangeBatch, EanConflict, ImportRun, Offer, Product
from tests.offers.converging import values
from tests.offers.converging.day import MOST_OFFERS, PICK, Day

DEED_PARAMETERS: list[tuple[str, dict[str, Any]]] = [
    ("put_on_hold", {"reason": "Recall", "until": ""}),
    ("put_on_hold", {"reason": "Recall", "until": "2020-01-01T00:00:00+00:00"}),
    ("release", {}),
    ("change_price", {"move": "percent", "amount": "10", "rounding": "99"}),
    ("set_stock", {"move": "SET", "amount": "0"}),
    ("set_delivery_code", {"delivery_code": "VVB"}),
]


class Merchant(Day):
    """What the people of the shop do."""

    @rule(pick=PICK, changes=values.changes())
    def edit(self, pick: int, changes: values.Changes) -> None:
        self.change(self.offer(pick), changes)

    @rule(deed=st.sampled_from(DEED_PARAMETERS), picks=st.sets(PICK, min_size=1))
    def edit_many(self, deed: tuple[str, dict[str, Any]], picks: set[int]) -> None:
        keys = {self.offer(pick).pk for pick in picks}
        bulk.start(DEEDS[deed[0]], keys, deed[1], self.world.staff)
        for offer in Offer.objects.filter(pk__in=keys):
            self.believe(offer)

    @rule(lines=st.dictionaries(PICK, values.rows(), min_size=1))
    def load_a_file(self, lines: dict[int, dict[str, str]]) -> None:
        cells = {self.offer(pick): line for pick, line in lines.items()}
        run = ImportRun.objects.create(
            file=ContentFile(_csv(cells), name="rows.csv"), original_name="rows.csv", connection=self.world.connection
        )  # fmt: skip
        runs.start_check(run)
        runs.start_loading(run, self.world.staff, pass_guard_rails=True)
        runs.carry_on(run.pk)
        run.refresh_from_db()
        assert run.state == ImportRun.State.DONE, run.error
        for offer in cells:
            self.believe(offer)

    @rule()
    def undo_the_latest(self) -> None:
        batch = ChangeBatch.objects.filter(undoes=None).order_by("-pk").first()
        if batch and undoing.start_undo(batch, self.world.staff):
            for offer in self.world.offers():
                self.believe(offer)

    @rule()
    def release_what_is_due(self) -> None:
        due = list(Offer.objects.due_for_release())
        tasks.release_due()
        for offer in due:
            self.saved[offer.pk]["on_hold"] = False

    @rule(pick=PICK)
    def send_again(self, pick: int) -> None:
        self.say_again([self.offer(pick)])

    @rule(pick=PICK)
    def delete_at_bol(self, pick: int) -> None:
        services.delete_at_bol([self.offer(pick)], self.world.staff)

    @rule(pick=PICK, title=st.sampled_from(["Oil", "Vinegar", ""]))
    def retitle(self, pick: int, title: str) -> None:
        product = self.offer(pick).product
        product.title = title
        services.change_product(product, ["title"], self.world.staff)

    @rule(name=st.sampled_from(["Pantry", "Second feed"]))
    def open_or_close_a_project(self, name: str) -> None:
        project = self.world.project(name)
        self.world.activate(project, is_active=not project.is_active)

    @rule()
    def lead_the_stock_or_leave_it_to_bol(self) -> None:
        project = self.world.project()
        project.stock_managed_by_retailer = not project.stock_managed_by_retailer
        project.save(update_fields=["stock_managed_by_retailer"])
        following.note(project)
        tasks.announce_project(project.pk)

    @rule()
    def pause_or_resume(self) -> None:
        connection = self.world.connection
        if connection.is_active:
            switches.pause(connection, "Stocktaking", by=self.world.staff)
        else:
            switches.resume(connection, by=self.world.staff)

    @rule(pick=PICK, name=st.sampled_from(["Pantry", "Second feed"]), price=values.PRICES)
    @precondition(lambda self: len(self.saved) < MOST_OFFERS)
    def claim_an_ean_twice(self, pick: int, name: str, price: Any) -> None:
        rival = self.offer(pick)
        number = self.next_number()
        copy = Product.objects.create(reference=f"COPY-{number}", ean=rival.product.ean, title="Copy")
        wanted = {"condition": rival.condition, "price": price, "stock": 3}
        self.believe(services.create_offer(self.world.project(name), copy, self.world.staff, **wanted))

    @rule(pick=PICK)
    def choose_an_owner_or_take_it_back(self, pick: int) -> None:
        conflict = EanConflict.objects.current().order_by("pk").first()
        if conflict is None:
            return
        self.settle_conflict(conflict, pick)


def _csv(cells: dict[Offer, dict[str, str]]) -> bytes:
    columns = sorted({column for line in cells.values() for column in line})
    file = io.StringIO()
    writer = csv.DictWriter(file, ["project", "reference", "condition", *columns], restval="")
    writer.writeheader()
    for offer, line in cells.items():
        known = {
            "project": offer.project.name,
            "reference": offer.product.reference,
            "condition": offer.condition,
        }
        writer.writerow({**known, **line})
    return file.getvalue().encode()
