"""Pages of paper: size, styles, tables and barcodes, and a foot that counts the pages of each part by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, LongTable, Paragraph, SimpleDocTemplate, Spacer, TableStyle

from orders.documents.lettering import BOLD, REGULAR, load_fonts, printable

MARGIN = 16 * mm
# What reportlab keeps free inside a page's margins.
PADDING = 6
WIDTH = A4[0] - 2 * MARGIN
FOOT = 9 * mm
GREY = HexColor("#5b6470")
LINE = HexColor("#c9ced6")

NORMAL = ParagraphStyle("normal", fontName=REGULAR, fontSize=9, leading=12)
STRONG = ParagraphStyle("strong", NORMAL, fontName=BOLD)
SMALL = ParagraphStyle("small", NORMAL, fontSize=8, leading=10.5, textColor=GREY)
NUMBER = ParagraphStyle("number", NORMAL, alignment=TA_RIGHT)
SMALL_NUMBER = ParagraphStyle("small number", SMALL, alignment=TA_RIGHT)
STRONG_NUMBER = ParagraphStyle("strong number", STRONG, alignment=TA_RIGHT)
SENDER = ParagraphStyle("sender", NORMAL, fontName=BOLD, fontSize=13, leading=17)
TITLE = ParagraphStyle("title", NORMAL, fontName=BOLD, fontSize=17, leading=22, spaceAfter=3 * mm)

# Code 128 with bars of a third of a millimetre is read by every hand scanner; a longer id gets narrower ones.
BAR = 0.33 * mm
MOST_BARCODE = 78 * mm


def text(said: str, style: ParagraphStyle = NORMAL) -> Paragraph:
    """Return a text that wraps, as it is: nothing in it is taken for markup."""
    return Paragraph(escape(printable(said)), style)


def table(rows: Sequence[Sequence[Any]], widths: Sequence[float], *commands: Any, head: int = 1) -> LongTable:
    """Return a table over the whole width that goes on over pages and repeats its `head` rows; widths are shares."""
    share = WIDTH / sum(widths)
    style = TableStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 4),
            ("RIGHTPADDING", (0, 0), (-1, -1), 4),
            ("LEFTPADDING", (0, 0), (0, -1), 0),
            *commands,
        ]
    )
    return LongTable(rows, [width * share for width in widths], repeatRows=head, style=style)


UNDER_HEAD = ("LINEBELOW", (0, 0), (-1, 0), 1, GREY)
UNDER_ROWS = ("LINEBELOW", (0, 1), (-1, -1), 0.4, LINE)


def under_row(row: int) -> tuple[Any, ...]:
    """Return the line below one row."""
    return ("LINEBELOW", (0, row), (-1, row), 0.4, LINE)


def barcode(value: str, height: float = 13 * mm) -> Flowable:
    """Return a value as Code 128; nothing where it has letters that Code 128 does not know."""
    if not value.isascii():
        return Spacer(0, 0)
    wide = Code128(value, barWidth=BAR, barHeight=height, lquiet=0, rquiet=10 * BAR)
    width = min(BAR, BAR * MOST_BARCODE / wide.width)
    return Code128(value, barWidth=width, barHeight=height, lquiet=0, rquiet=10 * width)


@dataclass(frozen=True)
class Foot:
    """What stands at the foot of each page of a part: its name, and its page and pages."""

    name: str
    page: str


class Part(Flowable):  # type: ignore[misc]  # reportlab has no types
    """Begins a part with its own foot and page numbers; put it first on a page."""

    width = height = 0

    def __init__(self, foot: Foot) -> None:
        super().__init__()
        self.foot = foot

    def draw(self) -> None:
        self.canv.begin(self.foot)


class NumberedCanvas(Canvas):  # type: ignore[misc]
    """Keeps every page until all are known, and then writes the foot of each."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.foot: Foot | None = None
        self.part = 0
        self._kept: list[dict[str, Any]] = []

    def begin(self, foot: Foot) -> None:
        """Let a part begin on this page."""
        self.foot = foot
        self.part += 1

    def showPage(self) -> None:  # noqa: N802 - reportlab's name
        self._kept.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        pages = Counter(state["part"] for state in self._kept)
        seen: Counter[int] = Counter()
        for state in self._kept:
            self.__dict__.update(state)
            seen[self.part] += 1
            self._write_foot(seen[self.part], pages[self.part])
            super().showPage()
        super().save()

    def _write_foot(self, page: int, pages: int) -> None:
        if self.foot:
            self.setFont(REGULAR, 8)
            self.setFillColor(GREY)
            self.drawString(MARGIN, FOOT, printable(self.foot.name))
            self.drawRightString(A4[0] - MARGIN, FOOT, self.foot.page % {"page": page, "pages": pages})


def draw_pages(story: list[Any], title: str) -> bytes:
    """Return the PDF of these parts."""
    load_fonts()
    paper = BytesIO()
    margins = dict.fromkeys(("leftMargin", "rightMargin", "topMargin", "bottomMargin"), MARGIN - PADDING)
    document = SimpleDocTemplate(paper, pagesize=A4, title=title, initialFontName=REGULAR, **margins)
    document.build(story, canvasmaker=NumberedCanvas)
    return paper.getvalue()
