"""Guards a deploy: `manage.py guard snapshot before.json`, deploy, `manage.py guard compare before.json`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from connections.monitoring import guarding


class Command(BaseCommand):
    help = (
        "Remembers how connections and the timetable stand, and afterwards fails if something differs that no person "
        "changed in the back office."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("deed", choices=["snapshot", "compare"])
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["deed"] == "snapshot":
            self._snapshot(options["file"])
        else:
            self._compare(options["file"])

    def _snapshot(self, file: Path) -> None:
        taken = guarding.take_snapshot()
        file.write_text(json.dumps(taken, indent=1))
        self.stdout.write(
            f"{len(taken['connections'])} connections and {len(taken['schedules'])} schedules noted."
        )

    def _compare(self, file: Path) -> None:
        differences = _differences(file)
        for difference in differences:
            self.stdout.write(f"{difference.text} {difference.by or 'Nobody changed it.'}")
        unexplained = [difference for difference in differences if not difference.by]
        if unexplained:
            raise CommandError(
                f"{len(unexplained)} differences that nobody made. Undo the deploy, or set them right by hand in the "
                "back office."
            )
        self.stdout.write("Everything stands as before, or as somebody changed it.")


def _differences(file: Path) -> list[guarding.Difference]:
    try:
        return guarding.compare(json.loads(file.read_text()))
    except (OSError, ValueError, KeyError) as error:
        raise CommandError(f"{file} is no snapshot that can be compared: {error}") from error
