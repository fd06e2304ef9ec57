"""The pages of EAN conflicts: what waits, the claimants side by side, and the choice of an owner by POST."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django_q.models import OrmQ

from connections.models import Connection
from offers import services, tasks
from offers.admin import conflict_actions
from offers.models import EanConflict, Offer, Product, Project
from offers.models.conflict import ConflictState
from tests.offers.conftest import EAN

pytestmark = pytest.mark.django_db

LIST = "/admin/offers/eanconflict/"
OFFERS = "/admin/offers/offer/"


@pytest.fixture
def connection() -> Connection:
    """A connection nobody talks through."""
    return Connection.objects.create(name="Quiet shop", client_id="quiet")


@pytest.fixture
def browser(staff: User) -> Client:
    """The browser of a person who may do everything."""
    client = Client()
    client.force_login(staff)
    return client


@pytest.fixture
def watcher(db: None) -> Client:
    """The browser of a person who may only look."""
    person = User.objects.create_user("watcher", is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def oil(project: Project, product: Product) -> Offer:
    return services.create_offer(project, product, None, price=Decimal("12.50"), stock=5)


@pytest.fixture
def copy(oil: Offer, project: Project) -> Offer:
    """Another product with the EAN of the oil."""
    product = Product.objects.create(reference="OIL-COPY", ean=EAN, title="Oil of Olives")
    return services.create_offer(project, product, None, price=Decimal("19.95"), stock=5)


@pytest.fixture
def conflict(copy: Offer) -> EanConflict:
    return EanConflict.objects.get()


@pytest.fixture
def unnoticed(oil: Offer, project: Project) -> Offer:
    """A copy of the oil that came in behind everybody's back."""
    product = Product.objects.create(reference="OIL-COPY", ean=EAN)
    return Offer.objects.create(project=project, product=product, price="19.95")


def page_of(conflict: EanConflict, deed: str = "change") -> str:
    return reverse(f"admin:offers_eanconflict_{deed}", args=[conflict.pk])


def badge(page: str) -> str:
    """What stands beside "EAN conflicts" in the navigation."""
    found = re.search(r"EAN conflicts\s*</span>\s*(?:<span[^>]*>\s*(\d+)\s*</span>)?", page)
    assert found, "the navigation has no EAN conflicts"
    return found[1] or ""


def test_the_page_shows_the_claimants_and_marks_where_they_differ(
    browser: Client, conflict: EanConflict
) -> None:
    answer = browser.get(page_of(conflict))

    page = answer.content.decode()
    for text in (EAN, "OIL-1 (Pantry)", "OIL-COPY (Pantry)", "12.50", "19.95", "Decide", "EAN conflict"):
        assert text in page
    differing = {row.name for row in answer.context["rows"] if row.differs}
    assert differing == {"Product", "Title", "Price", "Reference at bol"}
    assert page.count("≠") == len(differing)


def test_an_owner_is_chosen_and_the_choice_taken_back(
    browser: Client, conflict: EanConflict, oil: Offer, copy: Offer, staff: User
) -> None:
    answer = browser.post(
        page_of(conflict, "decide"), {"owner": copy.pk, "reason": "better photo"}, follow=True
    )

    assert "OIL-COPY (Pantry) has this EAN (staff" in answer.content.decode()
    assert Offer.objects.get(pk=oil.pk).parked_reason == "better photo"
    offer_page = browser.get(reverse("admin:offers_offer_change", args=[oil.pk])).content.decode()
    assert page_of(conflict) in offer_page
    assert "better photo" in offer_page

    answer = browser.post(page_of(conflict, "undo"), follow=True)

    assert "Decide" in answer.content.decode()
    assert Offer.objects.filter(is_in_conflict=True).count() == 2
    assert {entry.user for entry in LogEntry.objects.all()} == {staff}


def test_without_a_choice_nothing_is_decided(browser: Client, conflict: EanConflict) -> None:
    for owner in ("", "0", "nobody", "9" * 30):
        answer = browser.post(page_of(conflict, "decide"), {"owner": owner}, follow=True)
        assert "Choose the offer that keeps this EAN." in answer.content.decode()

    assert EanConflict.objects.open().exists()


def test_who_comes_too_late_is_told_so(
    browser: Client, conflict: EanConflict, oil: Offer, copy: Offer
) -> None:
    browser.post(page_of(conflict, "decide"), {"owner": oil.pk})

    answer = browser.post(page_of(conflict, "decide"), {"owner": copy.pk}, follow=True)

    assert "Decided already, by staff." in answer.content.decode()
    assert EanConflict.objects.get().owner == oil


def test_looking_is_not_deciding(watcher: Client, browser: Client, conflict: EanConflict, oil: Offer) -> None:
    page = watcher.get(page_of(conflict)).content.decode()

    assert "19.95" in page
    assert "Decide" not in page
    for deed in ("decide", "undo"):
        assert watcher.post(page_of(conflict, deed), {"owner": oil.pk}).status_code == 403
        assert browser.get(page_of(conflict, deed)).status_code == 405
    assert watcher.post(f"{LIST}look_everywhere/", {"_form_submitted": "True"}).status_code == 403
    assert EanConflict.objects.open().exists()


def test_the_count_stands_in_the_navigation_and_on_the_front_page(
    browser: Client, conflict: EanConflict, oil: Offer
) -> None:
    front = browser.get("/admin/").content.decode()

    assert badge(front) == "1"
    assert "state__exact=open" in front

    browser.post(page_of(conflict, "decide"), {"owner": oil.pk})
    assert badge(browser.get("/admin/").content.decode()) == ""


def test_what_waits_stands_first_in_the_list(browser: Client, conflict: EanConflict, oil: Offer) -> None:
    for state in (ConflictState.CLOSED, ConflictState.DECIDED):
        EanConflict.objects.create(
            connection=conflict.connection, ean=f"1{state}"[:13], condition="NEW", state=state
        )

    listed = browser.get(LIST).context["cl"].result_list

    assert [found.state for found in listed] == ["open", "decided", "closed"]
    assert browser.get(LIST, {"q": "OIL-COPY"}).context["cl"].result_list[0].claimants == 2


def test_selected_offers_are_checked(browser: Client, oil: Offer, unnoticed: Offer) -> None:
    answer = browser.post(OFFERS, {"action": "check_conflicts", "_selected_action": [oil.pk]}, follow=True)

    assert answer.redirect_chain == [(f"{LIST}?state__exact=open", 302)]
    assert "1 offer claims an EAN" in answer.content.decode()
    assert EanConflict.objects.get().found_by == "person"
    assert Offer.objects.filter(is_in_conflict=True).count() == 2


def test_offers_without_a_conflict_stay_on_their_list(browser: Client, oil: Offer) -> None:
    answer = browser.post(OFFERS, {"action": "check_conflicts", "_selected_action": [oil.pk]}, follow=True)

    assert "No EAN conflict" in answer.content.decode()


@pytest.mark.parametrize("place", [LIST, OFFERS])
def test_everything_is_checked_by_a_dialog_that_posts(browser: Client, unnoticed: Offer, place: str) -> None:
    asked = browser.get(f"{place}look_everywhere/")
    assert "Looks at every offer" in asked.content.decode()
    assert not EanConflict.objects.exists()

    answer = browser.post(f"{place}look_everywhere/", {"_form_submitted": "True"})

    assert answer["HX-Redirect"] == f"{LIST}?state__exact=open"
    assert EanConflict.objects.open().count() == 1


def test_much_is_checked_in_the_background(
    browser: Client, unnoticed: Offer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conflict_actions, "LARGE", 1)

    browser.post(f"{LIST}look_everywhere/", {"_form_submitted": "True"})

    assert not EanConflict.objects.exists()
    queued = OrmQ.objects.get().task
    assert queued["func"] == "offers.tasks.look_for_conflicts"
    assert tasks.look_for_conflicts(*queued["args"]) == 1
    assert EanConflict.objects.get().found_by == "person"


def test_what_a_file_wrote_is_shown_as_text(browser: Client, conflict: EanConflict) -> None:
    attack = "<script>alert(1)</script>"
    Product.objects.update(title=attack)
    Project.objects.update(name=attack)

    assert attack not in browser.get(page_of(conflict)).content.decode()
    assert attack not in browser.get(LIST).content.decode()
