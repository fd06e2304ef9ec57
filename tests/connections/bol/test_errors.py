from __future__ import annotations

from datetime import timedelta

import pytest

from connections import bol
from tests.connections.bol.answering import Bol, Tokens

VALIDATION = {
    "type": "https://api.bol.com/problems",
    "title": "Error validating request body. Consult the bol.com API documentation for more information.",
    "status": 400,
    "detail": "Bad request",
    "host": "Instance-101",
    "violations": [{"name": "pricing.bundlePrices[0].unitPrice", "reason": "must be at least 1"}],
}
OFFER_EXISTS = {
    "type": "/problems/offer-exists",
    "title": "Offer already exists",
    "status": 409,
    "detail": "Offer with EAN 6154150433493 and condition NEW already exists for retailer 1736138 "
    "with OfferUid 1435cf0d-0fef-4125-8c25-3599f92a2338.",
}


def error_for(client: bol.Client, remote: Bol, answer: object, status: int, **headers: str) -> bol.ApiError:
    remote.answers("GET", "/retailer/orders/A1", answer, status, headers)
    with pytest.raises(bol.ApiError) as caught:
        client.orders.get("A1")
    return caught.value


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, bol.Invalid),
        (401, bol.Unauthorized),
        (402, bol.ApiError),
        (403, bol.Forbidden),
        (404, bol.NotFound),
        (406, bol.Unsupported),
        (409, bol.Conflict),
        (410, bol.Unsupported),
        (415, bol.Unsupported),
        (418, bol.ApiError),
        (422, bol.Invalid),
        (429, bol.RateLimited),
        (500, bol.Unavailable),
        (502, bol.Unavailable),
        (503, bol.Unavailable),
        (504, bol.Unavailable),
        (599, bol.Unavailable),
    ],
)
def test_a_status_has_its_error(remote: Bol, status: int, kind: type[bol.ApiError]) -> None:
    with bol.Client(Tokens()) as client:
        error = error_for(client, remote, {}, status)

    assert type(error) is kind
    assert error.status == status


def test_an_error_speaks_bols_words(client: bol.Client, remote: Bol) -> None:
    error = error_for(client, remote, VALIDATION, 400)

    assert str(error) == "400 Bad request: pricing.bundlePrices[0].unitPrice: must be at least 1"
    assert error.problem.violations == (
        bol.Violation("pricing.bundlePrices[0].unitPrice", "must be at least 1"),
    )


def test_a_violation_may_have_no_name(client: bol.Client, remote: Bol) -> None:
    answer = {
        "title": "Error validating request.",
        "violations": [{"reason": "Conflicting transport method"}],
    }

    error = error_for(client, remote, answer, 400)

    assert str(error) == "400 Error validating request.: Conflicting transport method"


def test_title_and_detail_are_said_once_each(client: bol.Client, remote: Bol) -> None:
    answer = {"title": "Not Found", "status": 404, "detail": "Order for order id A1 not found."}

    assert str(error_for(client, remote, answer, 404)) == "404 Not Found: Order for order id A1 not found."


@pytest.mark.parametrize(
    "answer",
    [
        b"Internal Server Error",
        b"<html>",
        b"",
        b"\xff\xfe",
        b"[]",
        b"null",
        b'{"violations":[3,{}]}',
        b"[" * 5000,
    ],
)
def test_a_refusal_without_a_problem_still_says_what_it_is(
    client: bol.Client, remote: Bol, answer: bytes
) -> None:
    error = error_for(client, remote, answer, 500, **{"Content-Type": "text/html"})

    assert str(error).startswith("500 ")
    assert error.problem.title == ""


def test_an_unknown_status_is_said_too(client: bol.Client, remote: Bol) -> None:
    assert str(error_for(client, remote, b"", 599)) == "599 Unknown status"


def test_an_endless_problem_is_cut(client: bol.Client, remote: Bol) -> None:
    assert len(str(error_for(client, remote, {"title": "x" * 100_000}, 400))) < 2000


def test_an_error_carries_bols_request_id(client: bol.Client, remote: Bol) -> None:
    assert error_for(client, remote, {}, 400, **{"x-request-id": "abc-1"}).request_id == "abc-1"


def test_a_duplicate_offer_names_the_existing_one(client: bol.Client, remote: Bol) -> None:
    remote.answers("GET", "/retailer/orders/A1", OFFER_EXISTS, 409)

    with pytest.raises(bol.Conflict) as caught:
        client.orders.get("A1")

    assert caught.value.is_duplicate_offer
    assert caught.value.existing_offer_id == "1435cf0d-0fef-4125-8c25-3599f92a2338"


@pytest.mark.parametrize(
    ("change", "is_duplicate"),
    [
        ({"type": "/problems/stale"}, False),
        ({"detail": "Sorry."}, True),
        ({"title": "?", "detail": ""}, True),
    ],
)
def test_the_type_of_a_conflict_wins_over_its_text(change: dict[str, str], is_duplicate: bool) -> None:
    problem = {**OFFER_EXISTS, **change}
    error = bol.Conflict(409, bol.Problem(problem["type"], problem["title"], problem["detail"]))  # type: ignore[arg-type]

    assert error.is_duplicate_offer is is_duplicate
    assert error.existing_offer_id == ""


@pytest.mark.parametrize(
    ("headers", "detail", "seconds"),
    [
        ({"Retry-After": "4"}, "Too many requests, retry in 9 seconds.", 4),
        ({}, "Too many requests, retry in 9 seconds.", 9),
        ({"X-RateLimit-Reset": "7"}, "Too many requests, retry in 9 seconds.", 9),
        ({"x-ratelimit-reset": "7"}, "Too many requests.", 7),
        ({"Retry-After": "abc"}, "Too many requests, retry in 9 seconds.", 9),
        ({"Retry-After": "86400"}, "", 300),
        ({"Retry-After": "-1"}, "", 1),
        ({}, "", None),
    ],
)
def test_a_rate_limit_says_how_long_to_wait(
    client: bol.Client, remote: Bol, headers: dict[str, str], detail: str, seconds: int | None
) -> None:
    error = error_for(client, remote, {"title": "Too Many Requests", "detail": detail}, 429, **headers)

    assert error.retry_after == (None if seconds is None else timedelta(seconds=seconds))


def test_a_waiting_time_in_another_refusal_is_bols_header_only(client: bol.Client, remote: Bol) -> None:
    error = error_for(client, remote, {"detail": "retry in 9 seconds"}, 503, **{"X-RateLimit-Reset": "60"})

    assert error.retry_after is None


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    lines = (bol.errors.__doc__ or "").splitlines()
    drawn = [line for line in lines if line.startswith(("BolError", "├", "└", "│", "    ├", "    └"))]
    parents: list[str] = []

    for line in drawn:
        depth = (len(line) - len(line.lstrip("│├└─ "))) // 4
        name = line.lstrip("│├└─ ").split()[0]
        parents[depth:] = [name]
        assert [kind.__name__ for kind in getattr(bol, name).__mro__][: depth + 1] == parents[::-1]

    assert len(drawn) == 19
