"""The values that people, files and other tools give to offers, as Hypothesis strategies."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from connections.bol.sandbox.selling.dialects import fulfilment_from_v10
from offers.choices import DeliveryCode

Changes = dict[str, Any]

OPERATORS = ("90bfddc5-a6d0-4986-9253-407b3a6850ca", "0d4f1f2e-1c5b-4f55-9e2a-000000000001")
TEXTS = ("SHELF-7", "Bak 12", "ĳs & thee")

# Few values, so that they come back: a change undone is as likely as a new one.
PRICES = st.sampled_from(
    [Decimal("12.50"), Decimal(13), Decimal("9999.00"), Decimal("8.99"), Decimal("100.10")]
)
STOCKS = st.sampled_from([0, 0, 1, 5, 998, 999, 1000, 25_000])
CODES = st.sampled_from(DeliveryCode.values)
VOLUME_PRICES = st.sampled_from(
    [
        [],
        [{"quantity": 6, "unit_price": "8.00"}],
        [{"quantity": 2, "unit_price": "7.99"}, {"quantity": 24, "unit_price": "1.00"}],
    ]
)
MOMENTS = st.sampled_from(["before", "after"])


def changes() -> st.SearchStrategy[Changes]:
    """What a person types on the page of an offer."""
    return st.one_of(
        st.fixed_dictionaries({"price": PRICES}, optional={"volume_prices": VOLUME_PRICES}),
        st.fixed_dictionaries({"stock": STOCKS}, optional={"price": PRICES}),
        st.fixed_dictionaries({"on_hold": st.booleans()}),
        st.fixed_dictionaries({}, optional={"reference_code": _text(), "unknown_product_title": _text()}),
        _deliveries(),
        st.fixed_dictionaries({"countries": st.sampled_from(["NL", "BE", "NL,BE"])}),
        st.fixed_dictionaries({"economic_operator_id": st.sampled_from(["", *OPERATORS])}),
        st.fixed_dictionaries({"stock": STOCKS, "price": PRICES, "on_hold": st.booleans()}),
    )


def conditions(*, in_full: bool) -> list[Changes]:
    """What an article can be: new, second hand with a comment, or refurbished where there is a word for it."""
    known: list[Changes] = [{}, {}, {"condition": "GOOD", "condition_comment": "A scratch on the lid"}]
    refurbished = {"condition": "REFURBISHED_B", "is_margin_good": True}
    return [*known, refurbished] if in_full else [*known, {"condition": "AS_NEW"}]


def rows() -> st.SearchStrategy[dict[str, str]]:
    """What a line of a spreadsheet says about an offer that is known; a column that is missing says nothing."""
    texts: dict[str, st.SearchStrategy[str]] = {
        "price": PRICES.map(str),
        "stock": STOCKS.map(str),
        "on_hold": st.sampled_from(["yes", "no"]),
        "delivery_code": st.sampled_from(["1-2d", "24uurs-23", "VVB"]),
        "reference_at_bol": _text(),
    }
    return st.fixed_dictionaries({}, optional=texts)


def foreign_changes(number: int, *, in_full: bool) -> list[Changes]:
    """What another tool may do to an offer, in the words of version 11: the `number`th time with other numbers.

    The export of version 10 tells neither titles, countries, further prices nor who leads the stock, so nobody
    changes those where only the export is read.
    """
    found: list[Changes] = [
        {"price": Decimal(200) + number},
        {"stock": number % 900 + 20},
        {"onHoldByRetailer": True},
        {"onHoldByRetailer": False},
        {"reference": f"THEIRS-{number}"},
        {"economicOperatorId": OPERATORS[number % 2]},
        {"fulfilment": fulfilment_from_v10({"method": "FBR", "deliveryCode": "3-5d"})},
        {"price": Decimal(300) + number, "stock": number % 900 + 21, "reference": f"THEIRS-{number}"},
    ]
    return [*found, *_only_in_v11(number)] if in_full else found


def _only_in_v11(number: int) -> list[Changes]:
    promise = {"minimumDaysToCustomer": 2, "maximumDaysToCustomer": 5, "ultimateOrderTime": "14:00"}
    steps = [{"quantity": 1, "unitPrice": Decimal(13)}, {"quantity": 3, "unitPrice": Decimal(12)}]
    return [
        {"unknownProductTitle": f"Their title {number}"},
        {"countryAvailabilities": [{"countryCode": "BE"}]},
        {"countryAvailabilities": []},
        {"stock": {"managedByRetailer": number % 2 == 0}},
        {"pricing": {"bundlePrices": steps}},
        # For this we have no word, so it can only be overwritten or left.
        {"fulfilment": {"method": "FBR", "schedule": "BOL_DELIVERY_PROMISE", "deliveryPromise": promise}},
    ]


def _deliveries() -> st.SearchStrategy[Changes]:
    by_us = st.fixed_dictionaries({"fulfilment_method": st.just("FBR"), "delivery_code": CODES})
    return st.one_of(by_us, st.just({"fulfilment_method": "FBB", "delivery_code": ""}))


def _text() -> st.SearchStrategy[str]:
    return st.sampled_from(["", *TEXTS])
