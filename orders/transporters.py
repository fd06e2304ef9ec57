"""The carriers that bol knows by a code: which are offered here, which need no track and trace, and whose a code is.

bol's document calls the code free text and bol refuses the ones it does not know, so the list is kept in the settings
TRANSPORTERS, TRANSPORTERS_HIDDEN and TRANSPORTERS_UNTRACED (Retailer API v10, Shipments, TransportInstruction).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from django.conf import settings
from django.utils.translation import gettext as _

from orders.track_and_trace import companies_of


@dataclass(frozen=True)
class Transporter:
    """A carrier by bol's code. `company` is whose codes it gives; `is_traced`: a parcel must have a track and trace."""

    code: str
    name: str
    company: str = ""
    is_traced: bool = True


KNOWN: tuple[Transporter, ...] = (
    Transporter("TNT", "PostNL", "PostNL"),
    Transporter("TNT-EXTRA", "PostNL extra@home", "PostNL"),
    Transporter("TNT_BRIEF", "PostNL mailbox parcel", "PostNL"),
    Transporter("TNT-EXPRESS", "TNT Express"),
    Transporter("BRIEFPOST", "Letter without tracking"),
    Transporter("PARCEL-NL", "ParcelNL"),
    Transporter("DHLFORYOU", "DHL For You", "DHL"),
    Transporter("DHL", "DHL", "DHL"),
    Transporter("DHL_DE", "DHL Germany", "DHL"),
    Transporter("DHL-GLOBAL-MAIL", "DHL Global Mail", "DHL"),
    Transporter("DHL-SD", "DHL same day", "DHL"),
    Transporter("DPD-NL", "DPD Netherlands", "DPD"),
    Transporter("DPD-BE", "DPD Belgium", "DPD"),
    Transporter("BPOST_BE", "bpost parcel", "bpost"),
    Transporter("BPOST_BRIEF", "bpost letter", "bpost"),
    Transporter("GLS", "GLS", "GLS"),
    Transporter("UPS", "UPS", "UPS"),
    Transporter("FEDEX_NL", "FedEx Netherlands", "FedEx"),
    Transporter("FEDEX_BE", "FedEx Belgium", "FedEx"),
    Transporter("DYL", "Dynalogic"),
    Transporter("COURIER", "Delivery by appointment"),
    Transporter("TSN", "Transportservice Nederland"),
    Transporter("TRANSMISSION", "TransMission"),
    Transporter("TRUNKRS", "Trunkrs"),
    Transporter("CYCLOON", "Cycloon"),
    Transporter("PACKS", "Packs"),
    Transporter("BUDBEE", "Budbee"),
    Transporter("AMPERE", "Ampère"),
    Transporter("PES", "Parcel Express Services"),
    Transporter("FIEGE", "Fiege"),
    Transporter("LOGOIX", "Logoix"),
    Transporter("OTHER", "Another carrier"),
)

NOT_A_LETTER = re.compile(r"[\W_]")


def transporters() -> Mapping[str, Transporter]:
    """Return the carriers that are offered here, by bol's code, in the order in which they are shown."""
    return _configured(
        tuple(settings.TRANSPORTERS),
        frozenset(settings.TRANSPORTERS_HIDDEN),
        frozenset(settings.TRANSPORTERS_UNTRACED),
    )


def choices(current: str = "") -> list[tuple[str, str]]:
    """Return code and name of every carrier for a select; `current` is in it even where it is not offered any more."""
    shown = [
        (transporter.code, f"{transporter.name} ({transporter.code})")
        for transporter in transporters().values()
    ]
    is_missing = current and current not in transporters()
    return [*shown, (current, current)] if is_missing else shown


def name_of(code: str) -> str:
    """Return what people call a carrier: its name, or the code where it has none here."""
    return next((known.name for known in (*transporters().values(), *KNOWN) if known.code == code), code)


def find(text: str, offered: Mapping[str, Transporter]) -> str:
    """Return the code of the carrier that a person named by code, name or company; "" where there is none."""
    wanted = _letters(text)
    for attribute in ("code", "name", "company"):
        for transporter in offered.values():
            if wanted and _letters(getattr(transporter, attribute)) == wanted:
                return transporter.code
    return ""


def propose(track_and_trace: str, usual: str, offered: Mapping[str, Transporter]) -> str:
    """Return the code of the carrier that probably gave this track and trace; "" where nothing tells.

    What the format tells goes before what is `usual`; between the services of one company the usual one is chosen.
    """
    companies = companies_of(track_and_trace)
    if not companies:
        return usual if usual in offered else ""
    fitting = [code for code, transporter in offered.items() if transporter.company in companies]
    return usual if usual in fitting else next(iter(fitting), "")


def what_contradicts(code: str, track_and_trace: str) -> str:
    """Return what to say of a track and trace that looks like another company's; "" where nothing is odd."""
    companies = companies_of(track_and_trace)
    company = next((known.company for known in (*transporters().values(), *KNOWN) if known.code == code), "")
    if not company or not companies or company in companies:
        return ""
    return _("%(code)s looks like a code of %(looks)s, and the carrier is %(carrier)s. Is that right?") % {
        "code": track_and_trace,
        "looks": " / ".join(companies),
        "carrier": name_of(code),
    }


@cache
def _configured(
    wanted: tuple[str, ...], hidden: frozenset[str], untraced: frozenset[str]
) -> Mapping[str, Transporter]:
    known = {transporter.code: transporter for transporter in KNOWN}
    first = {read.code: read for read in (_read(entry, known) for entry in wanted) if read.code}
    rest = {code: transporter for code, transporter in known.items() if code not in first}
    return {
        code: replace(transporter, is_traced=code not in untraced)
        for code, transporter in (first | rest).items()
        if code not in hidden
    }


def _read(entry: str, known: Mapping[str, Transporter]) -> Transporter:
    """Return the carrier that an entry such as "TNT" or "RJP=Red je Pakketje" of the setting means."""
    code, _equals, name = (part.strip() for part in entry.partition("="))
    usual = known.get(code, Transporter(code, code))
    return replace(usual, name=name or usual.name)


def _letters(text: str) -> str:
    return NOT_A_LETTER.sub("", text.casefold())
