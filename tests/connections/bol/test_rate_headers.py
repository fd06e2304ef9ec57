from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connections.bol.rates import RateHeaders, time_to_wait

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def seconds(duration: timedelta | None) -> float | None:
    return None if duration is None else duration.total_seconds()


def test_the_budget_is_read_whatever_its_capitals() -> None:
    headers = {"X-RateLimit-Limit": "25", "x-ratelimit-remaining": "24", "X-RATELIMIT-RESET": "1"}

    rate = RateHeaders.read(headers, NOW)

    assert rate == RateHeaders(limit=25, remaining=24, reset=timedelta(seconds=1))


def test_an_answer_without_a_budget_is_falsy() -> None:
    assert not RateHeaders.read({"Content-Type": "text/html"}, NOW)
    assert RateHeaders.read({"X-RateLimit-Remaining": "0"}, NOW)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", 1),
        ("0", 0),
        (str(int(NOW.timestamp()) + 30), 30),
        (str(int(NOW.timestamp()) * 1000 + 30_000), 30),
        (str(int(NOW.timestamp()) - 30), 0),
        ("999999999", 86400),
        ("-1", None),
        ("soon", None),
        ("", None),
    ],
)
def test_a_reset_is_a_duration_also_when_bol_gives_a_moment(text: str, expected: float | None) -> None:
    assert seconds(RateHeaders.read({"X-RateLimit-Reset": text}, NOW).reset) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4", 4),
        (" 4 ", 4),
        ("4.5", 4),
        ("0", 1),
        ("-1", 1),
        ("86400", 300),
        ("999999999999999", 300),
        ("Sat, 21 Nov 2026 12:00:30 GMT", 30),
        ("Sat, 21 Nov 2026 12:00:30 -0000", 30),
        ("Sat, 21 Nov 2026 11:00:00 GMT", 1),
        ("Sun, 22 Nov 2026 12:00:00 GMT", 300),
        ("abc", None),
        ("1e5", None),
        ("nan", None),
        ("inf", None),
        ("٤", None),
        ("", None),
    ],
)
def test_a_retry_after_is_one_to_three_hundred_seconds(text: str, expected: float | None) -> None:
    assert seconds(RateHeaders.read({"retry-after": text}, NOW).retry_after) == expected


@given(
    st.text() | st.integers().map(str) | st.datetimes().map(lambda when: f"{when:%a, %d %b %Y %H:%M:%S GMT}")
)
def test_no_header_is_too_strange(text: str) -> None:
    names = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "Retry-After")

    rate = RateHeaders.read(dict.fromkeys(names, text), NOW)

    assert rate.reset is None or timedelta() <= rate.reset <= timedelta(days=1)
    assert rate.retry_after is None or timedelta(seconds=1) <= rate.retry_after <= timedelta(seconds=300)


@given(st.integers(400, 599), st.text())
def test_no_text_is_too_strange(status: int, detail: str) -> None:
    wait = time_to_wait(status, RateHeaders(), f"{detail} retry in {detail} seconds")

    assert wait is None or timedelta(seconds=1) <= wait <= timedelta(seconds=300)
