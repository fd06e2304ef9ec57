from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connections import bol
from connections.bol.answers import to_json
from tests.connections.bol.answering import Bol

PRICES = st.decimals(min_value=1, max_value=9999, places=2)


@given(PRICES)
def test_a_price_goes_out_with_exactly_its_digits(price: Decimal) -> None:
    sent = to_json(bol.Pricing([bol.BundlePrice(1, price)]))

    assert sent == b'{"bundlePrices":[{"quantity":1,"unitPrice":%s}]}' % str(price).encode()


@given(PRICES, st.integers(0, 2))
def test_a_price_comes_back_as_it_went(price: Decimal, places: int) -> None:
    price = price.quantize(Decimal(1).scaleb(-places))
    sent = to_json(bol.BundlePrice(1, price))

    assert str(msgspec.json.decode(sent, type=bol.BundlePrice).unit_price) == str(price)


@pytest.mark.parametrize("price", [12.5, 12, "12.50", None, Decimal("NaN"), Decimal("Infinity")])
def test_only_an_exact_amount_is_a_price(price: Any) -> None:
    with pytest.raises(TypeError, match="finite Decimal"):
        bol.BundlePrice(1, price)


def test_amounts_of_an_order_keep_their_digits(client: bol.Client, remote: Bol) -> None:
    item = b'{"orderItemId":"1","quantity":1,"unitPrice":12.10,"totalPrice":25,"commission":0.30,'
    item += b'"discounts":[{"title":"x","amount":1234567890123456.78}]}'
    remote.answers("GET", "/retailer/orders/A1", b'{"orderId":"A1","orderItems":[' + item + b"]}")

    order = client.orders.get("A1")

    [line] = order.order_items
    amounts = [line.unit_price, line.total_price, line.commission, line.discounts[0].amount]
    assert [str(amount) for amount in amounts] == ["12.10", "25", "0.30", "1234567890123456.78"]
    assert order.raw["orderItems"][0]["unitPrice"] == "12.10"
    assert "12.10" in json.dumps(order.raw)
