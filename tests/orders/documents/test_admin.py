"""Paper is printed from the list and from the page of an order, by who may see orders."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from orders.admin import paper
from orders.models import Order
from tests.orders.documents.conftest import pages_of

pytestmark = pytest.mark.django_db

LIST = "/admin/orders/order/"


@pytest.fixture
def viewer(client):
    person = User.objects.create_user("viewer", is_staff=True)
    person.user_permissions.add(Permission.objects.get(codename="view_order"))
    client.force_login(person)
    return client


def choose(action: str, *orders: Order) -> dict[str, object]:
    return {"action": action, "_selected_action": [order.pk for order in orders]}


def slip_of(order: Order) -> str:
    return f"{LIST}{order.pk}/packing-slip/"


@pytest.mark.parametrize(
    ("action", "name"), [("print_packing_slips", "packing-slips"), ("print_pick_list", "pick-list")]
)
def test_chosen_orders_become_one_file(viewer, make_order, action, name):
    first, second, other = (make_order(f"A100{number}") for number in range(3))

    answer = viewer.post(LIST, choose(action, first, second))

    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith(f'attachment; filename="{name}-')
    assert "no-store" in answer["Cache-Control"]  # names and addresses are on it
    said = "\n".join(pages_of(answer.content))
    assert first.order_id in said
    assert second.order_id in said
    assert other.order_id not in said


def test_the_page_of_an_order_leads_to_its_slip(viewer, make_order):
    order = make_order("A1001")
    page = viewer.get(reverse("admin:orders_order_change", args=[order.pk])).text
    assert slip_of(order) in page

    answer = viewer.get(slip_of(order))

    assert answer["Content-Disposition"] == 'inline; filename="packing-slip-A1001.pdf"'
    assert "Noor Bakker" in pages_of(answer.content)[0]


def test_what_cannot_be_printed_is_named_with_the_reason(viewer, make_order):
    fbb = make_order("A1", item={"fulfilment_method": "FBB"})
    fine = make_order("A2")

    alone = viewer.post(LIST, choose("print_pick_list", fbb), follow=True).text
    assert "There is nothing to print: A1: bol ships this order itself (FBB)." in alone
    assert "bol ships this order itself" in viewer.get(slip_of(fbb), follow=True).text

    answer = viewer.post(LIST, choose("print_packing_slips", fbb, fine))
    assert len(pages_of(answer.content)) == 1
    assert "Not on paper: A1: bol ships this order itself (FBB)." in viewer.get(LIST).text


def test_too_many_orders_are_refused_with_the_limit(viewer, make_order, monkeypatch):
    monkeypatch.setattr(paper, "MOST_ON_PAPER", 2)
    orders = [make_order(f"A{number}") for number in range(3)]

    page = viewer.post(LIST, choose("print_pick_list", *orders), follow=True).text

    assert "Choose at most 2 orders at a time." in page


@pytest.mark.parametrize("key", ["999999", "nonsense"])
def test_a_slip_of_no_order_is_no_crash(viewer, key):
    assert viewer.get(f"{LIST}{key}/packing-slip/").status_code == 302


def test_who_may_not_see_orders_prints_nothing(client, make_order):
    client.force_login(User.objects.create_user("stranger", is_staff=True))
    order = make_order("A1")

    assert client.get(slip_of(order)).status_code == 403
    assert client.post(LIST, choose("print_packing_slips", order)).status_code == 403


def test_the_name_on_the_slips_is_set_on_the_connection(client, staff, merchant):
    client.force_login(staff)
    page = reverse("admin:connections_connection_change", args=[merchant.pk])
    form = client.get(page).context["adminform"].form
    typed = {name: form.initial.get(name) or "" for name in form.fields}
    typed |= {"sender_name": "New name", "return_address": "Elsewhere 1", "prices_on_packing_slips": "on"}
    typed["new_secret"] = "secret"
    inline = {"flows-TOTAL_FORMS": "0", "flows-INITIAL_FORMS": "0"}

    assert client.post(page, typed | inline).status_code == 302

    merchant.refresh_from_db()
    assert (merchant.sender_name, merchant.return_address) == ("New name", "Elsewhere 1")
    assert merchant.prices_on_packing_slips
