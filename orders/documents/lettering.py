"""The letters on paper: an embedded font with the Latin of all of Europe, and text made fit for it."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

from reportlab.pdfbase.pdfmetrics import registerFont, registerFontFamily
from reportlab.pdfbase.ttfonts import TTFont, TTFontFile

FONTS = Path(__file__).parent / "fonts"
REGULAR, BOLD = "DejaVuSansCondensed", "DejaVuSansCondensed-Bold"
# What stands for a character that the font has no letter for.
MISSING = "□"
LAST_OF_FIRST_PLANE = 0xFFFF
NO_BREAK = "\u00a0"


@cache
def load_fonts() -> frozenset[int]:
    """Register the fonts with reportlab, once; return the code points that all of them can draw.

    reportlab writes no readable text for what lies beyond the first plane, such as emoji: these are left out.
    """
    drawable: list[frozenset[int]] = []
    for name in (REGULAR, BOLD):
        path = str(FONTS / f"{name}.ttf")
        registerFont(TTFont(name, path))
        drawable.append(
            frozenset(point for point in TTFontFile(path).charToGlyph if point <= LAST_OF_FIRST_PLANE)
        )
    registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)
    return frozenset.intersection(*drawable)


def printable(text: str) -> str:
    """Return the text in letters that the font has: marks without a shape go, other letters become a box."""
    drawable = load_fonts()
    composed = unicodedata.normalize("NFC", text)
    return "".join(_drawn(character, drawable) for character in composed).strip()


def _drawn(character: str, drawable: frozenset[int]) -> str:
    if character.isspace():
        return character if character == NO_BREAK else " "
    # Control and format characters, joiners, variation selectors: they have no shape of their own.
    if unicodedata.category(character) in {"Cc", "Cf"} or unicodedata.name(character, "").startswith(
        "VARIATION"
    ):
        return ""
    return character if ord(character) in drawable else MISSING
