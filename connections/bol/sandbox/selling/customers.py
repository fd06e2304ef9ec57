"""Invented customers: nobody lives here."""

from __future__ import annotations

from random import Random

from connections.bol.sandbox.entities import Customer, Json, without_none

FEMALE = ("Sanne", "Fatima", "Lotte", "Eva", "Noor", "Yara", "Femke", "Ineke")
MALE = ("Daan", "Mohammed", "Bram", "Sem", "Kees", "Ruben", "Luuk", "Giorgio")
SURNAMES = (
    "de Vries",
    "Jansen",
    "van den Berg",
    "Bakker",
    "El Amrani",
    "Visser",
    "Smit",
    "Mulder",
    "Çelik",
    "Peeters",
)
STREETS = ("Dorpsstraat", "Kerkstraat", "Julianalaan", "Molenweg", "Stationsplein", "Lindenhof", "Havenkade")
CITIES = (
    ("1012", "Amsterdam"),
    ("3511", "Utrecht"),
    ("9711", "Groningen"),
    ("5611", "Eindhoven"),
    ("6811", "Arnhem"),
)
BELGIAN_CITIES = (("2000", "Antwerpen"), ("9000", "Gent"), ("3000", "Leuven"), ("8000", "Brugge"))
COMPANIES = ("Bakkerij Het Kruimeltje", "Fietsen & Zo", "Studio Zeewind", "Loodgieter Lek BV")
LETTERS = "ABCDEFGHJKLNPRSTVWXZ"


def invent(random: Random, business: bool | None = None, country: str | None = None) -> Customer:
    """A customer; one in ten buys for a company and one in six lives in Belgium, unless said otherwise."""
    in_belgium = random.random() < 1 / 6
    is_company = random.random() < 0.1
    address = _address(random, country or ("BE" if in_belgium else "NL"))
    if business is False or (business is None and not is_company):
        return Customer(address)
    return Customer(address, _business(random, address))


def _address(random: Random, country: str) -> Json:
    is_female = random.random() < 0.5
    city_code, city = random.choice(BELGIAN_CITIES if country == "BE" else CITIES)
    letters = "".join(random.choices(LETTERS, k=2))
    address = {
        "salutation": "FEMALE" if is_female else "MALE",
        "firstName": random.choice(FEMALE if is_female else MALE),
        "surname": random.choice(SURNAMES),
        "streetName": random.choice(STREETS),
        "houseNumber": str(random.randint(1, 220)),
        "houseNumberExtension": random.choice(("A", "bis", None, None, None, None)),
        "zipCode": city_code if country == "BE" else city_code + letters,
        "city": city,
        "countryCode": country,
        "email": f"2{random.getrandbits(64):016x}@verkopen.bol.com",
        "language": "nl-BE" if country == "BE" else "nl",
    }
    return without_none(address)


def _business(random: Random, address: Json) -> Json:
    in_belgium = address["countryCode"] == "BE"
    digits = f"{random.randrange(10**9):09d}"
    return {
        "company": random.choice(COMPANIES),
        "vatNumber": f"BE0{digits}" if in_belgium else f"NL{digits}B01",
        "kvkNumber": f"0{digits}" if in_belgium else digits[:8],
        "orderReference": f"INK-{random.randint(1000, 9999)}",
    }
