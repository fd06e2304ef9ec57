"""The page on which a return is created for a customer who announced none."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connections.adminbase import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget
from orders.models import HandlingResult, Order, OrderItem
from orders.returns.services import Wrong, create_return, returnable_quantity

PAGE = "admin:orders_order_change"


class CreateReturnForm(forms.Form):
    """Which article of an order came back, how many, and what became of them."""

    item = forms.ModelChoiceField(
        OrderItem.objects.none(),
        label=gettext_lazy("Article"),
        empty_label=None,
        widget=UnfoldAdminSelectWidget,
    )
    quantity = forms.IntegerField(
        label=gettext_lazy("Quantity"),
        min_value=1,
        initial=1,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
    )
    handling_result = forms.ChoiceField(
        label=gettext_lazy("What became of it"),
        choices=HandlingResult.for_created,
        widget=UnfoldAdminSelectWidget,
    )

    def __init__(self, items: list[OrderItem], data: Any = None) -> None:
        super().__init__(data)
        choice = cast("forms.ModelChoiceField", self.fields["item"])
        choice.queryset = OrderItem.objects.filter(pk__in=[item.pk for item in items])


class CreateReturnPage:
    """One request to the page of one order."""

    def __init__(self, model_admin: Any, request: HttpRequest, order_key: str) -> None:
        self.model_admin = model_admin
        self.request = request
        self.order = get_object_or_404(Order, pk=order_key)

    def answer(self) -> HttpResponse:
        """Show the page, or do what was typed on it."""
        if not self.request.user.has_perm("orders.change_returnitem"):
            raise PermissionDenied
        items = [item for item in self.order.items.all() if returnable_quantity(item)]
        if not items:
            messages.warning(
                self.request,
                _("Nothing of this order can come back: it was not shipped yet, or is returned."),
            )
            return redirect(PAGE, self.order.pk)
        form = CreateReturnForm(items, self.request.POST or None)
        if form.is_valid() and self._create(form):
            return redirect(PAGE, self.order.pk)
        return self._show(form)

    def _create(self, form: CreateReturnForm) -> bool:
        given = form.cleaned_data
        try:
            create_return(given["item"], given["quantity"], given["handling_result"], by=self.request.user)
        except Wrong as wrong:
            form.add_error(wrong.field or None, wrong.reason)
            return False
        messages.success(
            self.request, _("The return is created here; bol is told, and e-mails the customer.")
        )
        return True

    def _show(self, form: CreateReturnForm) -> HttpResponse:
        context = {
            **self.model_admin.admin_site.each_context(self.request),
            "title": _("Create a return"),
            "opts": self.model_admin.opts,
            "order": self.order,
            "form": form,
        }
        return TemplateResponse(self.request, "admin/orders/order/create_return.html", context)
