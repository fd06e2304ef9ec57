"""`manage.py export_assortment`: the assortment as a spreadsheet that can be imported again."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from offers import exports
from offers.models import Offer, OfferQuerySet, Project


class Command(BaseCommand):
    """Write all offers, or those of one project, to a CSV or XLSX file by its suffix."""

    help = "Export the assortment to FILE (.csv or .xlsx), in the columns that import_assortment reads."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--project", default="", help="only the offers of this project")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            count = write(path, chosen(options["project"]))
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
        self.stdout.write(f"{count} offers are in {path}.")


def chosen(project: str) -> OfferQuerySet:
    """Return the offers of a project, or all of them. Raises CommandError."""
    offers: OfferQuerySet = Offer.objects.all()
    if not project:
        return offers
    if not Project.objects.filter(name=project).exists():
        names = ", ".join(Project.objects.values_list("name", flat=True))
        raise CommandError(f"There is no project “{project}”. There are: {names or 'none yet'}.")
    return offers.filter(project__name=project)


def write(path: Path, offers: OfferQuerySet) -> int:
    """Write the file and return the number of offers. Raises CommandError for another suffix."""
    if path.suffix.lower() == ".xlsx":
        return exports.write_xlsx(offers, path)
    if path.suffix.lower() != ".csv":
        raise CommandError(f"{path.name}: the name must end in .csv or .xlsx.")
    with path.open("w", encoding="utf-8", newline="") as file:
        return exports.write_csv(offers, file)
