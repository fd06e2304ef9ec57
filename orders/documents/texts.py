"""The words on paper, in the languages that bol's customers speak.

A customer's language is not that of who prints, and French is no language of the back office: hence a table, complete
by its type, instead of the catalogues of the pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils import formats, timezone, translation


@dataclass(frozen=True)
class Texts:
    """All words of one language; `code` is Django's name for it."""

    code: str
    packing_slip: str
    pick_list: str
    deliver_to: str
    pickup_point: str
    order: str
    orders: str
    ordered_on: str
    deliver_by: str
    deliver_on: str
    your_reference: str
    reference: str
    article: str
    quantity: str
    price: str
    total: str
    sent_before: str
    cancelled: str
    products: str
    pieces: str
    made_on: str
    remarks: str
    asked_to_cancel: str
    label_from_bol: str
    page: str
    countries: dict[str, str]

    def day(self, day: date) -> str:
        """Return a day in words: 3 maart 2026."""
        with translation.override(self.code):
            return formats.date_format(day, "j F Y")

    def moment(self, moment: datetime) -> str:
        """Return a moment in Amsterdam time."""
        local = timezone.localtime(moment)
        return f"{self.day(local.date())} {local:%H:%M}"

    def money(self, amount: Decimal) -> str:
        """Return an amount of euros as this language writes it."""
        with translation.override(self.code):
            return f"€ {formats.number_format(amount, decimal_pos=2)}"


DUTCH = Texts(
    code="nl",
    packing_slip="Pakbon",
    pick_list="Picklijst",
    deliver_to="Bezorgen bij",
    pickup_point="Afhaalpunt",
    order="Bestelling",
    orders="Bestellingen",
    ordered_on="Besteld op",
    deliver_by="Bezorgen uiterlijk",
    deliver_on="Bezorgen op",
    your_reference="Uw referentie",
    reference="Referentie",
    article="Artikel",
    quantity="Aantal",
    price="Prijs",
    total="Totaal",
    sent_before="Al eerder verzonden",
    cancelled="Geannuleerd",
    products="Producten",
    pieces="Stuks",
    made_on="Gemaakt op",
    remarks="Let op",
    asked_to_cancel="klant wil annuleren",
    label_from_bol="label van bol",
    page="Pagina %(page)d van %(pages)d",
    countries={"NL": "Nederland", "BE": "België"},
)

FRENCH = Texts(
    code="fr",
    packing_slip="Bon de livraison",
    pick_list="Liste de préparation",
    deliver_to="Livrer à",
    pickup_point="Point de retrait",
    order="Commande",
    orders="Commandes",
    ordered_on="Commandé le",
    deliver_by="À livrer au plus tard le",
    deliver_on="À livrer le",
    your_reference="Votre référence",
    reference="Référence",
    article="Article",
    quantity="Quantité",
    price="Prix",
    total="Total",
    sent_before="Déjà expédié",
    cancelled="Annulé",
    products="Produits",
    pieces="Pièces",
    made_on="Établi le",
    remarks="Remarques",
    asked_to_cancel="le client souhaite annuler",
    label_from_bol="étiquette de bol",
    page="Page %(page)d sur %(pages)d",
    countries={"NL": "Pays-Bas", "BE": "Belgique"},
)

ENGLISH = Texts(
    code="en",
    packing_slip="Packing slip",
    pick_list="Pick list",
    deliver_to="Deliver to",
    pickup_point="Pick-up point",
    order="Order",
    orders="Orders",
    ordered_on="Ordered on",
    deliver_by="Deliver by",
    deliver_on="Deliver on",
    your_reference="Your reference",
    reference="Reference",
    article="Article",
    quantity="Quantity",
    price="Price",
    total="Total",
    sent_before="Sent before",
    cancelled="Cancelled",
    products="Products",
    pieces="Pieces",
    made_on="Made on",
    remarks="Remarks",
    asked_to_cancel="customer asked to cancel",
    label_from_bol="label from bol",
    page="Page %(page)d of %(pages)d",
    countries={"NL": "Netherlands", "BE": "Belgium"},
)

BY_CODE = {texts.code: texts for texts in (DUTCH, FRENCH, ENGLISH)}


def texts_for_customer(language: str, country: str) -> Texts:
    """Return the words for a customer: in the language bol names (nl, nl-BE, fr, fr-BE), else by the country."""
    named = BY_CODE.get(language[:2].lower())
    return named or (DUTCH if country in {"NL", "BE", ""} else ENGLISH)


def texts_for_staff() -> Texts:
    """Return the words for who prints: in the language of the pages."""
    return BY_CODE.get((translation.get_language() or "")[:2], ENGLISH)
