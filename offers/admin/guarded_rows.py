"""The offers of a bulk action that hit a guard rail, as a spreadsheet: too many to look at on a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from offers import guarding
from offers.deeds import Outcome
from offers.guard_rails import GuardWarning
from offers.spreadsheets import Cell, Table


def guarded_table(found: Iterable[tuple[GuardWarning, Outcome]]) -> Table:
    """Return a table of these offers: each with what would change, and the guard rail that it hits."""
    header = [_("project"), _("reference"), _("EAN"), _("title"), _("what would change"), _("guard rail")]
    return Table(_("Guard rails"), header, _rows(found))


def _rows(found: Iterable[tuple[GuardWarning, Outcome]]) -> Iterator[list[Cell]]:
    for said, outcome in found:
        product = outcome.offer.product
        about = [said.project, product.reference, product.ean, product.title]
        yield [*about, outcome.text, guarding.in_words(said)]
