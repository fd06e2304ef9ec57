"""What may go wrong between bol and those it notifies, on request.

A rule: ``{"kind": "notification", "outcome", "resource", "event", "retailer", "times", "skip", "delay_s", "copies",
"key_id"}``; only `kind` and `outcome` are required.

* drop: never posted; duplicate: posted `copies` more times; late: posted `delay_s` seconds later
* reorder: kept back until the next one to the same address was posted
* forge: signed by somebody else's key; with `key_id` it names a key that bol does not have
"""

from __future__ import annotations

from typing import Any

OUTCOMES = ("drop", "duplicate", "late", "reorder", "forge")
FIELDS = frozenset(
    ("kind", "outcome", "resource", "event", "retailer", "times", "skip", "delay_s", "copies", "key_id")
)
DEFAULTS = {
    "resource": "*",
    "event": "*",
    "retailer": None,
    "times": 1,
    "skip": 0,
    "seen": 0,
    "delay_s": 60,
    "copies": 1,
    "key_id": None,
}

Rule = dict[str, Any]


def read(rule: Rule) -> Rule:
    """A rule with everything that it left out. Raises ValueError when it makes no sense."""
    unknown = rule.keys() - FIELDS
    if unknown or rule.get("outcome") not in OUTCOMES:
        raise ValueError(
            f"A notification is spoiled by {', '.join(OUTCOMES)}; a rule may have {', '.join(sorted(FIELDS))}."
        )
    return DEFAULTS | rule


def take(rules: list[Rule], retailer: str, resource: str, event: str) -> Rule | None:
    """The first rule that strikes this notification, or None."""
    for rule in rules:
        if not _meets(rule, retailer, resource, event):
            continue
        rule["seen"] += 1
        if rule["seen"] > rule["skip"]:
            rule["times"] -= 1
            return dict(rule)
    return None


def _meets(rule: Rule, retailer: str, resource: str, event: str) -> bool:
    same_retailer = rule["retailer"] in (None, retailer)
    same_event = rule["resource"] in ("*", resource) and rule["event"] in ("*", event)
    return rule["times"] > 0 and same_retailer and same_event
