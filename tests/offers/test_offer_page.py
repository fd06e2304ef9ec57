"""The page of an offer: volume prices as pairs of inputs, the three columns, and the sentence why they differ."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from connections import flows
from connections.models import Connection
from offers import services
from offers.models import Offer, Product, Project
from tests.conftest import RunningSandbox
from tests.offers.conftest import settled

LIST = "/admin/offers/offer/"
VOLUMES = [{"quantity": 6, "unit_price": "11.00"}]


@pytest.fixture
def browser(staff: User) -> Client:
    """The browser of a person who may do everything."""
    client = Client()
    client.force_login(staff)
    return client


@pytest.fixture
def pantry(db: None) -> Project:
    """A project whose connection nobody talks through."""
    connection = Connection.objects.create(name="Quiet shop", client_id="quiet", is_live=True)
    return Project.objects.create(name="Pantry", connection=connection)


@pytest.fixture
def oil(pantry: Project, product: Product) -> Offer:
    """Olive oil, cheaper from six on, that was not sent yet."""
    return services.create_offer(
        pantry, product, None, price=Decimal("12.50"), stock=5, volume_prices=VOLUMES
    )


def page_of(offer: Offer) -> str:
    return reverse("admin:offers_offer_change", args=[offer.pk])


def filled_in(browser: Client, offer: Offer, **typed: Any) -> dict[str, Any]:
    """What the form of an offer posts after somebody typed `typed`, an input of the volume prices each."""
    form = browser.get(page_of(offer)).context["adminform"].form
    values = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    cells = form.fields["volume_prices"].widget.decompress(values.pop("volume_prices"))
    values |= {f"volume_prices_{place}": cell for place, cell in enumerate(cells)}
    posted = {name: value for name, value in (values | typed).items() if value is not False}
    return {name: "" if value is None else value for name, value in posted.items()}


@pytest.mark.django_db
def test_volume_prices_are_typed_as_pairs(browser: Client, oil: Offer) -> None:
    typed = filled_in(browser, oil, volume_prices_2="12", volume_prices_3="9.5")

    browser.post(page_of(oil), typed)

    oil.refresh_from_db()
    assert oil.volume_prices == [*VOLUMES, {"quantity": 12, "unit_price": "9.50"}]
    assert LogEntry.objects.get().get_change_message() == (
        "Volume prices 11.00 from 6 → 11.00 from 6, 9.50 from 12"
    )


@pytest.mark.django_db
def test_pairs_may_be_typed_in_any_order(browser: Client, oil: Offer) -> None:
    typed = filled_in(browser, oil, volume_prices_4="2", volume_prices_5="12.00")

    browser.post(page_of(oil), typed)

    oil.refresh_from_db()
    assert [step["quantity"] for step in oil.volume_prices] == [2, 6]


@pytest.mark.django_db
def test_an_unchanged_form_changes_no_volume_price(browser: Client, oil: Offer) -> None:
    form = browser.get(page_of(oil)).context["adminform"].form
    posted = filled_in(browser, oil)
    again = type(form)(posted, instance=oil)

    assert again.is_valid()
    assert again.changed_data == []
    assert browser.post(page_of(oil), posted).status_code == 302
    assert not LogEntry.objects.exists()


@pytest.mark.django_db
def test_someone_who_may_only_look_reads_the_volume_prices(oil: Offer) -> None:
    viewer = User.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_offer"))
    client = Client()
    client.force_login(viewer)

    page = client.get(page_of(oil)).content.decode()

    assert "11.00 from 6" in page
    assert "unit_price" not in page


@pytest.mark.django_db
def test_the_form_shows_each_pair_in_its_inputs(browser: Client, oil: Offer) -> None:
    page = browser.get(page_of(oil)).content.decode()

    assert 'name="volume_prices_0" value="6"' in page
    assert 'name="volume_prices_1" value="11.00"' in page
    assert 'name="volume_prices_5"' in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ({"volume_prices_2": "12"}, "both a quantity and a price"),
        ({"volume_prices_0": "25"}, "less than or equal to 24"),
        ({"volume_prices_1": "12.50"}, "less than the price of one"),
        ({"volume_prices_2": "7", "volume_prices_3": "11.00"}, "must cost less than from 6"),
        ({"volume_prices_1": "cheap"}, "Enter a number"),
    ],
)
def test_volume_prices_bol_would_refuse_stay_on_the_form(
    browser: Client, oil: Offer, typed: dict[str, str], reason: str
) -> None:
    answer = browser.post(page_of(oil), filled_in(browser, oil, **typed))

    assert reason in answer.content.decode()
    oil.refresh_from_db()
    assert oil.volume_prices == VOLUMES


@pytest.mark.django_db
def test_a_second_hand_offer_is_added_with_its_comment(
    browser: Client, pantry: Project, product: Product
) -> None:
    typed = {"project": pantry.pk, "product": product.pk, "price": "9.95", "stock": "3"}
    condition = {"condition": "GOOD", "condition_comment": "A scratch on the lid"}

    browser.post(reverse("admin:offers_offer_add"), typed | condition)

    offer = Offer.objects.get()
    assert (offer.condition, offer.condition_comment) == ("GOOD", "A scratch on the lid")
    assert "Good, A scratch on the lid" in browser.get(page_of(offer)).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("condition", "field"),
    [
        ({"condition": "NEW", "condition_comment": "A scratch"}, "condition_comment"),
        ({"condition": "GOOD", "condition_comment": "Mail me@example.com"}, "condition_comment"),
        ({"condition": "GOOD", "is_margin_good": "on"}, "is_margin_good"),
    ],
)
def test_what_does_not_go_with_the_condition_is_refused_at_its_field(
    browser: Client, pantry: Project, product: Product, condition: dict[str, str], field: str
) -> None:
    typed = {"project": pantry.pk, "product": product.pk, "price": "9.95", "stock": "3"}

    answer = browser.post(reverse("admin:offers_offer_add"), typed | condition)

    assert list(answer.context["adminform"].form.errors) == [field]


@pytest.mark.django_db
def test_a_refurbished_offer_is_refused_where_bol_has_no_word_for_it(
    browser: Client, pantry: Project, product: Product
) -> None:
    Connection.objects.update(offers_api="v10")
    typed = {"project": pantry.pk, "product": product.pk, "price": "9.95", "stock": "3"}

    answer = browser.post(reverse("admin:offers_offer_add"), typed | {"condition": "REFURBISHED_A"})

    assert "Move it to Offers v11 first" in str(answer.context["adminform"].form.errors["condition"])


@pytest.mark.django_db
def test_a_profile_without_its_promise_is_refused_at_its_field(browser: Client, oil: Offer) -> None:
    answer = browser.post(page_of(oil), filled_in(browser, oil, delivery_profile_id="p-1"))

    assert list(answer.context["adminform"].form.errors) == ["delivery_profile_id"]


@pytest.mark.django_db
def test_a_profile_needs_a_connection_that_has_a_word_for_it(browser: Client, oil: Offer) -> None:
    Connection.objects.update(offers_api="v10")
    typed = {"delivery_code": "MijnLeverbelofte", "delivery_profile_id": "p-1"}

    answer = browser.post(page_of(oil), filled_in(browser, oil, **typed))

    assert list(answer.context["adminform"].form.errors) == ["delivery_profile_id"]


@pytest.mark.django_db(transaction=True)
def test_the_page_says_what_bol_still_sells_where_and_why_not(
    browser: Client, sandbox: RunningSandbox, offer: Offer, relay: Callable[[Connection], None]
) -> None:
    sandbox.place_orders(1, items=[{"offerId": offer.offer_id, "quantity": 2}])
    flows.run(offer.project.connection, "offers")
    page = browser.get(page_of(offer)).content.decode()
    assert "bol sells 3 instead of 5: 2 are reserved for orders." in page
    assert "For sale in NL" in page

    reasons = [{"country": "NL", "category": "PRICE", "code": "4000-1", "description": "Price too high"}]
    seen = {**(Offer.objects.get().observed or {}), "for_sale": [{"country": "NL", "for_sale": False}]}
    Offer.objects.update(reasons=reasons, observed=seen, for_sale=False)
    page = browser.get(page_of(offer)).content.decode()
    assert "Not for sale in NL: price too high." in page


@pytest.mark.django_db(transaction=True)
def test_the_list_hints_at_what_is_under_way(
    browser: Client, offer: Offer, relay: Callable[[Connection], None]
) -> None:
    services.change_offer(offer, None, price=Decimal("13.00"))
    page = browser.get(LIST).content.decode()
    assert "Price 12.50 → 13.00" in page
    assert "On its way: bol is told the new price as soon as its turn comes." in page

    settled(offer, relay)
    assert "On its way" not in browser.get(LIST).content.decode()
