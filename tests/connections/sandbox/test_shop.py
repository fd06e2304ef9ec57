"""The page that shows the shop."""

from __future__ import annotations

from datetime import timedelta

from .seller import EAN, OTHER_EAN, THIRD_EAN

TITLE = "Knife <b>sharp</b> & long"


def page(seller, query=""):
    answer = seller.session.get(f"{seller.url}/{query}")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    return answer.text


def test_the_page_says_that_it_is_an_imitation(seller):
    text = page(seller)

    assert "a local imitation of bol.com, for development" in text
    assert "Nothing is for sale here yet." in text


def test_an_offer_is_shown_as_a_customer_sees_it(seller):
    seller.create_offer(unknownProductTitle=TITLE, stock={"amount": 3, "managedByRetailer": False})

    text = page(seller)

    assert "Knife &lt;b&gt;sharp&lt;/b&gt; &amp; long" in text
    assert TITLE not in text
    assert "€ 12.50" in text
    assert "only 3 left" in text
    assert "Ordered before 15:00, delivered tomorrow" in text


def test_what_is_not_for_sale_is_not_shown(seller):
    seller.create_offer(onHoldByRetailer=True)
    seller.create_offer(ean=OTHER_EAN, stock={"amount": 0, "managedByRetailer": False})

    text = page(seller)

    assert "0 offers for sale" in text


def test_offers_are_searched_by_title_and_ean(seller):
    seller.create_offer(unknownProductTitle="Bread knife")
    seller.create_offer(ean=OTHER_EAN, unknownProductTitle="Bread board")
    seller.create_offer(ean=THIRD_EAN, unknownProductTitle="Lamp")

    assert "2 offers for sale" in page(seller, "?q=bread")
    assert "1 offer for sale" in page(seller, "?q=knife+BREAD")
    assert "1 offer for sale" in page(seller, f"?q={THIRD_EAN}")


def test_long_shelves_have_pages(bol, seller):
    for number in range(15):
        bol.add_offer("shop-a", {"ean": f"{number:012d}{-check(number) % 10}", "price": 2, "stock": 1})

    assert "Next →" in page(seller)
    assert "Next →" not in page(seller, "?page=2")
    assert "← Previous" in page(seller, "?page=2")


def check(number):
    digits = [int(digit) for digit in f"{number:012d}"]
    return sum(digits[0::2]) + 3 * sum(digits[1::2])


def test_buying_places_an_order(bol, seller, offer_id):
    answer = seller.session.post(f"{seller.url}/buy", data={"offer": offer_id, "quantity": "2", "q": "knife"})

    [order] = bol.orders()
    assert order["orderItems"][0]["quantity"] == 2
    assert f"Ordered. Order {order['orderId']}" in answer.text
    assert "q=knife" in answer.url
    assert seller.stock(offer_id) == 8


def test_buying_too_many_is_explained(bol, seller, offer_id):
    answer = seller.session.post(f"{seller.url}/buy", data={"offer": offer_id, "quantity": "11"})

    assert "Somebody was faster" in answer.text
    assert bol.orders() == []


def test_a_customer_can_ask_to_cancel(bol, seller, order):
    assert "Ask to cancel" in page(seller)

    text = seller.session.post(f"{seller.url}/ask-to-cancel", data={"order": order["orderId"]}).text

    assert "customer wants to cancel" in text
    assert bol.orders()[0]["orderItems"][0]["cancellationRequest"]


def test_the_state_of_an_order_is_shown(seller, order):
    seller.ship(order["orderItems"][0]["orderItemId"], 1)
    assert "partly handled" in page(seller)

    seller.ship(order["orderItems"][0]["orderItemId"], 2)
    assert '<span class="chip shipped">shipped</span>' in page(seller)


def test_a_customer_can_send_back_what_was_received(bol, seller, order):
    assert "Send back" not in page(seller)
    seller.ship(order["orderItems"][0]["orderItemId"], 2)
    assert "Send back" in page(seller)

    text = seller.session.post(f"{seller.url}/send-back", data={"order": order["orderId"]}).text

    [found] = bol.returns()
    assert found["returnItems"][0]["expectedQuantity"] == 2
    assert f"sends it back: return {found['returnId']}" in text
    assert "coming back" in text
    assert "Send back" not in text
    again = seller.session.post(f"{seller.url}/send-back", data={"order": order["orderId"]}).text
    assert "There is nothing to send back." in again


def test_the_end_of_a_return_is_shown(bol, seller, order):
    seller.ship(order["orderItems"][0]["orderItemId"], 1)
    bol.return_items(order_id=order["orderId"])
    bol.advance(timedelta(days=31))

    text = page(seller)

    assert "return handled" in text
    assert f"1 of EAN {EAN} of order {order['orderId']}: EXPIRED (by bol)" in text


def test_the_clock_has_buttons(bol, seller):
    before = bol.state.now

    seller.session.post(f"{seller.url}/clock", data={"hours": "24"})

    assert (bol.state.now - before).days == 1
    assert "The clock is 24 hours ahead." in page(seller)


def test_the_ledger_tells_what_happened(bol, seller, order, offer_id):
    steps = [{"quantity": 1, "unitPrice": 9}, {"quantity": 3, "unitPrice": 8.5}]
    seller.v11("PATCH", f"/retailer/offers/{offer_id}", {"pricing": {"bundlePrices": steps}})
    seller.ship(order["orderItems"][0]["orderItemId"], 1, shipmentReference="S1")
    shipment = seller.send("GET", "/retailer/shipments").json()["shipments"][0]
    path = f"/retailer/transports/{shipment['transport']['transportId']}"
    seller.outcome(seller.command("PUT", path, {"trackAndTrace": "3S2"}))
    bol.request_cancellation(order["orderId"])
    bol.advance(timedelta(days=30))
    bol.delete_offer(offer_id)

    text = page(seller)

    assert f"EAN {EAN}: price € 12.50" in text
    assert f"EAN {EAN}: price € 9.00 / € 8.50 from 3" in text
    assert f"3 of EAN {EAN}" in text
    assert f"1 of EAN {EAN} of order {order['orderId']}, TNT 3S1 S1" in text
    assert f"order {order['orderId']} now travels with TNT 3S2" in text
    assert f"2 of EAN {EAN} of order {order['orderId']}: EXPIRED (by bol)" in text
    assert f"EAN {EAN} (by elsewhere)" in text
