"""The queue is a doorbell: its tables may be emptied at any time, timetable and all, and everything still gets done."""

from __future__ import annotations

from pathlib import Path

import pytest

from connections.schedules import TIMETABLE
from tests.crashes.workplace import SHIP, Workplace, workplace
from tests.processes import wait_until

pytestmark = [
    pytest.mark.crashes,
    pytest.mark.processes,
    pytest.mark.long,
    pytest.mark.django_db(transaction=True),
]

OFFERS, MORE, PARCELS = 60, 20, 12

EMPTY = """
from django_q.models import OrmQ, Schedule, Task
emptied = [model.objects.all().delete()[0] for model in (OrmQ, Schedule, Task)]
"""
# A file is uploaded and loaded, a project is closed, and the tasks that they rang for are lost at once.
UPLOAD = """
from pathlib import Path
from django.core.files.base import ContentFile
from connections.models import Connection
from offers import following
from offers.imports import runs
from offers.models import ImportRun, Project
run = ImportRun(connection=Connection.objects.get(), original_name="more.csv")
run.file.save("more.csv", ContentFile(Path({file!r}).read_bytes()))
runs.start_check(run)
runs.start_loading(run, None, pass_guard_rails=True)
following.note(Project.objects.create(name="Closed", connection=Connection.objects.get(), is_active=False))
"""


def test_everything_gets_done_though_the_queue_is_emptied(tmp_path: Path) -> None:
    with workplace(tmp_path, "--latency-ms", "50") as shop:
        shop.connect("Shop")
        shop.sell_something_else("Shop", PARCELS)
        shop.import_offers("Shop", range(OFFERS))
        shop.shop.start("qcluster")
        assert wait_until(lambda: len(shop.effects("OFFER_CREATED")) >= 5), "the worker did not begin"

        file = shop.write_file("Shop", range(OFFERS, OFFERS + MORE))
        emptied = shop.shop.shell(SHIP + UPLOAD.format(file=str(file)) + EMPTY + "result = emptied")
        assert emptied[1] == len(TIMETABLE)
        shop.sell("Shop", PARCELS)

        assert wait_until(lambda: is_done(shop), 240), shop.messages()
        assert shop.count("django_q_schedule") == len(TIMETABLE)
        shop.check_offers(OFFERS + MORE)
        shipped = {line["order"] for line in shop.effects("ITEM_SHIPPED")}
        assert len(shipped) == shop.count("orders_shipment", "state = 'confirmed'") == PARCELS


def is_done(shop: Workplace) -> bool:
    return (
        shop.count("offers_importrun", "state = 'done'") == 1
        and not shop.count("offers_projecttoannounce")
        and shop.count("orders_order") == 2 * PARCELS
        and shop.has_nothing_to_send()
    )
