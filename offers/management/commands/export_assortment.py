"""`manage.py export_assortment`: the assortment as a spreadsheet that can be imported again."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from offers import exports
from offers.models import Offer, OfferQuerySet, Project
from offers.spreadsheets import UnknownFormat, write_file


class Command(BaseCommand):
    """Write all offers, or those of one project, to a CSV or XLSX file by its suffix."""

    help = "Export the assortment to FILE (.csv or .xlsx), in the columns that import_assortment reads."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--project", default="", help="only the offers of this project")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            count = write_file(exports.assortment(chosen(options["project"])), path)
        except UnknownFormat as error:
            raise CommandError(str(error)) from error
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
