"""The words by which people look for an order: of names and companies, without accents and in capitals."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from orders.models import Order, OrderWord
from orders.models.word import LONGEST

NAMES = ("firstName", "surname", "company")
# Shorter ones are in too many names to be looked for by their beginning.
SHORTEST_BEGINNING = 3

_NO_WORD = re.compile(r"[^A-Z0-9]+")


def words_of(text: str) -> list[str]:
    """Return the words of a text: "Çelik-de Vries" is CELIK, DE and VRIES."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode()
    return [word[:LONGEST] for word in _NO_WORD.split(plain.upper()) if word]


def keep_words(order: Order) -> None:
    """Make the words of an order those of its names as they are now; call it in the transaction of their change."""
    names = [str(details.get(name) or "") for details in _details(order) for name in NAMES]
    wanted = {word for name in names for word in words_of(name)}
    known = set(order.words.values_list("word", flat=True))
    if wanted == known:
        return
    order.words.exclude(word__in=wanted).delete()
    OrderWord.objects.bulk_create(OrderWord(order=order, word=word) for word in sorted(wanted - known))


def orders_named(text: str) -> QuerySet[OrderWord, Any] | None:
    """Return the keys of the orders whose names hold all these words, as {"order": …}; None for a text without any.

    The beginning of a word is enough, unless it is very short.
    """
    words = sorted(words_of(text), key=len, reverse=True)
    if not words:
        return None
    found = _beginning(words[0])
    for word in words[1:]:
        found = found.filter(order__in=_beginning(word).values("order"))
    return found.values("order")


def _beginning(word: str) -> QuerySet[OrderWord]:
    if len(word) < SHORTEST_BEGINNING:
        return OrderWord.objects.filter(word=word)
    # A range of plain capitals: it uses the index, and no collation changes its meaning.
    return OrderWord.objects.filter(word__range=(word, word.ljust(LONGEST, "Z")))


def _details(order: Order) -> Iterable[dict[str, Any]]:
    return order.shipping_details, order.billing_details
