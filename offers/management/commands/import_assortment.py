"""`manage.py import_assortment`: the spreadsheet import of the admin, in the foreground."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError

from connections import sources
from connections.models import Connection
from offers import batches, guarding
from offers.guard_rails import GuardWarning, Tally
from offers.guarding import KnownRails
from offers.imports import importing
from offers.imports.flagging import flagged_rows
from offers.imports.guarded import changed_by, tally_part
from offers.imports.importing import Outcome, Part, Problem
from offers.imports.reading import Unreadable, open_sheet
from offers.models import ChangeBatch, Project
from offers.resources import AssortmentResource


@dataclass(frozen=True)
class Mode:
    """How a file is loaded."""

    is_dry: bool
    passes_guard_rails: bool


class Command(BaseCommand):
    """Load projects, products and offers from a CSV or XLSX file, and announce what changed."""

    help = "Import an assortment from a CSV or XLSX file; good rows are loaded, others are listed with the reason."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--project", default="", help="for rows that name no project")
        parser.add_argument(
            "--connection", default="", help="name or number; may be left out if there is only one"
        )
        parser.add_argument(
            "--pass-guard-rails", action="store_true", help="load it although a guard rail is hit"
        )
        parser.add_argument("--dry-run", action="store_true", help="only say what would happen")
        parser.add_argument("--json", action="store_true", help="print the outcome as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        resource = AssortmentResource(
            choose_connection(options["connection"], options["project"]), options["project"]
        )
        mode = Mode(is_dry=options["dry_run"], passes_guard_rails=options["pass_guard_rails"])
        counts, problems = self._import(options["file"], resource, mode)
        flagged = flagged_rows(resource.connection, taken(resource, problems))
        if options["json"]:
            self.stdout.write(as_json(counts, problems, flagged))
            return
        self._print(counts, problems, flagged)

    def _import(
        self, path: Path, resource: AssortmentResource, mode: Mode
    ) -> tuple[Counter[Outcome], list[Problem]]:
        try:
            with path.open("rb") as file, sources.working_with(f"import_assortment {path.name}"):
                return run_through(file, resource, mode)
        except Unreadable as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{path} cannot be opened: {error.strerror}.") from error

    def _print(self, counts: Counter[Outcome], problems: list[Problem], flagged: list[Problem]) -> None:
        for outcome in Outcome:
            self.stdout.write(f"{outcome.value}: {counts[outcome]}")
        self.stdout.write(f"flagged: {len(flagged)}")
        for problem in [*problems, *flagged]:
            self.stdout.write(f"row {problem.row}, {problem.field or 'whole row'}: {problem.reason}")


def choose_connection(named: str, project: str) -> Connection:
    """Return the connection that is named, else that of the project, else the only one. Raises CommandError."""
    known = Connection.objects.all()
    if named:
        found = known.filter(name=named).first() or known.filter(pk=named if named.isdecimal() else 0).first()
        if not found:
            raise CommandError(f"There is no connection “{named}”. {_known_names()}")
        return found
    owner = Project.objects.select_related("connection").filter(name=project).first()
    if owner:
        return owner.connection
    if len(known) != 1:
        raise CommandError(f"Name the connection with --connection. {_known_names()}")
    return known[0]


def run_through(
    file: BinaryIO, resource: AssortmentResource, mode: Mode
) -> tuple[Counter[Outcome], list[Problem]]:
    """Import a file after reading it to its end once, so that one that cannot be read changes nothing.

    Raises CommandError where a guard rail is hit and not passed.
    """
    warnings = look_through(file, resource.afresh())
    if warnings and not mode.passes_guard_rails:
        raise CommandError(refusal(warnings))
    counts: Counter[Outcome] = Counter()
    problems: list[Problem] = []
    batch = None if mode.is_dry else batches.start_batch(Path(file.name).name, None)
    for part in parts_of(file, resource, batch):
        counts.update(line.outcome for line in part.lines)
        problems += part.problems
    return counts, problems


def parts_of(file: BinaryIO, resource: AssortmentResource, batch: ChangeBatch | None) -> Iterator[Part]:
    """Yield the parts of a file, loaded into a batch, or only compared without one."""
    with open_sheet(file) as sheet:
        for rows in importing.chunks(sheet, resource):
            if batch is None:
                yield importing.compare(resource, rows)
            else:
                yield importing.load(resource, rows, None, record=partial(record_part, batch))


def record_part(batch: ChangeBatch, part: Part) -> None:
    """Keep what a part changed, so that it can be undone."""
    batches.record(batch, changed_by(part))


def look_through(file: BinaryIO, resource: AssortmentResource) -> list[GuardWarning]:
    """Compare a file to its end and return what looks like a mistake. Raises Unreadable."""
    tally, rails = Tally(), KnownRails()
    for part in parts_of(file, resource, None):
        tally_part(tally, part, rails)
    return tally.warnings()


def refusal(warnings: Iterable[GuardWarning]) -> str:
    """Return what the guard rails say, with the offers, and how to go on."""
    said = [f"{guarding.in_words(warning)} {', '.join(warning.names)}" for warning in warnings]
    return "\n".join(
        ["Nothing was loaded, for this looks like a mistake:", *said, "If it is meant: --pass-guard-rails."]
    )


def taken(resource: AssortmentResource, problems: list[Problem]) -> dict[str, int]:
    """Return the row of each reference in the file, but for those that were refused."""
    refused = {problem.row for problem in problems}
    rows = ((reference, row) for reference, (row, _said) in resource.seen.products.items())
    return {reference: row for reference, row in rows if row not in refused}


def as_json(counts: Counter[Outcome], problems: list[Problem], flagged: list[Problem]) -> str:
    """Return the totals, the refused rows and the rows in conflict as JSON."""
    totals: dict[str, Any] = {outcome.value: counts[outcome] for outcome in Outcome}
    totals |= {"rejected": _listed(problems), "flagged": _listed(flagged)}
    return json.dumps(totals, ensure_ascii=False, indent=1)


def _listed(problems: list[Problem]) -> list[dict[str, Any]]:
    return [{"row": problem.row, "field": problem.field, "reason": problem.reason} for problem in problems]


def _known_names() -> str:
    names = ", ".join(Connection.objects.values_list("name", flat=True))
    return f"There are: {names}." if names else "There is none yet: add one in the admin first."
