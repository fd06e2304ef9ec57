"""Moving a connection from one dialect of the Offers API to the other, and who has to follow."""

from __future__ import annotations

from collections.abc import Callable

from connections.models import Connection

Follow = Callable[[Connection], None]

_followers: list[Follow] = []


def follow(follower: Follow) -> Follow:
    """Have a function called in the transaction of every move; use it as a decorator in an app's flows.py."""
    _followers.append(follower)
    return follower


def tell_followers(connection: Connection) -> None:
    """Let every app do what a move asks of it."""
    for follower in _followers:
        follower(connection)
