"""What may be wrong, registered by the apps that know: each rule looks at the database and returns what it found."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from connections.models import Severity


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: a sentence that says what it is and what to do, and the page to go to.

    `key` tells it from other findings of its rule and stays the same while it lasts.
    """

    key: str
    text: str
    severity: Severity
    link: str = ""
    connection_id: int | None = None


@dataclass(frozen=True)
class Rule:
    """A way in which things go wrong. While it finds something, the rules it `explains` are not looked at."""

    name: str
    title: Any
    find: Callable[[], Iterable[Finding]]
    explains: frozenset[str] = frozenset()


_registered: dict[str, Rule] = {}


def register(rule: Rule) -> None:
    """Make a rule known; call it in an app's alerting.py."""
    _registered[rule.name] = rule


def rules() -> list[Rule]:
    """Return every rule, those that explain others first."""
    return sorted(_registered.values(), key=lambda rule: (not rule.explains, rule.name))


def title_of(name: str) -> str:
    """Return a rule's title in words; its name where no app knows it any more."""
    return str(_registered[name].title) if name in _registered else name
