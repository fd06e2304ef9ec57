"""What an error means for the request that met it: one table, one pure function."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto

from connections.bol.errors import (
    AddressBlocked,
    ApiError,
    BolError,
    Conflict,
    Forbidden,
    InvalidCredentials,
    LoginUnavailable,
    NotFound,
    NotSent,
    OutcomeUnknown,
    RateLimited,
    TokenExpired,
    Unauthorized,
    Unavailable,
)


class Effect(Enum):
    """What sending a request twice would do."""

    READ = auto()
    ABSOLUTE = auto()
    """A write that says how things are (price, stock, details): twice is as good as once."""
    ONCE = auto()
    """A command that must happen once (shipment, cancellation, create, label)."""


class Advice(Enum):
    """What to do next."""

    WAIT = auto()
    """Send again after the wait; it does not count as an attempt."""
    TRY_LATER = auto()
    NEEDS_PERSON = auto()
    NEEDS_CREDENTIALS = auto()
    """Nothing of this account can be sent until a person settles it with bol."""
    OUTCOME_UNKNOWN = auto()
    """Read at bol whether it happened, then decide."""


@dataclass(frozen=True)
class Decision:
    """An advice; `wait` is set with WAIT and TRY_LATER. It has no jitter: add your own."""

    advice: Advice
    wait: timedelta | None = None


FIRST_WAIT = timedelta(seconds=5)
LONGEST_RATE_WAIT = timedelta(seconds=60)
LONGEST_WAIT = timedelta(minutes=15)
BLOCKED_WAIT = timedelta(minutes=5)

_WAIT, _LATER, _UNKNOWN = Advice.WAIT, Advice.TRY_LATER, Advice.OUTCOME_UNKNOWN
_PERSON, _CREDENTIALS = Advice.NEEDS_PERSON, Advice.NEEDS_CREDENTIALS

# The first row that fits counts.
_TABLE: tuple[tuple[type[BolError], dict[Effect, Advice]], ...] = tuple(
    (error, dict(zip(Effect, advices, strict=True)))
    for error, *advices in (
        # error              read          absolute      once
        (NotSent,            _LATER,       _LATER,       _LATER),
        (TokenExpired,       _LATER,       _LATER,       _LATER),
        (InvalidCredentials, _CREDENTIALS, _CREDENTIALS, _CREDENTIALS),
        (AddressBlocked,     _LATER,       _LATER,       _LATER),
        (LoginUnavailable,   _LATER,       _LATER,       _LATER),
        (Unauthorized,       _CREDENTIALS, _CREDENTIALS, _CREDENTIALS),
        (Forbidden,          _CREDENTIALS, _CREDENTIALS, _CREDENTIALS),
        (NotFound,           _PERSON,      _PERSON,      _UNKNOWN),
        (Conflict,           _LATER,       _LATER,       _UNKNOWN),
        (RateLimited,        _WAIT,        _WAIT,        _WAIT),
        (Unavailable,        _LATER,       _LATER,       _UNKNOWN),
        (ApiError,           _PERSON,      _PERSON,      _PERSON),
        (OutcomeUnknown,     _LATER,       _LATER,       _UNKNOWN),
        (BolError,           _LATER,       _LATER,       _UNKNOWN),
    )
)  # fmt: skip


def decide(error: BolError, effect: Effect, failures: int = 0) -> Decision:
    """Decide what an error means for a request with this effect that failed `failures` times before."""
    advice = next(advices[effect] for kind, advices in _TABLE if isinstance(error, kind))
    if advice is Advice.WAIT:
        return Decision(advice, _asked(error) or min(_backoff(failures), LONGEST_RATE_WAIT))
    if advice is Advice.TRY_LATER:
        return Decision(advice, max(_backoff(failures), _asked(error) or timedelta()))
    return Decision(advice)


def _asked(error: BolError) -> timedelta | None:
    if isinstance(error, AddressBlocked):
        return BLOCKED_WAIT
    return error.retry_after if isinstance(error, ApiError) else None


def _backoff(failures: int) -> timedelta:
    return min(FIRST_WAIT * (1 << min(max(failures, 0), 16)), LONGEST_WAIT)
