"""Offers in version 10: accepted now, carried out later; the same shelf as version 11."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest

from connections.bol.sandbox import Assumptions

from .seller import EAN, V10_CSV, v10_offer

UNKNOWN = "6ff736b5-cdd0-4150-8c67-78269ee986f5"


@pytest.fixture
def offer_id(seller):
    return seller.outcome(seller.command("POST", "/retailer/offers", v10_offer()))["entityId"]


def export(seller):
    report_id = seller.outcome(seller.command("POST", "/retailer/offers/export", {"format": "CSV"}))[
        "entityId"
    ]
    answer = seller.send("GET", f"/retailer/offers/export/{report_id}", media=V10_CSV)
    return report_id, list(csv.DictReader(io.StringIO(answer.text)))


def test_a_created_offer_is_named_when_it_succeeded(bol, seller):
    answer = seller.send("POST", "/retailer/offers", v10_offer())
    assert answer.status_code == 202
    assert "entityId" not in answer.json()
    assert answer.json()["description"] == f"Create an offer with ean {EAN}."

    outcome = seller.outcome(answer.json()["processStatusId"])

    assert outcome["status"] == "SUCCESS"
    assert outcome["entityId"] == bol.offers()[0]["offerId"]


def test_nothing_happens_before_its_time(start, seller_at):
    bol, url = start(process_delay=timedelta(minutes=5))
    seller = seller_at(url)
    process = seller.command("POST", "/retailer/offers", v10_offer())

    assert seller.outcome(process)["status"] == "PENDING"
    assert bol.offers() == []
    bol.advance(timedelta(minutes=5))
    assert seller.outcome(process)["status"] == "SUCCESS"
    assert len(bol.offers()) == 1


def test_a_duplicate_fails_and_names_the_offer_that_exists(bol, seller, offer_id):
    outcome = seller.outcome(seller.command("POST", "/retailer/offers", v10_offer()))

    assert outcome["status"] == "FAILURE"
    assert outcome["errorMessage"].startswith(
        f"Duplicate found: retailer offer '{offer_id}' already has EAN {EAN}"
    )
    assert len(bol.offers()) == 1


def test_the_three_updates_change_one_component_each(bol, seller, offer_id):
    path = f"/retailer/offers/{offer_id}"
    details = {"reference": "R2", "fulfilment": {"method": "FBR", "deliveryCode": "2-3d"}}
    seller.command("PUT", path, details)
    seller.command("PUT", f"{path}/price", {"pricing": {"bundlePrices": [{"quantity": 1, "unitPrice": 8.5}]}})
    seller.command("PUT", f"{path}/stock", {"amount": 3, "managedByRetailer": True})

    assert [entry["components"] for entry in bol.ledger()[1:]] == [["details"], ["price"], ["stock"]]
    found = seller.get_offer(offer_id)
    assert found["reference"] == "R2"
    assert found["fulfilment"]["deliveryPromise"] == {"minimumDaysToCustomer": 2, "maximumDaysToCustomer": 3}
    assert str(found["pricing"]["bundlePrices"][0]["unitPrice"]) == "8.5"
    assert found["stock"] == {"amount": 3, "correctedStock": 3, "managedByRetailer": True}


def test_an_update_names_its_offer_from_the_beginning(seller, offer_id):
    answer = seller.send(
        "PUT", f"/retailer/offers/{offer_id}/stock", {"amount": 3, "managedByRetailer": True}
    )

    assert answer.json()["entityId"] == offer_id
    assert answer.json()["eventType"] == "UPDATE_OFFER_STOCK"
    query = f"/shared/process-status?entity-id={offer_id}&event-type=UPDATE_OFFER_STOCK"
    assert len(seller.send("GET", query).json()["processStatuses"]) == 1


def test_a_deleted_offer_is_gone(bol, seller, offer_id):
    assert seller.outcome(seller.command("DELETE", f"/retailer/offers/{offer_id}"))["status"] == "SUCCESS"
    assert bol.offers() == []


def test_an_unknown_offer_fails_later(seller):
    outcome = seller.outcome(seller.command("DELETE", f"/retailer/offers/{UNKNOWN}"))

    assert outcome["status"] == "FAILURE"
    assert seller.send("GET", f"/retailer/offers/{UNKNOWN}").status_code == 404


@pytest.mark.parametrize("code", ["24uurs-23", "24uurs-12", "1-2d", "4-8d", "MijnLeverbelofte", "VVB"])
def test_a_delivery_code_survives_the_other_dialect(seller, offer_id, code):
    fulfilment = {"method": "FBR", "deliveryCode": code}
    seller.command("PUT", f"/retailer/offers/{offer_id}", {"fulfilment": fulfilment})
    told = seller.get_offer(offer_id)["fulfilment"]

    seller.v11("PATCH", f"/retailer/offers/{offer_id}", {"fulfilment": told})

    assert seller.send("GET", f"/retailer/offers/{offer_id}").json()["fulfilment"] == fulfilment


def test_a_second_hand_state_is_a_condition_name(seller):
    condition = {"name": "GOOD", "category": "SECONDHAND", "comment": "A scratch."}
    outcome = seller.outcome(seller.command("POST", "/retailer/offers", v10_offer(condition=condition)))

    assert seller.send("GET", f"/retailer/offers/{outcome['entityId']}").json()["condition"] == condition
    assert seller.get_offer(outcome["entityId"])["condition"]["state"] == "GOOD"


@pytest.mark.parametrize(("kept", "reference"), [(True, "KNIFE-20"), (False, None)])
def test_whether_an_omitted_field_is_kept_is_an_assumption(start, seller_at, kept, reference):
    _, url = start(assumptions=Assumptions(omitted_fields_are_kept=kept))
    seller = seller_at(url)
    offer_id = seller.create_offer()

    seller.command(
        "PUT", f"/retailer/offers/{offer_id}", {"fulfilment": {"method": "FBR", "deliveryCode": "VVB"}}
    )

    assert seller.get_offer(offer_id).get("reference") == reference


def test_an_export_lists_every_offer(seller, offer_id):
    _, rows = export(seller)

    assert [row["offerId"] for row in rows] == [offer_id]
    told = {
        "ean": EAN,
        "conditionName": "NEW",
        "bundlePricesPrice": "12.5",
        "fulfilmentDeliveryCode": "24uurs-15",
        "stockAmount": "10",
        "onHoldByRetailer": "false",
        "fulfilmentType": "FBR",
        "referenceCode": "KNIFE-20",
    }
    assert rows[0] | told == rows[0]
    assert rows[0]["mutationDateTime"].endswith(" UTC")


def test_an_export_is_used_again_for_fifteen_minutes(bol, seller, offer_id):
    first, _ = export(seller)
    assert export(seller)[0] == first

    bol.advance(timedelta(minutes=15))

    assert export(seller)[0] != first


def test_an_export_lasts_fourteen_days(bol, seller, offer_id):
    report_id, _ = export(seller)
    bol.advance(timedelta(days=14))

    path = f"/retailer/offers/export/{report_id}"
    assert seller.send("GET", path, media=V10_CSV).status_code == 404


def test_an_export_of_another_form_is_refused(seller):
    assert seller.send("POST", "/retailer/offers/export", {"format": "XML"}).status_code == 400
