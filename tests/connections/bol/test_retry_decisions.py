from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connections import bol
from connections.bol.errors import error_class

READ, ABSOLUTE, ONCE = bol.Effect.READ, bol.Effect.ABSOLUTE, bol.Effect.ONCE
WAIT, LATER, PERSON, CREDENTIALS, UNKNOWN = (
    bol.Advice.WAIT,
    bol.Advice.TRY_LATER,
    bol.Advice.NEEDS_PERSON,
    bol.Advice.NEEDS_CREDENTIALS,
    bol.Advice.OUTCOME_UNKNOWN,
)


def api_error(status: int, retry_after: timedelta | None = None) -> bol.ApiError:
    return error_class(status)(status, retry_after=retry_after)


@pytest.mark.parametrize(
    ("error", "read", "absolute", "once"),
    [
        (bol.NotSent("refused"), LATER, LATER, LATER),
        (bol.TokenExpired("old"), LATER, LATER, LATER),
        (bol.InvalidCredentials("no"), CREDENTIALS, CREDENTIALS, CREDENTIALS),
        (bol.LoginUnavailable("down"), LATER, LATER, LATER),
        (bol.AddressBlocked("404"), LATER, LATER, LATER),
        (api_error(400), PERSON, PERSON, PERSON),
        (api_error(401), CREDENTIALS, CREDENTIALS, CREDENTIALS),
        (api_error(403), CREDENTIALS, CREDENTIALS, CREDENTIALS),
        (api_error(404), PERSON, PERSON, UNKNOWN),
        (api_error(406), PERSON, PERSON, PERSON),
        (api_error(409), LATER, LATER, UNKNOWN),
        (api_error(410), PERSON, PERSON, PERSON),
        (api_error(415), PERSON, PERSON, PERSON),
        (api_error(418), PERSON, PERSON, PERSON),
        (api_error(422), PERSON, PERSON, PERSON),
        (api_error(429), WAIT, WAIT, WAIT),
        (api_error(500), LATER, LATER, UNKNOWN),
        (api_error(502), LATER, LATER, UNKNOWN),
        (api_error(503), LATER, LATER, UNKNOWN),
        (api_error(504), LATER, LATER, UNKNOWN),
        (bol.Interrupted("timeout"), LATER, LATER, UNKNOWN),
        (bol.Unreadable("html"), LATER, LATER, UNKNOWN),
        (bol.BolError("new"), LATER, LATER, UNKNOWN),
    ],
    ids=lambda value: getattr(value, "name", None) or f"{type(value).__name__} {value}",
)
def test_each_row_of_the_table(
    error: bol.BolError, read: bol.Advice, absolute: bol.Advice, once: bol.Advice
) -> None:
    assert [bol.decide(error, effect).advice for effect in (READ, ABSOLUTE, ONCE)] == [read, absolute, once]


def waits(error: bol.BolError, count: int) -> list[float]:
    decisions = [bol.decide(error, READ, failures) for failures in range(count)]
    return [decision.wait.total_seconds() for decision in decisions if decision.wait]


def test_the_wait_doubles_up_to_a_quarter_of_an_hour() -> None:
    assert waits(bol.NotSent("refused"), 10) == [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]


def test_a_rate_limit_waits_as_long_as_bol_asks() -> None:
    error = api_error(429, retry_after=timedelta(seconds=4))

    assert waits(error, 5) == [4, 4, 4, 4, 4]


def test_a_rate_limit_without_a_time_waits_a_minute_at_most() -> None:
    assert waits(api_error(429), 6) == [5, 10, 20, 40, 60, 60]


def test_a_broken_bol_is_left_alone_for_as_long_as_it_asks() -> None:
    assert waits(api_error(503, retry_after=timedelta(seconds=30)), 4) == [30, 30, 30, 40]


def test_a_blocked_address_asks_every_five_minutes_at_most() -> None:
    assert waits(bol.AddressBlocked("404"), 9) == [300] * 6 + [320, 640, 900]


WITHOUT_ANSWER = [
    bol.BolError,
    bol.NotSent,
    bol.OutcomeUnknown,
    bol.Interrupted,
    bol.Unreadable,
    bol.TokenExpired,
    bol.LoginError,
    bol.InvalidCredentials,
    bol.LoginUnavailable,
    bol.AddressBlocked,
]
ERRORS = st.sampled_from(WITHOUT_ANSWER).map(lambda kind: kind("x")) | st.builds(
    lambda status, seconds: api_error(status, timedelta(seconds=seconds) if seconds else None),
    st.integers(400, 699),
    st.integers(0, 300),
)


@given(ERRORS, st.sampled_from(bol.Effect), st.integers(min_value=-1) | st.integers(0, 20))
def test_there_is_a_decision_for_everything(error: bol.BolError, effect: bol.Effect, failures: int) -> None:
    decision = bol.decide(error, effect, failures)

    if decision.advice in (WAIT, LATER):
        assert decision.wait is not None
        assert timedelta(seconds=1) <= decision.wait <= timedelta(minutes=15)
    else:
        assert decision.wait is None


@given(ERRORS, st.integers(0, 20))
def test_a_command_that_may_have_happened_is_never_simply_repeated(
    error: bol.BolError, failures: int
) -> None:
    surely_nothing_happened = (
        bol.NotSent,
        bol.LoginError,
        bol.TokenExpired,
        bol.Unauthorized,
        bol.Forbidden,
        bol.RateLimited,
    )

    if bol.decide(error, ONCE, failures).advice in (WAIT, LATER):
        assert isinstance(error, surely_nothing_happened)
