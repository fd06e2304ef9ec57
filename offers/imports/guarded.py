"""What a part of a spreadsheet means to the guard rails, and to undoing."""

from __future__ import annotations

from collections.abc import Iterator

from offers.batches import PRODUCT, Changed
from offers.guard_rails import Change, Tally
from offers.guarding import KnownRails
from offers.imports.entries import OFFER_FIELDS, PRODUCT_FIELDS, Entry
from offers.imports.importing import Line, Part
from offers.models import HOLD_FIELDS


def tally_part(tally: Tally, part: Part, rails: KnownRails) -> set[int]:
    """Count the changes of a part; return the rows that a guard rail looks at."""
    return {line.source.number for line in part.lines if _is_hit(tally, line, rails)}


def _is_hit(tally: Tally, line: Line, rails: KnownRails) -> bool:
    if line.entry is None or line.entry.offer is None:
        return False
    before = {name: old for name, (old, _new) in line.changes.items()}
    after = {name: new for name, (_old, new) in line.changes.items()}
    return bool(tally.add(Change(str(line.entry), rails.of(line.entry.project), before, after)))


def changed_by(part: Part) -> Iterator[Changed]:
    """Yield what a part that was just written made and changed; a product that changed, only once."""
    products: set[str] = set()
    for entry in part.entries:
        of_offer = {name: pair for name, pair in entry.changes.items() if name in OFFER_FIELDS}
        of_product = {} if str(entry) in products else _of_product(entry)
        products.add(str(entry))
        if entry.made and not entry.offer_id:
            yield entry.made, None, {name: getattr(entry.made, name) for name in OFFER_FIELDS}
        about = entry.offer or entry.made
        pairs = of_offer | _of_hold(entry) | of_product
        if about and pairs:
            before = {name: old for name, (old, _new) in pairs.items()}
            yield about, before, {name: new for name, (_old, new) in pairs.items()}


def _of_hold(entry: Entry) -> dict[str, tuple[object, object]]:
    """Whoever held it before: the reason and the date are forgotten with every change of the hold."""
    if entry.offer is None or "on_hold" not in entry.changes:
        return {}
    held = {name: getattr(entry.offer, name) for name in HOLD_FIELDS}
    forgotten = dict(zip(HOLD_FIELDS, ("", None), strict=True))
    return {name: (held[name], new) for name, new in forgotten.items() if held[name] != new}


def _of_product(entry: Entry) -> dict[str, tuple[object, object]]:
    return {PRODUCT + name: pair for name, pair in entry.changes.items() if name in PRODUCT_FIELDS}
