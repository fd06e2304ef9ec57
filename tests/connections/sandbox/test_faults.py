"""Faults on request, before and after the effect."""

from __future__ import annotations

import time

import pytest
import requests

from tests.openapi import V10, V11

from .seller import offer


def create(seller):
    return seller.session.post(
        f"{seller.url}/retailer/offers",
        json=offer(),
        headers={"Accept": V11, "Content-Type": V11},
        timeout=5,
    )


@pytest.mark.parametrize(("when", "effects"), [("before", 0), ("after", 1)])
def test_a_reset_drops_the_connection(bol, seller, when, effects):
    bol.add_fault({"kind": "reset", "when": when, "method": "POST", "path": "/retailer/offers"})

    with pytest.raises(requests.ConnectionError):
        create(seller)

    assert len(bol.ledger()) == effects
    assert bol.stats()["requests"]["POST /retailer/offers"] == {"0": 1}
    assert create(seller).status_code == (409 if effects else 201)


@pytest.mark.parametrize(("when", "effects"), [("before", 0), ("after", 1)])
def test_a_timeout_answers_nothing(bol, seller, when, effects):
    bol.add_fault({"kind": "timeout", "when": when, "path": "/retailer/offers", "delay_s": 30})

    with pytest.raises(requests.ReadTimeout):
        seller.v11("POST", "/retailer/offers", offer(), timeout=0.2)

    assert len(bol.ledger()) == effects


@pytest.mark.parametrize(("when", "effects"), [("before", 0), ("after", 1)])
def test_half_an_answer_is_cut_off(bol, seller, when, effects):
    bol.add_fault({"kind": "truncate", "when": when, "path": "/retailer/offers"})

    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        create(seller)

    assert len(bol.ledger()) == effects


@pytest.mark.parametrize(("when", "effects"), [("before", 0), ("after", 1)])
def test_a_status_replaces_the_answer(bol, seller, when, effects):
    bol.add_fault(
        {"kind": "status", "status": 503, "when": when, "path": "/retailer/offers", "retry_after": 7}
    )

    answer = create(seller)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "7")
    assert len(bol.ledger()) == effects


def test_a_status_may_have_a_body_and_headers_of_its_own(bol, seller):
    rule = {
        "kind": "status",
        "status": 429,
        "body": {"title": "Too Many Requests"},
        "headers": {"X-Own": "yes"},
    }
    bol.add_fault(rule)

    answer = create(seller)

    assert answer.status_code == 429
    assert answer.json() == {"title": "Too Many Requests"}
    assert answer.headers["X-Own"] == "yes"
    assert "Retry-After" not in answer.headers


def test_an_html_page_comes_from_the_gateway(bol, seller):
    bol.add_fault({"kind": "html", "status": 502})

    answer = create(seller)

    assert (answer.status_code, answer.headers["Content-Type"].split(";")[0]) == (502, "text/html")
    assert answer.text.startswith("<html>")


def test_a_slow_answer_comes_in_the_end(bol, seller):
    bol.add_fault({"kind": "slow", "delay_s": 0.3})

    began = time.monotonic()
    assert create(seller).status_code == 201

    assert time.monotonic() - began >= 0.3


def test_a_rule_strikes_as_often_as_it_says_after_what_it_skips(bol, seller):
    bol.add_fault({"kind": "status", "method": "GET", "path": "/retailer/orders/*", "times": 2, "skip": 1})

    media = {"Accept": V10}
    answers = [seller.session.get(f"{seller.url}/retailer/orders/A1", headers=media) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [404, 503, 503, 404]


def test_a_rule_can_be_for_one_account(bol, seller, seller_at):
    bol.add_fault({"kind": "status", "retailer": "shop-b", "times": 9})

    assert create(seller).status_code == 201
    assert create(seller_at(seller.url, "shop-c")).status_code == 201
    bol.clear_faults()
    other = seller_at(seller.url, "shop-b")
    bol.add_fault({"kind": "status", "retailer": "shop-b", "times": 9})
    assert create(other).status_code == 503


def test_the_token_endpoint_fails_the_same_way(bol, seller):
    bol.add_fault({"kind": "html", "status": 404, "path": "/token"})

    assert seller.ask_token().status_code == 404
    assert seller.ask_token().status_code == 200


def test_faults_are_steered_over_http(bol, seller):
    control = f"{seller.url}/_sandbox/faults"

    assert seller.session.post(control, json={"kind": "status", "times": 3}).status_code == 201
    assert seller.session.post(control, json={"kind": "process", "outcome": "TIMEOUT"}).status_code == 201
    assert create(seller).status_code == 503
    assert [rule["times"] for rule in seller.session.get(control).json()["faults"]] == [2, 1]

    assert seller.session.delete(control).status_code == 204
    assert create(seller).status_code == 201


@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "flood"},
        {"kind": "reset", "when": "later"},
        {"kind": "reset", "tims": 1},
        {"kind": "process", "outcome": "?"},
    ],
)
def test_a_rule_that_makes_no_sense_is_explained(bol, seller, rule):
    answer = seller.session.post(f"{seller.url}/_sandbox/faults", json=rule)

    assert answer.status_code == 400
    assert answer.json()["detail"]
    assert bol.faults() == []
