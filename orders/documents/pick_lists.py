"""Pick lists: what to take from the shelves for many orders at once, and for which order each piece is.

No name or address is on it: it stays in the warehouse.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from reportlab.lib.units import mm
from reportlab.platypus import Spacer

from orders.documents.contents import Contents, Packed
from orders.documents.lettering import NO_BREAK
from orders.documents.pages import (
    NORMAL,
    SMALL,
    SMALL_NUMBER,
    STRONG,
    STRONG_NUMBER,
    TITLE,
    UNDER_HEAD,
    UNDER_ROWS,
    Foot,
    Part,
    barcode,
    draw_pages,
    table,
    text,
    under_row,
)
from orders.documents.texts import Texts, texts_for_staff
from orders.models import Order

BOX = "☐"
# A row of a table stays on one page, so the orders of a product are told in rows of so many.
ORDERS_IN_A_ROW = 24
ARTICLE_WIDTHS = (4, 20, 18, 58, 10)
ORDER_WIDTHS = (42, 20, 9, 25, 30)
ORDER_CODE = 9 * mm


@dataclass
class Article:
    """One article, and how many of it each order needs."""

    reference: str
    ean: str
    title: str
    parts: list[tuple[Order, Packed]] = field(default_factory=list)

    @property
    def quantity(self) -> int:
        return sum(packed.quantity for _order, packed in self.parts)


def gather(contents: Sequence[Contents]) -> list[Article]:
    """Return what all these orders need, an article once, by reference as people count: A2 before A10."""
    articles: dict[tuple[str, str, str], Article] = {}
    for part in contents:
        for packed in part.packed:
            item = packed.item
            key = (packed.reference, item.ean, "" if packed.reference or item.ean else item.title)
            article = articles.setdefault(key, Article(packed.reference, item.ean, item.title))
            article.parts.append((part.order, packed))
    return sorted(articles.values(), key=_place)


def draw_pick_list(contents: Sequence[Contents]) -> bytes:
    """Return the PDF of a pick list for these orders, in the language of the pages."""
    texts = texts_for_staff()
    articles = gather(contents)
    story = [
        Part(Foot(texts.pick_list, texts.page)),
        text(texts.pick_list, TITLE),
        text(_summary(contents, articles, texts), SMALL),
        Spacer(0, 6 * mm),
        _articles_table(articles, texts),
        Spacer(0, 10 * mm),
        _orders_table(contents, texts),
    ]
    return draw_pages(story, texts.pick_list)


def _place(article: Article) -> tuple[Any, ...]:
    # Shelves are often numbered by the reference; what has none comes last.
    return (not article.reference, _counted(article.reference), _counted(article.title), article.ean)


def _counted(said: str) -> list[tuple[int, int, str]]:
    pieces = re.split(r"([0-9]+)", said.casefold())
    return [(0, int(piece), "") if piece.isdecimal() else (1, 0, piece) for piece in pieces]


def _summary(contents: Sequence[Contents], articles: Sequence[Article], texts: Texts) -> str:
    pieces = sum(article.quantity for article in articles)
    told = [
        f"{texts.made_on} {texts.moment(timezone.now())}",
        f"{texts.orders}: {len(contents)}",
        f"{texts.products}: {len(articles)}",
        f"{texts.pieces}: {pieces}",
    ]
    return " · ".join(told)


def _articles_table(articles: Sequence[Article], texts: Texts) -> Any:
    head = [text(name, SMALL) for name in ("", texts.reference, "EAN", texts.article)]
    rows = [[*head, text(texts.total, SMALL_NUMBER)]]
    lines = []
    for article in articles:
        rows += _article_rows(article, texts)
        lines.append(under_row(len(rows) - 1))
    return table(rows, ARTICLE_WIDTHS, UNDER_HEAD, *lines)


def _article_rows(article: Article, texts: Texts) -> list[list[Any]]:
    starts = range(0, len(article.parts), ORDERS_IN_A_ROW)
    told = [_parts(article.parts[start : start + ORDERS_IN_A_ROW], texts) for start in starts]
    first = [
        text(BOX),
        text(article.reference, STRONG),
        text(article.ean),
        [text(article.title or article.ean), told[0]],
        text(str(article.quantity), STRONG_NUMBER),
    ]
    return [first, *(["", "", "", more, ""] for more in told[1:])]


def _parts(parts: Sequence[tuple[Order, Packed]], texts: Texts) -> Any:
    return text(" · ".join(_part(order, packed, texts) for order, packed in parts), SMALL)


def _part(order: Order, packed: Packed, texts: Texts) -> str:
    wish = f" ({texts.asked_to_cancel})" if packed.item.cancellation_requested else ""
    told = f"{order.order_id} × {packed.quantity}{wish}"  # noqa: RUF001 - as people write it
    return told.replace(" ", NO_BREAK)


def _orders_table(contents: Sequence[Contents], texts: Texts) -> Any:
    head = ("", texts.order, texts.pieces, texts.deliver_by, texts.remarks)
    rows = [[text(name, SMALL) for name in head]]
    rows += [_order_row(part, texts) for part in contents]
    return table(rows, ORDER_WIDTHS, UNDER_HEAD, UNDER_ROWS, ("VALIGN", (0, 1), (-1, -1), "MIDDLE"))


def _order_row(part: Contents, texts: Texts) -> list[Any]:
    order = part.order
    return [
        barcode(order.order_id, ORDER_CODE),
        text(order.order_id, STRONG),
        text(str(part.pieces), STRONG_NUMBER),
        text(texts.day(order.deliver_by) if order.deliver_by else ""),
        text(", ".join(_remarks(part, texts)), NORMAL),
    ]


def _remarks(part: Contents, texts: Texts) -> list[str]:
    items = [packed.item for packed in part.packed]
    remarks = {
        texts.asked_to_cancel: any(item.cancellation_requested for item in items),
        texts.label_from_bol: any(item.distribution_party == "BOL" for item in items),
        texts.pickup_point: part.order.is_pickup_point,
    }
    return [said for said, holds in remarks.items() if holds]
