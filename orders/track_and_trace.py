"""Track and trace codes: whose they are by the way they are written, and what is not one although it looks like one."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

# How the companies write their codes. Where two write alike, both are named.
FORMATS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"3S[0-9A-Z]{6,18}", ("PostNL",)),
    (r"[A-Z]{2}\d{9}NL", ("PostNL",)),
    (r"(JVGL|JJD)[0-9A-Z]{8,}", ("DHL",)),
    (r"1Z[0-9A-Z]{16}", ("UPS",)),
    (r"3232\d{20}", ("bpost",)),
    (r"[A-Z]{2}\d{9}BE", ("bpost",)),
    (r"\d{14}[A-Z]?", ("DPD",)),
    (r"\d{11}", ("GLS",)),
    (r"\d{12}", ("GLS", "FedEx")),
)
NOT_IN_A_CODE = re.compile(r"[\s.-]")
# Blanks, and what copying from a web page leaves between letters without a trace.
BLANK = re.compile(r"[\s\u200b-\u200d\ufeff]")
ROUNDED = re.compile(r"\d+([.,]\d+)?E\+?\d+", re.IGNORECASE)
# A spreadsheet keeps 15 digits of a number and makes the rest zeros.
DIGITS_KEPT = 15


def tidy(text: str) -> str:
    """Return a code as it is printed on the label, without the blanks in which people write it."""
    return BLANK.sub("", text)


def companies_of(code: str) -> tuple[str, ...]:
    """Return the companies that write their codes like this one; none where nothing tells."""
    letters = NOT_IN_A_CODE.sub("", code).upper()
    return next((companies for pattern, companies in FORMATS if re.fullmatch(pattern, letters)), ())


def what_is_wrong(code: str) -> str:
    """Return why this is no code that a carrier gave, "" where nothing tells."""
    if ROUNDED.fullmatch(code) or _lost_digits(code):
        return (
            _(
                "“%s” was rounded by a spreadsheet: format the column as text, and paste the code from its source."
            )
            % code
        )
    return ""


def _lost_digits(code: str) -> bool:
    return code.isdecimal() and len(code) > DIGITS_KEPT and not code[DIGITS_KEPT:].strip("0")
