"""The Dutch of the back office: complete, with the same places to fill in, and compiled."""

from __future__ import annotations

import re
from pathlib import Path

import polib
import pytest
from django.conf import settings

CATALOGUE = Path(settings.BASE_DIR) / "locale" / "nl" / "LC_MESSAGES" / "django.po"
PLACES = re.compile(r"%\(\w+\)[sd]|(?<!%)%[sd]|\{\w+\}|</?\w+")


@pytest.fixture(scope="module")
def entries() -> list[polib.POEntry]:
    return [entry for entry in polib.pofile(str(CATALOGUE)) if not entry.obsolete]


def test_every_text_has_its_dutch(entries):
    assert len(entries) > 1500
    assert [entry.msgid for entry in entries if not entry.translated() or "fuzzy" in entry.flags] == []


def test_what_is_filled_in_is_the_same(entries):
    assert [entry.msgid for entry in entries if not _has_the_same_places(entry)] == []


def test_what_is_compiled_is_what_is_written(entries):
    compiled = polib.mofile(str(CATALOGUE.with_suffix(".mo")))

    assert {entry.msgid: _texts(entry) for entry in compiled} == {
        entry.msgid: _texts(entry) for entry in entries
    }


def _texts(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) or [entry.msgstr]


def _has_the_same_places(entry: polib.POEntry) -> bool:
    """A singular may say "one" in words; whatever else is filled in must be there."""
    allowed = set(PLACES.findall(entry.msgid)) | set(PLACES.findall(entry.msgid_plural))
    needed = set(PLACES.findall(entry.msgid)) & (set(PLACES.findall(entry.msgid_plural)) or allowed)
    return all(needed <= set(PLACES.findall(text)) <= allowed for text in _texts(entry))
