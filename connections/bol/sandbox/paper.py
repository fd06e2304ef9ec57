"""Draws shipping labels: one page of A6, with an address and a barcode."""

from __future__ import annotations

from io import BytesIO

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.pagesizes import A6
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from connections.bol.sandbox.entities import Customer, ShippingLabel

MARGIN = 10 * mm


def draw_label(label: ShippingLabel, customer: Customer) -> bytes:
    """A PDF of the label; the same label is always the same bytes."""
    file = BytesIO()
    canvas = Canvas(file, pagesize=A6, invariant=1)
    canvas.setTitle(f"Shipping label {label.label_id}")
    _draw_head(canvas, label)
    _draw_address(canvas, customer)
    _draw_barcode(canvas, label)
    canvas.showPage()
    canvas.save()
    return file.getvalue()


def _draw_head(canvas: Canvas, label: ShippingLabel) -> None:
    canvas.setFont("Helvetica-Bold", 13)
    canvas.drawString(MARGIN, A6[1] - 14 * mm, label.name)
    canvas.setFont("Helvetica", 8)
    canvas.drawString(MARGIN, A6[1] - 19 * mm, "Not a real label: made by a local imitation of bol.com")
    canvas.line(MARGIN, A6[1] - 23 * mm, A6[0] - MARGIN, A6[1] - 23 * mm)


def _draw_address(canvas: Canvas, customer: Customer) -> None:
    text = canvas.beginText(MARGIN, A6[1] - 36 * mm)
    text.setFont("Helvetica", 12, leading=17)
    for line in _address_lines(customer):
        text.textLine(line)
    canvas.drawText(text)


def _address_lines(customer: Customer) -> list[str]:
    address = customer.address
    house = f"{address['houseNumber']} {address.get('houseNumberExtension', '')}"
    lines = [
        customer.business.get("company", ""),
        f"{address['firstName']} {address['surname']}",
        customer.pickup_point or "",
        f"{address['streetName']} {house}",
        f"{address['zipCode']}  {address['city']}",
        address["countryCode"],
    ]
    return [line.strip() for line in lines if line.strip()]


def _draw_barcode(canvas: Canvas, label: ShippingLabel) -> None:
    barcode = Code128(label.track_and_trace, barHeight=22 * mm, barWidth=1.1)
    barcode.drawOn(canvas, (A6[0] - barcode.width) / 2, 22 * mm)
    canvas.setFont("Helvetica", 11)
    canvas.drawCentredString(A6[0] / 2, 15 * mm, label.track_and_trace)
    canvas.setFont("Helvetica", 8)
    canvas.drawCentredString(A6[0] / 2, 10 * mm, f"{label.transporter_code} - order {label.order_id}")
