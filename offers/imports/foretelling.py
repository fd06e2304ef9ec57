"""The EAN conflicts that loading a file would make, foretold while it is checked: a few queries for each part of it.

What a part says counts together with the parts before it, and with the offers that no row is about. Loading looks for
conflicts anew (offers.conflicts), so what changes in between does no harm.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from offers.conflicts import Key, claims_on
from offers.imports.flagging import parked_in_words, undecided_in_words
from offers.imports.importing import Line, Part
from offers.models import EanConflict, ImportLine, ImportRun, Offer, Product
from offers.models.conflict import ConflictState

# So many other claimants are named; the rest are counted.
NAMED = 5
# So many rows of a file are looked through for their names.
LOOKED_THROUGH = 1000


def claim_of(line: Line) -> dict[str, Any]:
    """Return what a row that can be loaded will claim, as the fields of an ImportLine."""
    entry = line.entry
    if entry is None:
        return {}
    return {
        "reference": entry.reference or "",
        "project": entry.project.name,
        "ean": entry.ean or (entry.product.ean if entry.product else ""),
        "condition": entry.condition or "",
        "is_claiming": entry.project.is_active and not (entry.offer and entry.offer.stays_gone),
    }


def mark_contested(run: ImportRun, part: Part) -> None:
    """Flag the rows whose EAN something else will claim too, of this part and of those before.

    Call it in the transaction of the part, after its lines are kept.
    """
    eans = _touched(part) | _agree_on_eans(run, part)
    others, in_file = _others(run, eans), _counts(run, eans)
    contested = [key for key, count in in_file.items() if count + len(others[key]) > 1]
    by_condition: defaultdict[str, list[str]] = defaultdict(list)
    for ean, condition in contested:
        by_condition[condition].append(ean)
    _claiming(run, eans).filter(is_contested=True).update(is_contested=False)
    for condition, same in by_condition.items():
        _claiming(run, same).filter(condition=condition).update(is_contested=True)
    _spare_owners(run, {ean for ean, _condition in contested})


def foretell(run: ImportRun, lines: Iterable[ImportLine]) -> dict[int, str]:
    """Return by row, for those of these that are contested, who else claims the EAN and what follows."""
    asked = [line for line in lines if line.is_contested]
    if not asked:
        return {}
    claimed = _Claimed.of(run, {line.ean for line in asked})
    said = {line.row: claimed.in_words(line) for line in asked}
    return {row: text for row, text in said.items() if text}


@dataclass(frozen=True)
class _Claimed:
    """All that claims some EANs, by EAN and condition: offers no row is about, rows of the file, chosen owners."""

    others: defaultdict[Key, list[str]]
    rows: defaultdict[Key, list[ImportLine]]
    in_file: dict[Key, int]
    decided: dict[Key, EanConflict]

    @classmethod
    def of(cls, run: ImportRun, eans: set[str]) -> _Claimed:
        rows: defaultdict[Key, list[ImportLine]] = defaultdict(list)
        for line in _claiming(run, eans).order_by("row")[:LOOKED_THROUGH]:
            rows[line.ean, line.condition].append(line)
        return cls(_others(run, eans), rows, _counts(run, eans), _decided(run, eans))

    def in_words(self, line: ImportLine) -> str:
        """Return who else claims the EAN of a row; "" where nothing does any more."""
        key = line.ean, line.condition
        if key in self.decided:
            return _decided_in_words(self.decided[key])
        count = len(self.others[key]) + self.in_file.get(key, 1) - 1
        in_file = [_row_in_words(other) for other in self.rows[key] if other.pk != line.pk]
        return _undecided_in_words(line.ean, [*self.others[key], *in_file], count) if count else ""


# Which claims there are ------------------------------------------------------------------------------------


def _touched(part: Part) -> set[str]:
    """Return the EANs that the rows of a part claim, and those that its products leave."""
    claimed = {claim_of(line)["ean"] for line in part.lines if line.entry}
    return claimed | {line.changes["ean"][0] for line in part.lines if "ean" in line.changes}


def _agree_on_eans(run: ImportRun, part: Part) -> set[str]:
    """Give all rows of a product the EAN that one of them gives it, for a row may leave it blank; return these EANs."""
    before = {
        line.entry.product.reference: line.entry.product.ean
        for line in part.lines
        if line.entry and line.entry.product and ("ean" in line.changes or not line.entry.ean)
    }
    lines = list(run.lines.filter(reference__in=list(before)))
    given = {line.reference: line.ean for line in lines if line.ean != before[line.reference]}
    behind = [line for line in lines if line.ean != given.get(line.reference, line.ean)]
    for line in behind:
        line.ean = given[line.reference]
    ImportLine.objects.bulk_update(behind, ["ean"], batch_size=200)
    return {line.ean for line in behind}


def _claiming(run: ImportRun, eans: Iterable[str]) -> QuerySet[ImportLine]:
    return run.lines.filter(ean__in=list(eans), is_claiming=True)


def _counts(run: ImportRun, eans: Iterable[str]) -> dict[Key, int]:
    """Return by EAN and condition how many rows claim it."""
    grouped = _claiming(run, eans).order_by().values_list("ean", "condition").annotate(Count("pk"))
    return {(ean, condition): count for ean, condition, count in grouped}


def _others(run: ImportRun, eans: set[str]) -> defaultdict[Key, list[str]]:
    """Return by EAN and condition the names of the offers that will claim it, of those that no row is about."""
    offers = list(_offers(run, eans))
    said = _Said.of(run, {offer.product.reference for offer in offers})
    found: defaultdict[Key, list[str]] = defaultdict(list)
    for offer in offers:
        if not said.names(offer):
            found[said.ean_after(offer.product), offer.condition].append(offer.in_project)
    return found


def _offers(run: ImportRun, eans: set[str]) -> QuerySet[Offer]:
    """Return the offers that claim these EANs now, and those of products to which the file gives one of them."""
    said = run.lines.filter(ean__in=eans).values("reference")
    now = Product.objects.filter(ean__in=eans).values_list("pk", flat=True)
    moving = Product.objects.filter(reference__in=said).exclude(ean__in=eans).values_list("pk", flat=True)
    # Products first, then offers: as one join PostgreSQL reads every offer while its statistics are young.
    found = claims_on(run.connection_id).filter(product__in=[*now, *moving])
    return found.select_related("product", "project").order_by("pk")


@dataclass(frozen=True)
class _Said:
    """What the file says of some references: the offers it names, and the EANs it gives to each product."""

    offers: set[tuple[str, str, str]]
    eans: defaultdict[str, set[str]]

    @classmethod
    def of(cls, run: ImportRun, references: Iterable[str]) -> _Said:
        said = cls(set(), defaultdict(set))
        lines = run.lines.filter(reference__in=list(references))
        for reference, project, ean, condition in lines.values_list(
            "reference", "project", "ean", "condition"
        ):
            said.offers.add((reference, project, condition))
            said.eans[reference].add(ean)
        return said

    def names(self, offer: Offer) -> bool:
        """Tell whether a row is about this offer."""
        return (offer.product.reference, offer.project.name, offer.condition) in self.offers

    def ean_after(self, product: Product) -> str:
        """Return the EAN that a product will have: a row that says none keeps the one of before."""
        given = self.eans[product.reference] - {product.ean}
        return next(iter(given), product.ean)


# Where an owner was chosen already ---------------------------------------------------------------------------


def _decided(run: ImportRun, eans: Iterable[str]) -> dict[Key, EanConflict]:
    """Return by EAN and condition the decisions that stand after loading: their owner claims the EAN then too."""
    conflicts = EanConflict.objects.filter(
        connection=run.connection_id, state=ConflictState.DECIDED, ean__in=list(eans), owner__isnull=False
    )
    found = [(conflict, _owner(conflict)) for conflict in conflicts.select_related(*OWNER)]
    said = _Said.of(run, {owner.product.reference for _conflict, owner in found})
    return {
        (conflict.ean, conflict.condition): conflict
        for conflict, owner in found
        if said.ean_after(owner.product) == conflict.ean
    }


OWNER = ("owner__product", "owner__project")


def _owner(conflict: EanConflict) -> Offer:
    if conflict.owner is None:
        raise ValueError("This conflict has no owner.")
    return conflict.owner


def _spare_owners(run: ImportRun, eans: set[str]) -> None:
    """Take the flag off the rows of chosen owners: what they say is sent."""
    owners = [_owner(conflict) for conflict in _decided(run, eans).values()]
    ours = {(owner.product.reference, owner.project.name, owner.condition) for owner in owners}
    lines = _claiming(run, eans).filter(reference__in=[reference for reference, _project, _condition in ours])
    spared = [line.pk for line in lines if (line.reference, line.project, line.condition) in ours]
    run.lines.filter(pk__in=spared).update(is_contested=False)


# In words ----------------------------------------------------------------------------------------------------


def _decided_in_words(conflict: EanConflict) -> str:
    return parked_in_words(conflict.ean, _owner(conflict).in_project, conflict.reason)


def _undecided_in_words(ean: str, others: Sequence[str], count: int) -> str:
    names = [*others[:NAMED]]
    unnamed = count - len(names)
    if unnamed:
        names.append(ngettext("%(count)d more", "%(count)d more", unnamed) % {"count": unnamed})
    return undecided_in_words(ean, names)


def _row_in_words(line: ImportLine) -> str:
    return _("%(reference)s (%(project)s, row %(row)d)") % {
        "reference": line.reference,
        "project": line.project,
        "row": line.row,
    }
