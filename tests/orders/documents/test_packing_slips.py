"""A packing slip says what is in the parcel, in the customer's language, whatever the customer is called."""

from __future__ import annotations

import io
import re
from decimal import Decimal

import pytest
from pypdf import PdfReader
from reportlab.graphics.barcode import code128

from orders.documents.contents import to_pack
from orders.documents.packing_slips import draw_packing_slips
from orders.documents.texts import BY_CODE
from orders.models import Order
from orders.services import Parcel, mark_shipped
from tests.orders.documents.conftest import slips


def test_a_slip_says_who_sends_what_to_whom(make_order):
    (page,) = slips(make_order("A1001LP1", 2))

    for said in (
        "Kookgerei & Zo",
        "3511 AB Utrecht",
        "Pakbon",
        "Noor Bakker",
        "Kerkstraat 7 bis",
        "1012AB Amsterdam",
        "Nederland",
        "A1001LP1",
        "16 juli 2026 00:30",  # of Amsterdam
        "18 juli 2026",
        "SKU-1",
        "8710000000001",
        "Stoneware mug 1",
        "Pagina 1 van 1",
    ):
        assert said in page
    assert "Account 1" not in page


def test_without_a_name_of_the_shop_the_connection_is_named(make_order, merchant):
    merchant.sender_name = ""
    merchant.save()

    assert "Account 1" in slips(make_order("A1"))[0]


@pytest.mark.parametrize(
    ("language", "country", "title", "named"),
    [
        ("nl", "NL", "Pakbon", "Nederland"),
        ("nl-BE", "BE", "Pakbon", "België"),
        ("fr", "NL", "Bon de livraison", "Pays-Bas"),
        ("fr-BE", "BE", "Bon de livraison", "Belgique"),
        ("", "BE", "Pakbon", "België"),
        (None, "NL", "Pakbon", "Nederland"),
        ("pl", "PL", "Packing slip", "PL"),
    ],
)
def test_a_slip_speaks_the_customers_language(make_order, language, country, title, named):
    (page,) = slips(make_order("A1", details={"language": language, "countryCode": country}))

    assert title in page
    assert named in page.splitlines()


def test_every_language_has_words_of_its_own():
    dutch, french, english = (vars(BY_CODE[code]) for code in ("nl", "fr", "en"))
    # A word that two languages share: "Total" in French and English, "Article" too.
    for name in set(dutch) - {"countries"}:
        assert dutch[name] != english[name], name
        assert dutch[name] != french[name], name
    assert french["packing_slip"] != english["packing_slip"]


def test_many_orders_are_one_file_and_each_counts_its_own_pages(make_order):
    pages = slips(make_order("A1"), make_order("A2", 60), make_order("A3"))

    assert len(pages) > 3
    assert [name for page in pages for name in re.findall(r"Bestelling (A\d)\b", page)] == [
        "A1",
        *["A2"] * (len(pages) - 2),
        "A3",
    ]
    assert f"Pagina {len(pages) - 2} van {len(pages) - 2}" in pages[-2]
    assert "Pagina 1 van 1" in pages[-1]


def test_sixty_items_go_over_several_pages_and_none_is_lost(make_order):
    pages = slips(make_order("A1", 60))

    assert len(pages) > 1
    assert all("Referentie" in page for page in pages)
    found = re.findall(r"SKU-\d+", "\n".join(pages))
    assert sorted(found) == sorted(f"SKU-{number}" for number in range(60))


def test_a_long_title_wraps_and_is_told_in_full(make_order):
    words = [f"word{number}" for number in range(60)]
    order = make_order("A1", item={"title": " ".join(words)})
    endless = make_order("A2", item={"title": "x" * 500})

    said = slips(order)[0].split()
    assert [word for word in said if word.startswith("word")] == words
    assert slips(endless)[0].count("x") >= 500


@pytest.mark.parametrize(
    ("surname", "printed"),
    [
        ("Łukaszewicz-Őry", "Łukaszewicz-Őry"),
        ("Çelik Ğüneş İşçi", "Çelik Ğüneş İşçi"),
        ("Dvořák Ț. Ñandú", "Dvořák Ț. Ñandú"),
        ("Σωκράτης Жуков", "Σωκράτης Жуков"),
        ("Ren\u0065\u0301 🎁", "René □"),
        ("田中", "□□"),
        ("<b>Bakker</b> & Zn", "<b>Bakker</b> & Zn"),
        ("Zero\u200bwidth\x07\ufe0f", "Zerowidth"),
        ("Lone\ud800", "Lone□"),
    ],
)
def test_names_from_anywhere_do_not_break_it(make_order, surname, printed):
    order = make_order("A1")
    order.shipping_details["surname"] = surname  # not saved: no database takes half a character
    contents = to_pack([order.pk]).contents
    contents[0].order.shipping_details["surname"] = surname

    page = PdfReader(io.BytesIO(draw_packing_slips(contents))).pages[0]
    assert f"Noor {printed}" in page.extract_text()


def test_all_letters_are_in_the_file(make_order):
    reader = PdfReader(io.BytesIO(draw_packing_slips(to_pack([make_order("A1").pk]).contents)))

    fonts = reader.pages[0]["/Resources"]["/Font"].values()
    embedded = {font["/BaseFont"]: font for font in (font.get_object() for font in fonts)}
    used = [font for name, font in embedded.items() if "DejaVu" in name]
    assert used
    assert all("/FontFile2" in font["/FontDescriptor"] for font in used)


@pytest.mark.parametrize("order_id", ["A100001LP1", "1234567890", "c-9", "A2K8290LP8" * 5])
def test_a_scanner_reads_the_order_from_the_bars(make_order, order_id):
    pdf = draw_packing_slips(to_pack([make_order(order_id).pk]).contents)

    assert scanned(pdf) == order_id


def test_an_id_that_bars_cannot_tell_gets_none(make_order):
    order = make_order("Ł1")

    assert scanned(draw_packing_slips(to_pack([order.pk]).contents)) == ""
    assert "Ł1" in slips(order)[0]


def scanned(pdf: bytes) -> str:
    """Read the bars on the first page as a scanner does: by the widths of bars and spaces."""
    stream = PdfReader(io.BytesIO(pdf)).pages[0].get_contents().get_data().decode("latin-1")
    bars = [
        (float(x), float(width))
        for x, _y, width, _h in re.findall(r"n ([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+) re f\*", stream)
    ]
    if not bars:
        return ""
    widths = []
    for (x, width), (following, _) in zip(bars, [*bars[1:], (None, None)], strict=True):
        widths += [width] if following is None else [width, following - x - width]
    module = min(widths)
    return decoded([round(width / module) for width in widths])


def decoded(modules: list[int]) -> str:
    """Return what Code 128 says in modules; the check digit must be right."""
    letters = {0: "ABC"}
    symbols = ["".join(map(str, modules[start : start + 6])) for start in range(0, len(modules) - 7, 6)]
    values = [_value(symbol) for symbol in symbols]
    start, *data, check = values
    assert check == (start + sum(place * value for place, value in enumerate(data, 1))) % 103
    kind = letters[0][start - 103]
    said = ""
    for value in data:
        if value in (99, 100, 101) and not (kind == "C" and value < 100):
            kind = {99: "C", 100: "B", 101: "A"}[value]
        else:
            said += f"{value:02}" if kind == "C" else chr(value + 32)
    return said


def _value(symbol: str) -> int:
    # reportlab writes bars as letters; here they are counted.
    patterns = {
        "".join(str("aAbBcCdD".index(w) // 2 + 1) for w in p): v for v, p in code128._patterns.items()
    }
    return patterns[symbol]


def test_a_business_order_names_company_and_the_customers_reference(make_order):
    (page,) = slips(
        make_order(
            "A1",
            details={"company": "Studio Zeewind"},
            billing_details={
                "company": "Studio Zeewind",
                "vatNumber": "NL1B01",
                "orderReference": "INK-2231",
            },
        )
    )

    assert "Studio Zeewind" in page
    assert "Uw referentie: INK-2231" in page
    assert "NL1B01" not in page


def test_a_pick_up_point_is_named(make_order):
    order = make_order("A1", is_pickup_point=True, details={"pickupPointName": "Albert Heijn: UTRECHT"})

    assert "Afhaalpunt: Albert Heijn: UTRECHT" in slips(order)[0]
    assert "Afhaalpunt" in slips(make_order("A2", is_pickup_point=True))[0]


def test_prices_are_told_only_where_the_merchant_wants_them(make_order, merchant):
    order = make_order("A1", item={"unit_price": Decimal("1012.50"), "total_price": Decimal("2020.00")})
    assert "€" not in slips(order)[0]

    merchant.prices_on_packing_slips = True
    merchant.save()

    (page,) = slips(order)
    assert "€ 1.012,50" in page or "€ 1012,50" in page
    assert "€ 2.020,00" in page or "€ 2020,00" in page


def test_a_second_parcel_holds_what_the_first_left(make_order):
    order = make_order("A1", 3, item={"quantity": 3})
    first, second, third = order.items.all()
    mark_shipped([Parcel(order.pk, "TNT", "3S1", {first.pk: 3, second.pk: 1})])
    third.quantity_cancelled = 1
    third.save()

    (page,) = slips(order)

    assert re.findall(r"SKU-\d", page) == ["SKU-1", "SKU-2"]
    assert "Al eerder verzonden: 3 × Stoneware mug 0, 1 × Stoneware mug 1" in " ".join(page.split())  # noqa: RUF001
    assert "Geannuleerd: 1 × Stoneware mug 2" in page  # noqa: RUF001


def test_the_slip_of_an_order_that_left_can_be_printed_again(make_order):
    order = make_order("A1", 2)
    mark_shipped([Parcel(order.pk, "TNT", "3S1")])

    (page,) = slips(order)

    assert re.findall(r"SKU-\d", page) == ["SKU-0", "SKU-1"]
    assert "Al eerder verzonden" not in page


def test_what_bol_ships_or_was_cancelled_has_no_slip(make_order):
    fbb = make_order("A1", item={"fulfilment_method": "FBB"})
    gone = make_order("A2", item={"quantity_cancelled": 2}, status=Order.Status.CANCELLED)

    choice = to_pack([fbb.pk, gone.pk])

    assert choice.contents == []
    assert [left.reason for left in choice.left_out] == [
        "bol ships this order itself (FBB).",
        "Everything in it was cancelled.",
    ]


@pytest.mark.django_db(transaction=True)
def test_an_order_of_bol_is_printed_as_it_came(bought, sandbox):
    (page,) = slips(bought(2, 1))

    at_bol = sandbox.orders()[0]
    details = at_bol["shipmentDetails"]
    assert f"{details['firstName']} {details['surname']}" in page
    assert f"{details['zipCode']} {details['city']}" in page
    assert all(item["product"]["title"] in page for item in at_bol["orderItems"])
