"""The columns of an uploaded file: what we took each for, and what a person says instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from django.utils.translation import gettext as _

from offers.imports.columns import ALL, meanings_of
from offers.imports.reading import Layout

PREFIX = "column-"
MAX_SHOWN = 200


@dataclass(frozen=True)
class Column:
    """One column of a file: its name in the form, its heading, what it stands for, and what else it could."""

    name: str
    text: str
    meaning: str
    choices: tuple[str, ...] = ALL


def columns_of(layout: Layout, mapping: Mapping[str, str]) -> list[Column]:
    """Return the columns of a file in their order."""
    meanings = meanings_of(layout.texts, mapping)
    return [
        Column(f"{PREFIX}{place}", text, meaning)
        for place, (text, meaning) in enumerate(islice(zip(layout.texts, meanings, strict=True), MAX_SHOWN))
    ]


def mapping_in(posted: Mapping[str, str]) -> dict[str, str]:
    """Return what was chosen, by the place of the column; an unknown word stands for no column."""
    chosen = ((name.removeprefix(PREFIX), word) for name, word in posted.items() if name.startswith(PREFIX))
    known = ((place, word if word in ALL else "") for place, word in chosen if place.isdecimal())
    return dict(islice(known, MAX_SHOWN))


def in_words(layout: Layout) -> str:
    """Return how the file was read: "CSV, UTF-8, separated by semicolons"."""
    separators = {",": _("commas"), ";": _("semicolons"), "\t": _("tabs")}
    if not layout.delimiter:
        return _("XLSX, the first sheet")
    names = {"utf-8-sig": "UTF-8", "cp1252": "Windows-1252", "utf-16": "UTF-16"}
    return _("CSV, %(encoding)s, separated by %(separator)s") % {
        "encoding": names.get(layout.encoding, layout.encoding),
        "separator": separators[layout.delimiter],
    }
