"""Changes in bulk, what is refused before it is saved, and who did what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django_q.models import OrmQ

from connections.models import Connection, OutboxMessage
from offers import following, leasing, services, tasks
from offers.models import Offer, Product, Project, ProjectToAnnounce
from offers.rules import check_digit

pytestmark = pytest.mark.django_db

QUERIES_FOR_MANY = 25


@pytest.fixture
def connection() -> Connection:
    """A connection nobody talks through."""
    return Connection.objects.create(name="Quiet shop", client_id="quiet")


def make_many(project: Project, count: int) -> list[Offer]:
    products = Product.objects.bulk_create(
        Product(reference=f"P-{number}", ean=_ean(number)) for number in range(count)
    )
    offers = [services.new_offer(project, product, price=Decimal(10), stock=1) for product in products]
    return services.create_offers(offers, None)


def _ean(number: int) -> str:
    digits = f"871{number:09}"
    return digits + check_digit(digits)


def test_a_new_offer_takes_the_defaults_of_its_project(project: Project, product: Product) -> None:
    project.delivery_code, project.countries = "24uurs-16", "NL,BE"

    offer = services.new_offer(project, product, price=Decimal(10))

    assert (offer.fulfilment_method, offer.delivery_code, offer.countries) == ("FBR", "24uurs-16", "NL,BE")


def test_an_offer_delivered_by_bol_has_no_delivery_code(project: Project, product: Product) -> None:
    offer = services.new_offer(project, product, price=Decimal(10), fulfilment_method="FBB")

    assert offer.delivery_code == ""


def test_many_changes_take_few_queries(project: Project, django_assert_max_num_queries: Any) -> None:
    offers = make_many(project, 200)

    with django_assert_max_num_queries(QUERIES_FOR_MANY):
        changed = services.change_offers(offers, None, price=Decimal(11))

    assert changed == 200
    assert OutboxMessage.objects.waiting().count() == 200


def test_each_offer_can_get_its_own_values(project: Project) -> None:
    first, second = make_many(project, 2)

    changed = services.change_each([(first, {"stock": 8}), (second, {"stock": 1})], None)

    assert changed == 1
    assert Offer.objects.get(pk=first.pk).stock == 8


def test_a_change_bol_would_refuse_is_not_saved(make_offer: Callable[..., Offer]) -> None:
    offer = make_offer()

    with pytest.raises(ValidationError) as refused:
        services.change_offer(offer, None, price=Decimal("0.10"), stock=9)

    assert "price" in refused.value.error_dict
    assert Offer.objects.get(pk=offer.pk).stock == 5


def test_what_nobody_may_decide_cannot_be_changed(make_offer: Callable[..., Offer]) -> None:
    with pytest.raises(TypeError, match="offer_id"):
        services.change_offer(make_offer(), None, offer_id="mine")


def test_a_product_has_one_offer_per_condition_in_a_project(make_offer: Callable[..., Offer]) -> None:
    make_offer()

    with pytest.raises(IntegrityError), transaction.atomic():
        make_offer()
    assert make_offer(condition="GOOD").pk


def test_a_person_is_remembered_with_old_and_new_value(make_offer: Callable[..., Offer], staff: User) -> None:
    offer = make_offer()

    services.change_offer(offer, staff, price=Decimal(13), on_hold=True)

    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (staff, str(offer.pk))
    assert entry.get_change_message() == "Price 12.50 → 13.00, On hold no → yes"
    assert OutboxMessage.objects.get().created_by == staff  # who gave the value that will be sent


def test_a_stale_copy_overwrites_nothing_but_what_it_changes(make_offer: Callable[..., Offer]) -> None:
    stale = make_offer()
    services.change_offer(Offer.objects.get(pk=stale.pk), None, stock=9)

    services.change_offer(stale, None, price=Decimal(20))

    assert (Offer.objects.get(pk=stale.pk).stock, stale.stock) == (9, 9)


def test_an_offer_that_becomes_inactive_before_it_was_sent_is_not_sent(
    make_offer: Callable[..., Offer], project: Project
) -> None:
    make_offer()
    Project.objects.update(is_active=False)

    services.announce(Offer.objects.with_all())

    assert not OutboxMessage.objects.waiting().exists()


def test_a_large_project_is_worked_out_in_parts(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    make_many(project, 5)
    close(project)
    monkeypatch.setattr(following, "PART", 2)

    tasks.announce_project(project.pk)

    assert not OutboxMessage.objects.waiting().exists()
    assert not ProjectToAnnounce.objects.exists()


def test_a_large_project_is_gone_on_with_where_the_time_was_up(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_many(project, 5)
    close(project)
    monkeypatch.setattr(following, "PART", 2)
    monkeypatch.setattr(leasing, "SLICE", timedelta(0))

    tasks.announce_project(project.pk)
    assert OutboxMessage.objects.waiting().count() == 3

    OrmQ.objects.all().delete()  # what was rung is lost
    assert [tasks.resume_projects() for _minute in range(3)] == [1, 1, 1]
    for queued in OrmQ.objects.all():
        tasks.announce_project(*queued.task["args"])
    assert not OutboxMessage.objects.waiting().exists()
    assert tasks.resume_projects() == 0


def test_a_project_that_changes_again_is_worked_out_from_the_start(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_many(project, 3)
    close(project)
    monkeypatch.setattr(following, "PART", 2)
    monkeypatch.setattr(leasing, "SLICE", timedelta(0))
    tasks.announce_project(project.pk)
    assert OutboxMessage.objects.waiting().count() == 1

    Project.objects.update(is_active=True)
    following.note(project)
    for _part in range(2):
        tasks.announce_project(project.pk)

    assert OutboxMessage.objects.waiting().count() == 3


def close(project: Project) -> None:
    """Make a project inactive, as its page does."""
    Project.objects.filter(pk=project.pk).update(is_active=False)
    following.note(project)
