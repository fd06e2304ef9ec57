"""What a person types for a deed on many offers; a valid form gives the parameters of the deed as plain JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _

from connections.adminbase import MomentWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget
from offers import deeds
from offers.choices import DeliveryCode
from offers.pricing import Move, Rounding

MOVES_OF_STOCK = [choice for choice in Move.choices if choice[0] != Move.PERCENT]


class AmountField(forms.DecimalField):
    """A number with at most two decimals, behind a point or a comma."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=7, decimal_places=2, widget=UnfoldAdminTextInputWidget, **kwargs)

    def to_python(self, value: Any) -> Any:
        return super().to_python(value.replace(",", ".") if isinstance(value, str) else value)


class DeedForm(forms.Form):
    """A deed without parameters; `count` is the number of offers it is done to."""

    # Whether what it comes to depends on what is typed, so that one has to see it before one can confirm it.
    is_previewed: ClassVar[bool] = False

    def __init__(self, *args: Any, count: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.count = count

    def parameters(self) -> dict[str, Any]:
        """Return what was typed, for the deed; the form is valid."""
        return {}


class HoldForm(DeedForm):
    """Why, and until when."""

    reason = forms.CharField(
        label=_("Why"), max_length=200, required=False, widget=UnfoldAdminTextInputWidget
    )
    until = forms.DateTimeField(
        label=_("Until"),
        required=False,
        widget=MomentWidget,
        help_text=_(
            "They are released by themselves then. Left empty, they stay on hold until somebody releases them."
        ),
    )

    def clean_until(self) -> datetime | None:
        until: datetime | None = self.cleaned_data["until"]
        if until and until <= timezone.now():
            raise ValidationError(_("This moment has passed. Choose a later one."), "past")
        return until

    def parameters(self) -> dict[str, Any]:
        until = self.cleaned_data["until"]
        return {"reason": self.cleaned_data["reason"], "until": until.isoformat() if until else ""}


class PriceForm(DeedForm):
    """How the price moves, and how it ends."""

    is_previewed = True
    move = forms.ChoiceField(label=_("How"), choices=Move.choices, widget=UnfoldAdminSelectWidget)
    amount = AmountField(label=_("Euros or percent"))
    rounding = forms.ChoiceField(label=_("Ending"), choices=Rounding.choices, widget=UnfoldAdminSelectWidget)

    def parameters(self) -> dict[str, Any]:
        return {**self.cleaned_data, "amount": str(self.cleaned_data["amount"])}


class StockForm(DeedForm):
    """How the stock moves."""

    is_previewed = True
    move = forms.ChoiceField(label=_("How"), choices=MOVES_OF_STOCK, widget=UnfoldAdminSelectWidget)
    amount = forms.IntegerField(
        label=_("Pieces"), min_value=-1_000_000, max_value=1_000_000, widget=UnfoldAdminTextInputWidget
    )

    def parameters(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class DeliveryForm(DeedForm):
    """What is promised to the customer."""

    is_previewed = True
    delivery_code = forms.ChoiceField(
        label=_("Delivery"), choices=DeliveryCode.choices, widget=UnfoldAdminSelectWidget
    )

    def parameters(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class DeletionForm(DeedForm):
    """Asks to type how many offers will be gone."""

    typed_count = forms.IntegerField(
        label=_("Type the number of offers that you want to delete at bol"), widget=UnfoldAdminTextInputWidget
    )

    def clean_typed_count(self) -> int:
        typed: int = self.cleaned_data["typed_count"]
        if typed != self.count:
            raise ValidationError(
                _("You chose %(count)d offers, and typed %(typed)d. Nothing was deleted."),
                "count",
                {"count": self.count, "typed": typed},
            )
        return typed


FORMS: dict[str, type[DeedForm]] = {
    deeds.Hold.name: HoldForm,
    deeds.ChangePrice.name: PriceForm,
    deeds.SetStock.name: StockForm,
    deeds.SetDeliveryCode.name: DeliveryForm,
    deeds.DeleteAtBol.name: DeletionForm,
}


def in_words(deed: str, parameters: Mapping[str, Any]) -> str:
    """Return what was typed for a deed: "Why: Recall, Until: 5 January"."""
    fields = FORMS.get(deed, DeedForm).base_fields
    said = [(field, parameters[name]) for name, field in fields.items() if parameters.get(name, "") != ""]
    return ", ".join(f"{field.label}: {_say(field, value)}" for field, value in said)


def _say(field: forms.Field, value: Any) -> str:
    if isinstance(field, forms.ChoiceField):
        choices: Any = field.choices
        return str(dict(choices).get(value, value))
    if isinstance(field, forms.DateTimeField):
        return formats.date_format(timezone.localtime(datetime.fromisoformat(value)), "DATETIME_FORMAT")
    return str(value)
