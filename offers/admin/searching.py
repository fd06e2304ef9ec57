"""How people search for offers and products: by EAN, by their own reference, by words of the title."""

from __future__ import annotations

from django.db.models import Q

from offers.rules import EAN_LENGTH


def by_ean_or_words(term: str, product: str = "") -> Q:
    """Return the condition for a search; `product` is the path to the product ("product__").

    Digits are an EAN with or without its leading zeros, the start of an EAN, or a reference; every other word must
    occur in the reference or the title.
    """
    condition = Q()
    for word in term.split():
        condition &= _by_digits(word, product) if _is_number(word) else _by_word(word, product)
    return condition


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) <= EAN_LENGTH


def _by_digits(digits: str, product: str) -> Q:
    # A range of digits only: it uses the index, and no collation changes its meaning.
    first, last = digits.ljust(EAN_LENGTH, "0"), digits.ljust(EAN_LENGTH, "9")
    return (
        Q(**{f"{product}ean": digits.zfill(EAN_LENGTH)})
        | Q(**{f"{product}ean__range": (first, last)})
        | Q(**{f"{product}reference": digits})
    )


def _by_word(word: str, product: str) -> Q:
    return Q(**{f"{product}reference__icontains": word}) | Q(**{f"{product}title__icontains": word})
