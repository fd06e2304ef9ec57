"""Faults on request: rules that spoil a request before or after its effect.

A rule: ``{"kind", "method", "path", "retailer", "when", "status", "headers", "body", "retry_after", "delay_s",
"times", "skip"}``; only `kind` is required. `path` may hold ``*``, which stands for anything.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from fnmatch import fnmatchcase
from typing import Any

KINDS = ("reset", "timeout", "status", "html", "truncate", "slow")
MOMENTS = ("before", "after")
OUTCOMES = ("SUCCESS", "FAILURE", "TIMEOUT", "PENDING", "LOST")
HAS_EFFECT = {"SUCCESS": True, "PENDING": True}

RULING_FIELDS = frozenset(
    ("kind", "event_type", "retailer", "outcome", "message", "effect", "times", "skip", "delay_s")
)


@dataclass
class Fault:
    """One rule; `times` is how often it still strikes, after letting `skip` requests pass."""

    number: int
    kind: str
    method: str = "*"
    path: str = "*"
    retailer: str | None = None
    when: str = "before"
    status: int = 503
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    retry_after: int | None = None
    delay_s: float | None = None
    times: int = 1
    skip: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS or self.when not in MOMENTS:
            raise ValueError(
                f"A fault has a kind of {', '.join(KINDS)} and strikes {' or '.join(MOMENTS)} the effect."
            )

    def meets(self, method: str, path: str, client_id: str | None) -> bool:
        same_method = self.method in ("*", method)
        same_retailer = self.retailer in (None, client_id)
        return self.times > 0 and same_method and same_retailer and fnmatchcase(path, self.path)


RULE_FIELDS = frozenset(known.name for known in fields(Fault)) - {"number"}


class Faults:
    """The rules in force, in order of arrival."""

    def __init__(self) -> None:
        self.rules: list[Fault] = []
        self._added = 0

    def add(self, rule: dict[str, Any]) -> Fault:
        """Put a rule in force; raises ValueError when it makes no sense."""
        _check_fields(rule, RULE_FIELDS)
        self._added += 1
        fault = Fault(number=self._added, **rule)
        self.rules.append(fault)
        return fault

    def take(self, method: str, path: str, client_id: str | None) -> Fault | None:
        """The first rule that strikes this request, or None."""
        for fault in self.rules:
            if not fault.meets(method, path, client_id):
                continue
            if not fault.skip:
                fault.times -= 1
                return fault
            fault.skip -= 1
        return None

    def clear(self) -> None:
        """Heal."""
        self.rules.clear()


def read_ruling(rule: dict[str, Any]) -> dict[str, Any]:
    """A rule for the outcome of commands (kind "process").

    `outcome` is a status, or LOST for one that bol forgets; `effect` says whether the command is carried out all the
    same, `delay_s` how long it stays PENDING before it ends so. PENDING without a delay never ends; with one it ends as the
    command does, whose effect comes at once or, without `effect`, at the end.
    """
    _check_fields(rule, RULING_FIELDS)
    outcome = rule.get("outcome", "FAILURE")
    if outcome not in OUTCOMES:
        raise ValueError(f"The outcome of a process is one of {', '.join(OUTCOMES)}.")
    defaults = {
        "event_type": "*",
        "retailer": None,
        "message": None,
        "delay_s": None,
        "times": 1,
        "skip": 0,
        "seen": 0,
    }
    return defaults | {"outcome": outcome, "effect": HAS_EFFECT.get(outcome, False)} | rule


def _check_fields(rule: dict[str, Any], known: frozenset[str]) -> None:
    unknown = rule.keys() - known
    if unknown:
        raise ValueError(
            f"A rule has no {', '.join(sorted(unknown))}; it may have {', '.join(sorted(known))}."
        )
