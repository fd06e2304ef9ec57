"""Why customers send things back, in bol's own Dutch words. Retailer API v10, ReturnReason."""

from __future__ import annotations

from random import Random

from connections.bol.sandbox.entities import Json, without_none

OTHERWISE = "Anders-namelijk"
REASONS: dict[str, tuple[str, ...]] = {
    "Verkeerde maat of afmeting": (
        "Te groot",
        "Te klein",
        "Artikel werkt niet op mijn apparatuur",
        "Meerdere maten/afmetingen besteld",
        "Aanbevolen accessoire past niet",
        "Meerdere opties/artikelen besteld",
        "Pasvorm valt tegen",
        OTHERWISE,
    ),
    "Verkeerd besteld": (
        "Onduidelijke productinformatie",
        "Onduidelijke afbeelding",
        "Dubbel besteld",
        "Artikel had ik toch niet nodig",
        "Aanbevolen accessoire past niet",
        OTHERWISE,
    ),
    "Artikel werkt niet": (),
    "Klacht over artikel": (
        "Artikel is beschadigd",
        "Artikel werkt niet",
        "Artikel is incompleet",
        "Kwaliteit valt tegen",
        "Gebruiksaanwijzing onduidelijk",
        "Artikel doet niet wat het belooft",
        OTHERWISE,
    ),
    "Klacht over de bezorging": (
        "Artikel is te laat bezorgd",
        "Verpakking is beschadigd",
        "Artikel is beschadigd",
        "Ander artikel ontvangen dan besteld",
        OTHERWISE,
    ),
    "Elders goedkoper": (),
    "Ander artikel ontvangen dan besteld": (
        "Onduidelijke productinformatie",
        "Onduidelijke afbeelding",
        "Ander artikel ontvangen dan besteld",
    ),
    "Anders": (
        "Artikel cadeau ontvangen",
        "Ik heb me bedacht",
        "Artikel had ik toch niet nodig",
        "Kwaliteit valt tegen",
        "Andere kleur dan gedacht",
        "Meerdere opties/artikelen besteld",
        "Dubbel besteld",
        OTHERWISE,
    ),
}
COMMENTS = (
    "",
    "",
    "Graag mijn geld terug.",
    "De doos was al open toen hij kwam.",
    "Gaat niet aan, ook niet met een nieuwe batterij.",
)


def invent(random: Random) -> Json:
    """A ReturnReason as a customer gives it; the comments may be empty."""
    main = random.choice(tuple(REASONS))
    detailed = random.choice(REASONS[main]) if REASONS[main] else None
    return without_none(
        {"mainReason": main, "detailedReason": detailed, "customerComments": random.choice(COMMENTS)}
    )
