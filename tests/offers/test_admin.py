"""The pages of offers: what a person sees, and that every change is a POST that goes through the services."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django_q.models import OrmQ

from connections.models import Connection, OutboxMessage
from offers import services, tasks
from offers.models import Offer, Product, Project
from offers.rules import check_digit
from tests.conftest import RunningSandbox
from tests.offers.conftest import EAN, settled, updates

LIST = "/admin/offers/offer/"


@pytest.fixture
def browser(staff: User) -> Client:
    """The browser of a person who may do everything."""
    client = Client()
    client.force_login(staff)
    return client


@pytest.fixture
def quiet_project(db: None) -> Project:
    """A project whose connection nobody talks through."""
    connection = Connection.objects.create(name="Quiet shop", client_id="quiet")
    return Project.objects.create(name="Pantry", connection=connection)


@pytest.fixture
def oil(quiet_project: Project, product: Product) -> Offer:
    """Olive oil that was not sent yet."""
    return services.create_offer(quiet_project, product, None, price=Decimal("12.50"), stock=5)


def page_of(offer: Offer) -> str:
    return reverse("admin:offers_offer_change", args=[offer.pk])


def filled_in(browser: Client, offer: Offer, **typed: Any) -> dict[str, Any]:
    """What the form of an offer posts after somebody typed `typed`."""
    form = browser.get(page_of(offer)).context["adminform"].form
    values = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    posted = {name: value for name, value in (values | typed).items() if value is not False}
    return {name: "" if value is None else value for name, value in posted.items()}


@pytest.mark.django_db
def test_the_list_shows_what_is_for_sale_and_how_it_stands(browser: Client, oil: Offer) -> None:
    page = browser.get(LIST).content.decode()

    for text in (EAN, "Olive Oil", "Pantry", "12.50", "Not sent yet"):
        assert text in page


@pytest.mark.django_db
@pytest.mark.parametrize("term", [EAN, EAN.lstrip("0"), "OIL-1", "olive", "oil olive", EAN[:8]])
def test_an_offer_is_found_by(browser: Client, oil: Offer, term: str) -> None:
    assert [found.pk for found in browser.get(LIST, {"q": term}).context["cl"].result_list] == [oil.pk]


@pytest.mark.django_db
@pytest.mark.parametrize("term", ["8411610002278", "vinegar", "olive vinegar"])
def test_another_offer_is_not_found(browser: Client, oil: Offer, term: str) -> None:
    assert not browser.get(LIST, {"q": term}).context["cl"].result_list


@pytest.mark.django_db
def test_a_longer_list_takes_no_more_queries(
    browser: Client, quiet_project: Project, django_assert_max_num_queries: Any
) -> None:
    digits = [f"871{number:09}" for number in range(40)]
    products = Product.objects.bulk_create(
        Product(reference=number, ean=number + check_digit(number), title="Oil") for number in digits
    )
    offers = [services.new_offer(quiet_project, product, price=Decimal(10)) for product in products]
    services.create_offers(offers, None)
    browser.get(LIST)

    with django_assert_max_num_queries(15):
        assert len(browser.get(LIST).context["cl"].result_list) == 40


@pytest.mark.django_db
def test_the_page_shows_the_three_sides_and_the_messages(browser: Client, oil: Offer) -> None:
    page = browser.get(page_of(oil)).content.decode()

    for text in ("We want", "bol confirmed", "bol says now", "Publish offer", f"?q=offer%3A{oil.pk}"):
        assert text in page


@pytest.mark.django_db
def test_saving_the_form_announces_only_what_changed(browser: Client, oil: Offer, staff: User) -> None:
    answer = browser.post(page_of(oil), filled_in(browser, oil, price="13.00"))

    assert answer.status_code == 302
    assert Offer.objects.get(pk=oil.pk).price == Decimal("13.00")
    assert LogEntry.objects.get().get_change_message() == "Price 12.50 → 13.00"
    assert OutboxMessage.objects.waiting().get().operation == "CREATE_OFFER"


@pytest.mark.django_db
def test_a_price_bol_would_refuse_stays_on_the_form(browser: Client, oil: Offer) -> None:
    answer = browser.post(page_of(oil), filled_in(browser, oil, price="0.10"))

    assert "from 1 to 9999" in answer.content.decode()
    assert Offer.objects.get(pk=oil.pk).price == Decimal("12.50")


@pytest.mark.django_db
def test_a_page_that_somebody_overtook_is_refused_with_the_newer_values(browser: Client, oil: Offer) -> None:
    stale = filled_in(browser, oil, price="13.00")
    services.change_offer(oil, None, stock=0)

    page = browser.post(page_of(oil), stale).content.decode()

    assert "Somebody else changed this offer" in page
    assert "Stock 0 → 5" in page
    assert Offer.objects.get(pk=oil.pk).price == Decimal("12.50")


@pytest.mark.django_db
def test_an_offer_is_added_with_the_defaults_of_its_project(
    browser: Client, quiet_project: Project, product: Product
) -> None:
    Project.objects.update(delivery_code="24uurs-16")
    typed = {
        "project": quiet_project.pk,
        "product": product.pk,
        "condition": "NEW",
        "price": "9.95",
        "stock": "3",
    }

    answer = browser.post(reverse("admin:offers_offer_add"), typed)

    assert answer.status_code == 302
    assert Offer.objects.get().delivery_code == "24uurs-16"
    assert OutboxMessage.objects.waiting().get().operation == "CREATE_OFFER"


@pytest.mark.django_db
def test_an_offer_without_a_project_is_asked_for_one(browser: Client, product: Product) -> None:
    typed = {"product": product.pk, "condition": "NEW", "price": "9.95", "stock": "3"}

    answer = browser.post(reverse("admin:offers_offer_add"), typed)

    assert list(answer.context["adminform"].form.errors) == ["project"]


@pytest.mark.django_db(transaction=True)
def test_the_hold_action_asks_first_and_then_reaches_bol(
    browser: Client, sandbox: RunningSandbox, offer: Offer, relay: Callable[[Connection], None]
) -> None:
    chosen = {"action": "put_on_hold", "_selected_action": [offer.pk]}

    question = browser.post(LIST, chosen)
    assert "1 offer is selected" in question.content.decode()
    assert not Offer.objects.get(pk=offer.pk).on_hold

    browser.post(
        LIST,
        chosen | {"step": "confirm", "shown": question.context["shown"], "token": question.context["token"]},
    )
    offer = settled(offer, relay)
    assert updates(sandbox) == [{"onHoldByRetailer": True}]
    assert offer.status == Offer.Status.ON_HOLD


@pytest.mark.django_db
def test_an_action_by_get_does_nothing(browser: Client, oil: Offer) -> None:
    browser.get(f"{LIST}?action=put_on_hold&_selected_action={oil.pk}&step=confirm")

    assert not Offer.objects.get(pk=oil.pk).on_hold


@pytest.fixture
def viewer(db: None) -> Client:
    """The browser of a person who may only look."""
    user = User.objects.create_user("viewer", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_offer"))
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.django_db
def test_someone_who_may_only_look_has_no_actions(viewer: Client, oil: Offer) -> None:
    viewer.post(
        LIST, {"action": "put_on_hold", "_selected_action": [oil.pk], "step": "confirm", "shown": "[1, {}]"}
    )

    assert not Offer.objects.get(pk=oil.pk).on_hold


@pytest.mark.django_db
def test_someone_who_may_only_look_sees_the_page(viewer: Client, oil: Offer) -> None:
    page = viewer.get(page_of(oil))

    assert page.status_code == 200
    assert "12.50" in page.content.decode()
    assert "Seen" not in page.content.decode()
    assert viewer.post(page_of(oil), {"price": "13.00"}).status_code == 403


@pytest.mark.django_db
def test_only_an_offer_bol_never_heard_of_can_be_removed(browser: Client, oil: Offer) -> None:
    address = reverse("admin:offers_offer_delete", args=[oil.pk])
    Offer.objects.update(offer_id="at-bol")
    assert browser.post(address, {"post": "yes"}).status_code == 403

    Offer.objects.update(offer_id="")
    browser.post(address, {"post": "yes"})

    assert not Offer.objects.exists()
    assert not OutboxMessage.objects.waiting().exists()


@pytest.mark.django_db(transaction=True)
def test_another_title_of_the_product_reaches_bol(
    browser: Client, sandbox: RunningSandbox, offer: Offer, relay: Callable[[Connection], None]
) -> None:
    address = reverse("admin:offers_product_change", args=[offer.product_id])

    browser.post(address, {"reference": "OIL-1", "title": "Better Olive Oil"})
    settled(offer, relay)

    assert updates(sandbox) == [{"unknownProductTitle": "Better Olive Oil"}]


@pytest.mark.django_db(transaction=True)
def test_a_project_made_inactive_takes_back_what_waits(browser: Client, offer: Offer) -> None:
    services.put_on_hold([offer], None)
    project = offer.project
    typed = {"name": project.name, "condition": "NEW", "fulfilment_method": "FBR", "delivery_code": "1-2d"}

    browser.post(reverse("admin:offers_project_change", args=[project.pk]), typed | {"countries": "NL"})
    run_queued_tasks()

    assert not Project.objects.get().is_active
    assert not OutboxMessage.objects.waiting().exists()


def run_queued_tasks() -> None:
    """Do what the background would do with the announcements of a project."""
    for queued in OrmQ.objects.all():
        task = queued.task
        if task["func"] == "offers.tasks.announce_project":
            tasks.announce_project(*task["args"])
