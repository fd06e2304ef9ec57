from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event
from typing import cast

import pytest
import requests

from connections import bol
from tests.connections.bol.answering import Clock


class CountingLogin:
    """A login that fails as told, takes a moment, and counts."""

    def __init__(self, clock: Clock, *failures: bol.LoginError | None) -> None:
        self.count = 0
        self._clock = clock
        self._failures = list(failures)

    def fetch_token(self, session: requests.Session | None = None) -> bol.AccessToken:
        self.count += 1
        number = self.count
        Event().wait(0.02)
        if self._failures and (failure := self._failures.pop(0)):
            raise failure
        return bol.AccessToken(f"token-{number}", self._clock() + timedelta(seconds=299))


def keep(login: CountingLogin, clock: Clock) -> bol.MemoryTokens:
    return bol.MemoryTokens(cast("bol.Login", login), now=clock)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_token_is_used_until_a_minute_before_its_end(clock: Clock) -> None:
    tokens = keep(CountingLogin(clock), clock)

    first = tokens.get()
    clock.forward(seconds=238)
    still = tokens.get()
    clock.forward(seconds=2)

    assert (first, still, tokens.get()) == ("token-1", "token-1", "token-2")


def test_many_threads_that_need_a_token_make_one_request(clock: Clock) -> None:
    login = CountingLogin(clock)
    tokens = keep(login, clock)
    together = Barrier(20)

    def ask(_: int) -> str:
        together.wait()
        return tokens.get()

    with ThreadPoolExecutor(20) as pool:
        assert set(pool.map(ask, range(20))) == {"token-1"}
    assert login.count == 1


def test_many_threads_whose_token_was_refused_make_one_request(clock: Clock) -> None:
    login = CountingLogin(clock)
    tokens = keep(login, clock)
    rejected = tokens.get()

    with ThreadPoolExecutor(20) as pool:
        assert set(pool.map(tokens.renew, [rejected] * 20)) == {"token-2"}
    assert login.count == 2


def test_a_token_that_somebody_replaced_is_not_replaced_again(clock: Clock) -> None:
    login = CountingLogin(clock)
    tokens = keep(login, clock)
    tokens.get()
    tokens.renew("token-1")

    assert tokens.renew("token-1") == "token-2"
    assert login.count == 2


def test_the_old_token_serves_while_the_login_is_down(clock: Clock) -> None:
    down = bol.LoginUnavailable("down")
    tokens = keep(CountingLogin(clock, None, down, down, down), clock)
    tokens.get()

    clock.forward(seconds=270)
    assert tokens.get() == "token-1"

    clock.forward(seconds=30)
    with pytest.raises(bol.LoginUnavailable):
        tokens.get()


def test_wrong_credentials_do_not_hide_behind_an_old_token(clock: Clock) -> None:
    tokens = keep(CountingLogin(clock, None, bol.InvalidCredentials("no")), clock)
    tokens.get()
    clock.forward(seconds=270)

    with pytest.raises(bol.InvalidCredentials):
        tokens.get()


def test_a_refused_token_is_not_used_again_although_the_login_is_down(clock: Clock) -> None:
    down = bol.LoginUnavailable("down")
    tokens = keep(CountingLogin(clock, None, down, down), clock)
    rejected = tokens.get()

    for ask in (lambda: tokens.renew(rejected), tokens.get):
        with pytest.raises(bol.LoginUnavailable):
            ask()


def test_a_failed_login_is_left_alone_for_a_moment(clock: Clock) -> None:
    login = CountingLogin(clock, bol.LoginUnavailable("down"))
    tokens = keep(login, clock)

    for _ in range(3):
        with pytest.raises(bol.LoginUnavailable, match="down"):
            tokens.get()
    assert login.count == 1

    clock.forward(seconds=6)
    assert tokens.get() == "token-2"
