"""The transporter codes that bol has published at one time or another; its present list is not public."""

from __future__ import annotations

PARCELS = (
    "TNT",
    "TNT-EXTRA",
    "TNT-EXPRESS",
    "PARCEL-NL",
    "GLS",
    "UPS",
    "DPD-NL",
    "DPD-BE",
    "BPOST_BE",
    "TSN",
    "RJP",
)
LETTERS = ("TNT_BRIEF", "BRIEFPOST", "BPOST_BRIEF")
DHL = ("DHLFORYOU", "DHL", "DHL_DE", "DHL-GLOBAL-MAIL", "DHL-SD")
OTHERS = (
    "FEDEX_NL",
    "FEDEX_BE",
    "DYL",
    "COURIER",
    "TRANSMISSION",
    "TRUNKRS",
    "CYCLOON",
    "PACKS",
    "BUDBEE",
    "OTHER",
)
LATER = ("AMPERE", "PES", "FIEGE", "LOGOIX")

TRANSPORTERS = tuple(sorted((*PARCELS, *LETTERS, *DHL, *OTHERS, *LATER)))
