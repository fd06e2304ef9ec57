"""Labels of bol's own, for what it carries itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from connections.bol.sandbox import Assumptions
from tests import openapi
from tests.openapi import V10

from .seller import OTHER_EAN, THIRD_EAN

PATH = "/retailer/shipping-labels"
PDF = "application/vnd.retailer.v10+pdf"
VIA_BOL = {"method": "FBR", "schedule": "SHIPPING_VIA_BOL"}
MORNING = datetime(2026, 11, 2, 9, tzinfo=UTC)


@pytest.fixture
def begin(start, seller_at):
    """Begin on a Monday morning, with an offer that bol carries."""

    def run(**options):
        bol, url = start(start=MORNING, **options)
        seller = seller_at(url)
        seller.create_offer(fulfilment=VIA_BOL, stock={"amount": 50, "managedByRetailer": False})
        return bol, seller

    return run


@pytest.fixture
def shop(begin):
    return begin()


@pytest.fixture
def bol(shop):
    return shop[0]


@pytest.fixture
def seller(shop):
    return shop[1]


def order_lines(bol, seller, *quantities, **buyer):
    """Lines for one order of the offer; `quantities` are those of the lines."""
    [order_id] = bol.place_orders(items=[{"ean": "8710000000048", "quantity": sum(quantities) or 1}], **buyer)
    item_id = seller.order(order_id)["orderItems"][0]["orderItemId"]
    return [{"orderItemId": item_id, "quantity": quantity} for quantity in quantities or (1,)]


@pytest.fixture
def lines(bol, seller):
    return order_lines(bol, seller, 2)


def options_for(seller, lines):
    answer = seller.send("POST", f"{PATH}/delivery-options", {"orderItems": lines})
    assert answer.status_code == 200, answer.text
    return answer.json().get("deliveryOptions", [])


def buy(seller, lines, option_id=None):
    """Buy a label; how it ended."""
    option_id = option_id or options_for(seller, lines)[0]["shippingLabelOfferId"]
    return seller.outcome(
        seller.command("POST", PATH, {"orderItems": lines, "shippingLabelOfferId": option_id})
    )


def fetch(seller, label_id, method="GET"):
    return seller.session.request(method, f"{seller.url}{PATH}/{label_id}", headers={"Accept": PDF})


def ship(seller, lines, label_id):
    body = {"orderItems": lines, "shippingLabelId": label_id}
    return seller.outcome(seller.command("POST", "/retailer/shipments", body))


def effects(bol):
    return [entry["effect"] for entry in bol.ledger()]


def test_options_tell_what_a_label_costs_and_when_to_hand_over(seller, lines):
    options = options_for(seller, lines)

    assert [option["recommended"] for option in options] == [True, False, False, False]
    assert {option["labelType"] for option in options} == {"PARCEL", "MAILBOX", "MAILBOX_LIGHT"}
    assert options[0]["labelPrice"]["totalPrice"] > 0
    assert options[0]["validUntilDate"] == "2026-11-03"
    assert options[0]["packageRestrictions"]["maxDimensions"] == "100 x 50 x 50 cm"
    assert options[0]["handoverDetails"] == {
        "meetsCustomerExpectation": True,
        "earliestHandoverDateTime": "2026-11-02T00:00:00+01:00",
        "latestHandoverDateTime": "2026-11-02T21:00:00+01:00",
        "collectionMethod": "DROP_OFF",
    }


def test_belgian_parcels_have_belgian_labels(bol, seller):
    options = options_for(seller, order_lines(bol, seller, 1, country="BE"))

    assert [option["transporterCode"] for option in options] == ["BPOST_BE", "TNT"]


def test_who_is_late_is_told_so(bol, seller, lines):
    bol.advance(timedelta(hours=12, minutes=30))
    seller.log_in()

    handover = options_for(seller, lines)[0]["handoverDetails"]

    assert handover["meetsCustomerExpectation"] is False
    assert handover["latestHandoverDateTime"] == "2026-11-03T21:00:00+01:00"


def item_of(bol, seller, ean, **offer):
    seller.create_offer(ean=ean, **offer)
    [order_id] = bol.place_orders(items=[{"ean": ean, "quantity": 1}], force=True)
    return {"orderItemId": seller.order(order_id)["orderItems"][0]["orderItemId"]}


@pytest.mark.parametrize("method", ["FBB", "FBR"])
def test_bol_labels_only_what_it_carries_for_the_retailer(bol, seller, lines, method):
    fulfilment = {"fulfilment": {"method": "FBB"}} if method == "FBB" else {}
    line = item_of(bol, seller, OTHER_EAN, **fulfilment)

    answer = seller.send("POST", f"{PATH}/delivery-options", {"orderItems": [line]})

    assert answer.json() == {}


def test_items_of_two_orders_have_no_options(bol, seller, lines):
    assert options_for(seller, lines + order_lines(bol, seller, 1)) == []


def test_more_than_is_open_has_no_options(seller, lines):
    [line] = lines

    assert options_for(seller, [line | {"quantity": 3}]) == []
    assert options_for(seller, [line, line]) == []
    seller.ship(line["orderItemId"], 2)
    assert options_for(seller, lines) == []


def test_whether_other_items_have_options_is_an_assumption(begin):
    bol, seller = begin(assumptions=Assumptions(only_items_via_bol_have_options=False))

    assert options_for(seller, [item_of(bol, seller, OTHER_EAN)]) != []
    fbb = item_of(bol, seller, THIRD_EAN, fulfilment={"method": "FBB"})
    assert options_for(seller, [fbb]) == []


def test_an_unknown_item_is_not_found(seller, seller_at, lines):
    answer = seller.send("POST", f"{PATH}/delivery-options", {"orderItems": [{"orderItemId": "1"}]})
    stranger = seller_at(seller.url, "shop-b").send("POST", f"{PATH}/delivery-options", {"orderItems": lines})

    assert (answer.status_code, stranger.status_code) == (404, 404)


@pytest.mark.parametrize(
    ("path", "field", "body"),
    [
        ("/delivery-options", "orderItems", {}),
        ("/delivery-options", "orderItems", {"orderItems": []}),
        ("/delivery-options", "orderItems[0].orderItemId", {"orderItems": [{}]}),
        (
            "/delivery-options",
            "orderItems[0].quantity",
            {"orderItems": [{"orderItemId": "1", "quantity": 0}]},
        ),
        ("", "orderItems", {"shippingLabelOfferId": "o"}),
        ("", "shippingLabelOfferId", {"orderItems": [{"orderItemId": "1"}]}),
        ("", "shippingLabelOfferId", {"orderItems": [{"orderItemId": "1"}], "shippingLabelOfferId": ""}),
    ],
)
def test_a_wrong_field_is_refused_at_once(seller, path, field, body):
    answer = seller.send("POST", PATH + path, body)

    assert answer.status_code == 400
    assert [violation["name"] for violation in answer.json()["violations"]] == [field]


def test_a_label_is_bought_for_its_price(bol, seller, lines):
    option = options_for(seller, lines)[1]

    outcome = buy(seller, lines, option["shippingLabelOfferId"])

    assert outcome["status"] == "SUCCESS"
    assert option["shippingLabelOfferId"] in outcome["description"]
    entry = bol.ledger()[-1]
    assert (entry["effect"], entry["subject"]) == ("LABEL_BOUGHT", outcome["entityId"])
    assert float(entry["price"]) == option["labelPrice"]["totalPrice"]
    assert entry["items"] == [{"item": lines[0]["orderItemId"], "quantity": 2}]


def test_the_same_request_again_buys_another_label(bol, seller, lines):
    option_id = options_for(seller, lines)[0]["shippingLabelOfferId"]

    bought = [buy(seller, lines, option_id)["entityId"] for _ in range(2)]

    assert effects(bol).count("LABEL_BOUGHT") == 2
    assert [label["shippingLabelId"] for label in bol.shipping_labels()] == bought
    assert len(set(bought)) == 2


def test_an_omitted_quantity_is_all_that_is_open(bol, seller, lines):
    bare = [{"orderItemId": lines[0]["orderItemId"]}]

    assert buy(seller, bare)["status"] == "SUCCESS"
    assert bol.ledger()[-1]["items"][0]["quantity"] == 2


@pytest.mark.parametrize("reason", ["unknown", "somebody else's", "other items", "shipped", "too late"])
def test_a_label_that_cannot_be_bought_fails_later(bol, seller, seller_at, lines, reason):
    option_id = options_for(seller, lines)[0]["shippingLabelOfferId"]
    wanted, who = lines, seller
    if reason == "somebody else's":
        who = seller_at(seller.url, "shop-b")
    if reason == "other items":
        wanted = [lines[0] | {"quantity": 1}]
    if reason == "shipped":
        seller.ship(lines[0]["orderItemId"], 2)
    if reason == "too late":
        bol.advance(timedelta(days=2))
        seller.log_in()

    outcome = buy(who, wanted, "nobody" if reason == "unknown" else option_id)

    assert outcome["status"] == "FAILURE"
    assert outcome["errorMessage"]
    assert "entityId" not in outcome
    assert bol.shipping_labels() == []


def test_a_label_is_a_page_that_can_be_printed(bol, seller, lines):
    label_id = buy(seller, lines)["entityId"]

    answer = fetch(seller, label_id)

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, PDF)
    [page] = PdfReader(BytesIO(answer.content), strict=True).pages
    assert [round(float(side) / 72 * 25.4) for side in (page.mediabox.width, page.mediabox.height)] == [
        105,
        148,
    ]
    text = page.extract_text()
    address = bol.orders()[0]["shipmentDetails"]
    assert answer.headers["X-Track-And-Trace-Code"] in text
    assert address["surname"] in text
    assert address["zipCode"] in text
    assert fetch(seller, label_id).content == answer.content


def test_a_label_for_a_pickup_point_names_it(bol, seller):
    lines = order_lines(bol, seller, 1, pickup_point="Kiosk: DELFT")

    [page] = PdfReader(BytesIO(fetch(seller, buy(seller, lines)["entityId"]).content)).pages

    assert "Kiosk: DELFT" in page.extract_text()


def test_the_head_of_a_label_tells_its_transport(bol, seller, lines):
    label_id = buy(seller, lines)["entityId"]

    answer = fetch(seller, label_id, "HEAD")

    assert (answer.status_code, answer.content) == (200, b"")
    bought = bol.ledger()[-1]
    assert answer.headers["X-Track-And-Trace-Code"] == bought["track_and_trace"]
    assert answer.headers["X-Transporter-Code"] == bought["transporter"]
    assert seller.send("GET", "/retailer/orders").status_code == 200, "the connection is still in order"


@openapi.needs_documents
def test_the_headers_are_those_that_bol_documents(seller, lines):
    _, operation = openapi._operation("GET", f"{PATH}/l", V10)

    answer = fetch(seller, buy(seller, lines)["entityId"], "HEAD")

    assert operation["responses"]["200"]["headers"].keys() <= set(answer.headers)
    assert answer.headers["Content-Type"] in operation["responses"]["200"]["content"]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_label_is_not_ready_at_once_where_that_is_assumed(begin, method):
    wait = timedelta(seconds=30)
    bol, seller = begin(assumptions=Assumptions(a_label_is_ready_after=wait))
    label_id = buy(seller, order_lines(bol, seller, 1))["entityId"]
    assert fetch(seller, label_id, method).status_code == 404

    bol.advance(wait)

    assert fetch(seller, label_id, method).status_code == 200


def test_nobody_gets_the_label_of_another(seller, seller_at, lines):
    label_id = buy(seller, lines)["entityId"]
    stranger = seller_at(seller.url, "shop-b")

    assert fetch(stranger, label_id).status_code == 404
    assert fetch(seller, "nobody").status_code == 404
    assert fetch(seller, "nobody").json()["title"] == "Not Found"


def test_a_label_is_not_json(seller, lines):
    assert seller.send("GET", f"{PATH}/{buy(seller, lines)['entityId']}").status_code == 406


def test_a_parcel_leaves_with_its_label(bol, seller, lines):
    label_id = buy(seller, lines)["entityId"]
    bought = bol.ledger()[-1]

    assert ship(seller, lines, label_id)["status"] == "SUCCESS"

    entry = bol.ledger()[-1]
    assert (entry["effect"], entry["quantity"], entry["label"]) == ("ITEM_SHIPPED", 2, label_id)
    assert (entry["transporter"], entry["track_and_trace"]) == (
        bought["transporter"],
        bought["track_and_trace"],
    )
    [listed] = seller.send("GET", "/retailer/shipments").json()["shipments"]
    transport = seller.send("GET", f"/retailer/shipments/{listed['shipmentId']}").json()["transport"]
    assert transport["shippingLabelId"] == label_id
    assert transport["trackAndTrace"] == bought["track_and_trace"]


def test_a_label_is_for_one_parcel(bol, seller):
    [line, _] = order_lines(bol, seller, 1, 1)
    label_id = buy(seller, [line])["entityId"]
    assert ship(seller, [line], label_id)["status"] == "SUCCESS"

    assert ship(seller, [line], label_id)["status"] == "FAILURE"
    assert effects(bol).count("ITEM_SHIPPED") == 1


@pytest.mark.parametrize("other", ["quantity", "item", "account"])
def test_a_label_is_for_what_it_was_bought_for(bol, seller, seller_at, lines, other):
    label_id = buy(seller, lines)["entityId"]
    wanted, who = lines, seller
    if other == "quantity":
        wanted = [lines[0] | {"quantity": 1}]
    if other == "item":
        wanted = order_lines(bol, seller, 2)
    if other == "account":
        who = seller_at(seller.url, "shop-b")

    assert ship(who, wanted, label_id)["status"] == "FAILURE"
    assert "ITEM_SHIPPED" not in effects(bol)


def test_the_shop_page_tells_of_labels(bol, seller, lines):
    buy(seller, lines)

    text = seller.session.get(f"{seller.url}/").text

    assert "PostNL &amp; bol - Pakket for order" in text
    assert "€ 4.41" in text
    assert len(seller.session.get(f"{seller.url}/_sandbox/shipping-labels").json()["shippingLabels"]) == 1
