"""Rate budgets: exact, shared by all workers, corrected by bol."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections as databases

from connections import bol, throttling
from connections.models import Connection, RateBudget
from connections.throttling import TooBusy

pytestmark = pytest.mark.paced

PATCH = ("PATCH", "/retailer/offers/6ff736b5-cdd0-4150-8c67-78269ee986f5")


def exchange(status: int = 204, **rate) -> bol.Exchange:
    return bol.Exchange(
        method=PATCH[0],
        path=PATCH[1],
        status=status,
        duration=timedelta(0),
        error="",
        request_id="",
        rate=bol.RateHeaders(**rate),
        process_status_id="",
    )


def interval() -> float:
    return RateBudget.objects.get().interval


@pytest.mark.django_db
def test_slots_are_spaced_as_bols_limit_says(connection):
    waits = [throttling.reserve(connection, *PATCH, max_wait=10) for _request in range(26)]

    assert waits[0] == 0
    # 50 a second, a little slower; what the reservations themselves took comes off the wait.
    assert 0.2 < waits[-1] <= 25 * interval() <= 0.53


@pytest.mark.django_db
def test_all_offers_share_the_budget_of_their_endpoint(connection):
    throttling.reserve(connection, "PATCH", "/retailer/offers/one", max_wait=10)
    throttling.reserve(connection, "PATCH", "/retailer/offers/two", max_wait=10)

    assert RateBudget.objects.count() == 1


@pytest.mark.django_db
def test_a_slot_too_far_away_is_not_taken(connection):
    throttling.reserve(connection, *PATCH, max_wait=10)
    throttling.correct(connection, exchange(429, retry_after=timedelta(seconds=60)))
    before = RateBudget.objects.get().next_slot

    with pytest.raises(TooBusy) as busy:
        throttling.reserve(connection, *PATCH, max_wait=5)

    assert 58 < busy.value.wait <= 60
    assert RateBudget.objects.get().next_slot == before


@pytest.mark.django_db
def test_a_refusal_without_a_time_waits_for_a_whole_window(connection):
    throttling.reserve(connection, *PATCH, max_wait=10)
    throttling.correct(connection, exchange(429))

    assert 0.5 < throttling.reserve(connection, *PATCH, max_wait=5) <= 1


@pytest.mark.django_db
def test_a_budget_that_somebody_else_spent_is_respected(connection):
    throttling.reserve(connection, *PATCH, max_wait=10)
    throttling.correct(connection, exchange(remaining=0, reset=timedelta(seconds=3)))

    assert 2.5 < throttling.reserve(connection, *PATCH, max_wait=5) <= 3


@pytest.mark.django_db
def test_a_limit_that_bol_lowers_is_followed(connection):
    throttling.reserve(connection, *PATCH, max_wait=10)
    before = interval()

    throttling.correct(connection, exchange(limit=25, remaining=20))

    assert interval() == pytest.approx(2 * before)


@pytest.mark.django_db
def test_two_connections_have_budgets_of_their_own(make_connection):
    first, second = make_connection("First"), make_connection("Second", client_id="second")
    throttling.reserve(first, *PATCH, max_wait=10)
    throttling.correct(first, exchange(429, retry_after=timedelta(seconds=60)))

    assert throttling.reserve(second, *PATCH, max_wait=0.001) == 0


def reserve_in_a_thread(connection: Connection) -> float:
    try:
        return throttling.reserve(connection, *PATCH, max_wait=60)
    finally:
        databases.close_all()


@pytest.mark.django_db(transaction=True)
def test_no_two_workers_get_the_same_slot(connection):
    throttling.reserve(connection, *PATCH, max_wait=10)
    start = RateBudget.objects.get().next_slot

    with ThreadPoolExecutor(8) as workers:
        list(workers.map(reserve_in_a_thread, [connection] * 80))

    # Eighty reservations moved the slot by eighty intervals at least: none was given out twice.
    assert RateBudget.objects.get().next_slot >= start + 80 * interval() - 1e-3
