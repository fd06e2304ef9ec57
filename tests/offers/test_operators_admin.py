"""The pages: choosing by name, listing what lacks an operator, reading again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from connections import flows
from connections.models import Connection, Flow
from offers import operators
from offers.deeds import DEEDS
from offers.models import DeliveryProfile, EconomicOperator, Offer, Project
from offers.models.bulk import OutcomeKind
from tests.conftest import RunningSandbox
from tests.offers.conftest import at_bol, settled

pytestmark = pytest.mark.django_db(transaction=True)

Relay = Callable[[Connection], None]


@pytest.fixture
def page(client: Client, staff: User, connection: Connection) -> Client:
    """A browser of a person who may do everything, with the settings read from bol."""
    flows.run(connection, operators.FLOW)
    client.force_login(staff)
    return client


@pytest.fixture
def valid(page: Client) -> str:
    """The id of the valid operator."""
    return EconomicOperator.objects.get(status="VALID").operator_id


def form_of(page: Client, address: str):
    return page.get(address).context["adminform"].form


def test_an_operator_is_chosen_by_name_and_reaches_bol_by_id(
    page: Client, valid: str, sandbox: RunningSandbox, offer: Offer, relay: Relay
) -> None:
    address = reverse("admin:offers_offer_change", args=[offer.pk])
    form = form_of(page, address)
    assert (valid, "North Sea Imports · Valid") in form.fields["economic_operator_id"].choices

    values = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    values["volume_prices"] = "[]"
    answer = page.post(address, {**values, "on_hold": "", "economic_operator_id": valid})
    assert answer.status_code == 302, answer.context["adminform"].form.errors

    settled(offer, relay)
    assert at_bol(sandbox)[0]["economicOperatorId"] == valid


def test_profiles_are_offered_where_the_connection_speaks_v11(page: Client, offer: Offer) -> None:
    address = reverse("admin:offers_offer_change", args=[offer.pk])
    assert len(form_of(page, address).fields["delivery_profile_id"].choices) == 3

    Connection.objects.update(offers_api="v10")

    assert len(form_of(page, address).fields["delivery_profile_id"].choices) == 1


def test_an_id_that_bol_does_not_have_stays_chosen(page: Client, project: Project) -> None:
    Project.objects.update(economic_operator_id="unknown-1")

    form = form_of(page, reverse("admin:offers_project_change", args=[project.pk]))

    assert ("unknown-1", "unknown-1 (not found at bol)") in form.fields["economic_operator_id"].choices


def project_values(connection: Connection, operator_id: str) -> dict[str, object]:
    return {
        "name": "Cellar",
        "connection": connection.pk,
        "is_active": "on",
        "condition": "NEW",
        "fulfilment_method": "FBR",
        "delivery_code": "1-2d",
        "countries": "NL",
        "economic_operator_id": operator_id,
    }


def test_a_project_starts_its_offers_with_its_operator(
    page: Client, valid: str, connection: Connection
) -> None:
    page.post(reverse("admin:offers_project_add"), project_values(connection, valid))

    assert Project.objects.get(name="Cellar").offer_defaults["economic_operator_id"] == valid


def test_a_project_cannot_name_the_operator_of_another_account(
    page: Client, valid: str, make_connection: Callable[..., Connection]
) -> None:
    other = make_connection("Other shop", client_id="other")

    answer = page.post(reverse("admin:offers_project_add"), project_values(other, valid))

    assert "does not have this one at bol" in str(answer.context["adminform"].form.errors)
    assert not Project.objects.filter(name="Cellar").exists()


def test_offers_without_a_valid_operator_are_a_filter_and_a_task(
    page: Client, valid: str, offer: Offer
) -> None:
    listed = reverse("admin:offers_offer_changelist") + "?operator=none"
    assert list(page.get(listed).context["cl"].queryset) == [offer]
    assert count_on_front_page(page) == 1

    Offer.objects.update(economic_operator_id=valid)

    assert list(page.get(listed).context["cl"].queryset) == []
    assert count_on_front_page(page) == 0


def test_listed_offers_get_the_operator_of_their_project_at_once(
    page: Client, valid: str, sandbox: RunningSandbox, offer: Offer, relay: Relay
) -> None:
    Project.objects.update(economic_operator_id=valid)
    listed = reverse("admin:offers_offer_changelist") + "?operator=none"
    chosen = {"action": "use_project_operator", "_selected_action": [offer.pk]}

    asked = page.post(listed, chosen)
    assert "Each gets the economic operator" in asked.content.decode()
    seen = page.post(listed, {**chosen, "step": "preview"}).context
    page.post(listed, {**chosen, "step": "confirm", "shown": seen["shown"], "token": seen["token"]})
    settled(offer, relay)

    assert at_bol(sandbox)[0]["economicOperatorId"] == valid
    assert not operators.without_valid_operator().exists()


def test_a_project_without_an_operator_takes_none_away(
    valid: str, make_offer: Callable[..., Offer], staff: User
) -> None:
    offer = make_offer(economic_operator_id=valid)

    outcome = DEEDS["use_project_operator"].foresee(offer, {})

    assert outcome.kind == OutcomeKind.UNCHANGED


def count_on_front_page(page: Client) -> int:
    tasks = page.get(reverse("admin:index")).context["tasks"]
    return next(task["count"] for task in tasks if "operator" in task["title"])


@pytest.mark.parametrize("model", [EconomicOperator, DeliveryProfile])
def test_the_button_reads_again(page: Client, model: type, connection: Connection) -> None:
    name = model.__name__.lower()
    shown = page.get(reverse(f"admin:offers_{name}_changelist")).content.decode()
    address = reverse(f"admin:offers_{name}_read_again")
    assert address in shown

    page.get(address)
    assert Flow.objects.get(connection=connection, kind=operators.FLOW).rung_at is None
    page.post(address, {"_form_submitted": "on"})

    assert Flow.objects.get(connection=connection, kind=operators.FLOW).rung_at is not None
