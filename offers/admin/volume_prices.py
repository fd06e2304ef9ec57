"""The form field for volume prices: up to three pairs of a quantity and the price of a piece."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import get_default_renderer
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connections.adminbase import UnfoldAdminTextInputWidget
from offers.rules import MAX_VOLUME, MAX_VOLUME_PRICES, MIN_VOLUME
from offers.state import price_text

Step = dict[str, Any]


class VolumePricesWidget(forms.MultiWidget):
    """Rows of two inputs: from how many pieces, and what one piece costs then."""

    def __init__(self) -> None:
        super().__init__([_input(name) for name in ("numeric", "decimal") * MAX_VOLUME_PRICES])

    def decompress(self, value: Sequence[Step] | None) -> list[Any]:
        found = [cell for step in value or () for cell in (step["quantity"], step["unit_price"])]
        return [*found, *[None] * (len(self.widgets) - len(found))]

    def _render(self, template_name: str, context: dict[str, Any], renderer: Any = None) -> SafeString:
        # The inputs are templates of forms, the rows around them one of ours.
        forms_renderer = renderer or get_default_renderer()
        cells = [
            {
                "id": cell["attrs"].get("id", ""),
                "input": mark_safe(forms_renderer.render(cell["template_name"], {"widget": cell})),  # noqa: S308 - a widget
            }
            for cell in context["widget"]["subwidgets"]
        ]
        rows = list(zip(cells[::2], cells[1::2], strict=True))
        return mark_safe(render_to_string("offers/volume_prices.html", {"rows": rows}))  # noqa: S308 - a template's output


class VolumePricesField(forms.MultiValueField):
    """Volume prices as the model keeps them: [{"quantity": 6, "unit_price": "11.00"}, ...], by quantity."""

    def __init__(self, **options: Any) -> None:
        quantity = forms.IntegerField(required=False, min_value=MIN_VOLUME, max_value=MAX_VOLUME)
        price = forms.DecimalField(required=False, max_digits=6, decimal_places=2)
        super().__init__(
            fields=[quantity, price] * MAX_VOLUME_PRICES,
            widget=VolumePricesWidget(),
            label=gettext_lazy("Volume prices"),
            help_text=gettext_lazy(
                "Cheaper per piece from 2 to 24 pieces on. Leave both empty where there is none."
            ),
            required=False,
            require_all_fields=False,
            **options,
        )

    def prepare_value(self, value: Any) -> Any:
        """Return a cell for each input: a form would take the list of steps for the cells themselves."""
        is_steps = isinstance(value, list) and all(isinstance(step, dict) for step in value)
        return self.widget.decompress(value) if is_steps else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(super().has_changed(self.prepare_value(initial), data))

    def compress(self, cells: Sequence[Any]) -> list[Step]:
        """Return the rows that are filled in. Raises ValidationError for half of a row."""
        rows = [_step(*pair) for pair in zip(cells[::2], cells[1::2], strict=True)]
        return sorted((row for row in rows if row), key=lambda row: int(row["quantity"]))


def _input(mode: str) -> forms.Widget:
    return UnfoldAdminTextInputWidget({"inputmode": mode, "autocomplete": "off"})


def _step(quantity: int | None, price: Decimal | None) -> Step | None:
    if quantity is None and price is None:
        return None
    if quantity is None or price is None:
        raise ValidationError(_("A volume price needs both a quantity and a price."), "incomplete")
    return {"quantity": quantity, "unit_price": price_text(price)}
