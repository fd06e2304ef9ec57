"""Every code, category and type that bol names has an entry that says why and what to do."""

from __future__ import annotations

import pytest

from connections import bol
from offers import catalogue
from offers.catalogue import Category

# Offers API v11, NotForSaleReasons.
V11 = {
    "4004-2": "CONTENT",
    "4000-1": "PRICE",
    "4003-3": "STOCK",
    "4003-2": "SHOP_STATUS",
    "3001-39": "SELLING_RIGHTS",
    "5002-1": "ACCOUNT_RIGHTS",
    "4003-1": "ON_HOLD",
    "3001-99": "ASSORTMENT_POLICY",
    "4004-10": "OFFER",
}
# Retailer API v10, notPublishableReasons and the report of unpublished offers.
V10 = ["1000", "1001", "1002", "1003", "1007", "1010", "3000", "4003"]
V10_WORDS = ["PRICE_NOT_COMPETITIVE", "MISSING_RIGHTS_CATEGORY_BRAND"]


@pytest.mark.parametrize("code", [*V11, *V10, *V10_WORDS])
def test_a_code_has_a_cause_and_a_fix(code: str) -> None:
    entry = catalogue.for_code(code)

    assert entry is not None
    assert str(entry.cause)
    assert str(entry.fix)


@pytest.mark.parametrize(("code", "category"), V11.items())
def test_a_code_of_v11_belongs_to_the_category_bol_gives_it(code: str, category: str) -> None:
    assert catalogue.category_of(code) == category


@pytest.mark.parametrize("code", [*V10, *V10_WORDS])
def test_a_code_of_v10_gets_a_category_of_v11(code: str) -> None:
    assert catalogue.category_of(code) in Category.values


@pytest.mark.parametrize("category", sorted(set(V11.values())))
def test_a_category_has_a_name_a_cause_and_a_fix(category: str) -> None:
    entry = catalogue.for_category(category)

    assert Category(category).label
    assert entry is not None
    assert str(entry.fix)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 406, 409, 415, 429, 500, 503])
def test_a_status_has_an_entry(status: int) -> None:
    assert catalogue.for_status(status) is not None


@pytest.mark.parametrize("status", ["PENDING", "SUCCESS", "FAILURE", "TIMEOUT"])
def test_the_state_of_a_process_has_an_entry(status: str) -> None:
    assert catalogue.for_process(status) is not None


@pytest.mark.parametrize(
    "problem_type",
    ["/problems/offer-exists", "/problems/validation-failed", "https://api.bol.com/problems/offer-exists"],
)
def test_a_type_of_problem_has_an_entry(problem_type: str) -> None:
    assert catalogue.for_type(problem_type) is not None


@pytest.mark.parametrize(
    "field", ["ean", "transporterCode", "orderItems[0].reasonCode", "process-status-event-type"]
)
def test_a_field_that_bol_objects_to_has_an_entry(field: str) -> None:
    assert catalogue.for_field(field) is not None


def test_a_violation_says_more_than_the_status() -> None:
    problem = bol.Problem(violations=(bol.Violation("price", "no"), bol.Violation("ean", "no")))

    assert catalogue.for_error(bol.Invalid(400, problem)) == catalogue.for_field("ean")
    assert catalogue.for_error(bol.Invalid(400)) == catalogue.for_status(400)


def test_an_unknown_code_is_found_by_its_category_and_else_has_no_entry() -> None:
    assert catalogue.for_reason("9999-9", "PRICE") == catalogue.for_category("PRICE")
    assert catalogue.for_reason("9999-9", "NEW_KIND") is None
    assert catalogue.category_of("9999-9") == ""
    assert catalogue.for_type("https://api.bol.com/problems") is None
    assert catalogue.for_error(bol.NotSent("no")) is None
