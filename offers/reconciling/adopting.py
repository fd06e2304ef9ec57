"""Takes over an offer that was made elsewhere: ours with bol's values, wanted and known, without a request."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from offers import history
from offers.choices import Condition
from offers.models import Drift, Offer, Product, Project
from offers.reconciling import translating
from offers.rules import validate_ean
from offers.services import is_unknown_to_bol, new_offer
from offers.state import State, without_title_drift


def adopt(drift: Drift, project: Project, by: Any) -> Offer:
    """Make our offer for one at bol; one that waits here unpublished becomes it. Raises ValidationError."""
    condition = str(drift.theirs["condition"])
    if condition not in Condition.values:
        raise ValidationError(
            _("An offer here cannot be in the condition “%(condition)s”."),
            "condition",
            {"condition": condition},
        )
    wanted = _wishes(drift)
    product = _product(drift)
    offer = Offer.objects.with_all().filter(project=project, product=product, condition=condition).first()
    if offer and not is_unknown_to_bol(offer):
        raise ValidationError(_("This project has another offer at bol for this product already."), "exists")
    offer = offer or new_offer(project, product, condition=condition)
    for name, value in wanted.items():
        setattr(offer, name, value)
    offer.clean()
    found = State(drift.theirs["details"], drift.theirs["price"], drift.theirs["stock"])
    offer.adopt(drift.bol_offer_id, without_title_drift(found, offer.wanted))
    offer.save()
    history.record_added([offer], by)
    return offer


def _wishes(drift: Drift) -> dict[str, Any]:
    price, stock = drift.theirs["price"], drift.theirs["stock"] or {}
    if not price or not price["bundle_prices"]:
        raise ValidationError(_("bol shows no price for this offer."), "price")
    return {
        **translating.price_wishes(price["bundle_prices"]),
        **translating.details_wishes(drift.theirs["details"] or {}),
        "stock": stock.get("amount", 0),
    }


def _product(drift: Drift) -> Product:
    """Return the product with this EAN, by the offer's reference where there are several; made where there is none."""
    validate_ean(drift.ean)
    details = drift.theirs["details"] or {}
    reference = details.get("reference") or drift.ean
    same = list(Product.objects.filter(ean=drift.ean).order_by("pk"))
    named = [product for product in same if product.reference == reference]
    if named or same:
        return (named or same)[0]
    if Product.objects.filter(reference=reference).exists():
        # Another article has this reference; the offer keeps its own.
        reference = f"{reference[:80]} {drift.ean}"
    return Product.objects.create(
        reference=reference, ean=drift.ean, title=details.get("unknown_product_title") or ""
    )
