"""The carriers that bol knows by a code, and which of them give no track and trace.

bol's document calls the code free text and bol refuses the ones it does not know, so this list may grow (Retailer API
v10, Shipments, TransportInstruction).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Transporter:
    """A carrier by bol's code; `is_traced` tells whether a parcel must have a track and trace."""

    code: str
    name: str
    is_traced: bool = True


TRANSPORTERS: dict[str, Transporter] = {
    transporter.code: transporter
    for transporter in (
        Transporter("TNT", "PostNL"),
        Transporter("TNT-EXTRA", "PostNL extra@home"),
        Transporter("TNT_BRIEF", "PostNL mailbox parcel"),
        Transporter("TNT-EXPRESS", "TNT Express"),
        Transporter("BRIEFPOST", "Letter without tracking", is_traced=False),
        Transporter("PARCEL-NL", "ParcelNL"),
        Transporter("DHLFORYOU", "DHL For You"),
        Transporter("DHL", "DHL"),
        Transporter("DHL_DE", "DHL Germany"),
        Transporter("DHL-GLOBAL-MAIL", "DHL Global Mail"),
        Transporter("DHL-SD", "DHL same day"),
        Transporter("DPD-NL", "DPD Netherlands"),
        Transporter("DPD-BE", "DPD Belgium"),
        Transporter("BPOST_BE", "bpost parcel"),
        Transporter("BPOST_BRIEF", "bpost letter"),
        Transporter("GLS", "GLS"),
        Transporter("UPS", "UPS"),
        Transporter("FEDEX_NL", "FedEx Netherlands"),
        Transporter("FEDEX_BE", "FedEx Belgium"),
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
        Transporter("OTHER", "Another carrier", is_traced=False),
    )
}


def choices() -> list[tuple[str, str]]:
    """Return code and name of every carrier, for a select."""
    return [
        (transporter.code, f"{transporter.name} ({transporter.code})")
        for transporter in TRANSPORTERS.values()
    ]
