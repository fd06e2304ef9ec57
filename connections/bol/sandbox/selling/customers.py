"""Invented customers: nobody lives here."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from connections.bol.sandbox.entities import Customer, Json, without_none
from connections.bol.sandbox.selling.basket import Buyer

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
# Name, street, house number, postal code and city.
PICKUP_POINTS = {
    "NL": (
        ("Albert Heijn: UTRECHT", "Twijnstraat", "12", "3511ZK", "Utrecht"),
        ("Albert Heijn: ZWOLLE", "Assendorperstraat", "101", "8012DG", "Zwolle"),
        ("PostNL punt: DELFT", "Choorstraat", "8", "2611JG", "Delft"),
    ),
    "BE": (
        ("Delhaize: GENT", "Kouter", "150", "9000", "Gent"),
        ("Kariboo: LEUVEN", "Diestsestraat", "44", "3000", "Leuven"),
    ),
}
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


def settle_in(customer: Customer, buyer: Buyer, random: Random) -> Customer:
    """The same customer where the parcel is to go: at a pick-up point, or at a door that may need a phone call."""
    if buyer.pickup_point:
        customer = _at_pickup_point(customer, buyer.pickup_point, random)
    if buyer.time_frame == "APPOINTMENT":
        phone = {"deliveryPhoneNumber": f"06{random.randrange(10**8):08d}"}
        customer = replace(customer, address=customer.address | phone)
    if buyer.address_hint:
        hint = {"extraAddressInformation": buyer.address_hint}
        customer = replace(customer, address=customer.address | hint)
    return replace(customer, tells_billing=buyer.tells_billing)


def _at_pickup_point(customer: Customer, wanted: bool | str, random: Random) -> Customer:
    chosen, street, number, zip_code, city = random.choice(PICKUP_POINTS[customer.address["countryCode"]])
    place = {"streetName": street, "houseNumber": number, "zipCode": zip_code, "city": city}
    kept = {key: value for key, value in customer.address.items() if key != "houseNumberExtension"}
    name = wanted if isinstance(wanted, str) else chosen
    return replace(customer, address=kept | place, pickup_point=name, home=customer.address)
