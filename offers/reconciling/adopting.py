"""Takes over an offer that was made elsewhere: ours with bol's values, wanted and known.

Nothing of it is said to bol but what cannot be otherwise here: the project decides who leads the stock, and every offer
has a reference.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from offers import history
from offers.announcing import announce
from offers.choices import Condition
from offers.conflicts import find_conflicts_of
from offers.models import Drift, EanConflict, FoundBy, Offer, Product, Project
from offers.reconciling import translating
from offers.rules import validate_ean
from offers.services import is_unknown_to_bol, new_offer
from offers.state import State, without_title_drift


def adopt(drift: Drift, project: Project, by: Any) -> Offer:
    """Make our offer for one at bol; one that waits here unpublished, or is gone, becomes it. Raises ValidationError."""
    condition, wanted = _condition(drift), _wishes(drift)
    offer = _parked(drift, project) or _place(drift, project, condition)
    _check_owner(drift, condition, offer)
    if not (offer.gone_at or is_unknown_to_bol(offer)):
        raise ValidationError(_("This project has another offer at bol for this product already."), "exists")
    for name, value in wanted.items():
        setattr(offer, name, value)
    offer.clean()
    if offer.stays_gone:
        offer.stay_gone("")
    found = State(drift.theirs["details"], drift.theirs["price"], drift.theirs["stock"])
    offer.adopt(drift.bol_offer_id, without_title_drift(found, offer.wanted))
    offer.save()
    history.record_added([offer], by)
    find_conflicts_of([offer], FoundBy.CHANGE)
    announce([offer], by)
    return offer


def _condition(drift: Drift) -> str:
    condition = str(drift.theirs["condition"])
    if condition not in Condition.values:
        raise ValidationError(
            _("An offer here cannot be in the condition “%(condition)s”."),
            "condition",
            {"condition": condition},
        )
    return condition


def _parked(drift: Drift, project: Project) -> Offer | None:
    """Return the offer of ours that was to stay gone, where it is this one that bol has again."""
    offer = Offer.objects.with_all().select_for_update(of=("self",)).filter(pk=drift.offer_id or 0).first()
    if offer and offer.project_id != project.pk:
        raise ValidationError(
            _("It was parked here as an offer of “%(project)s”: choose that project."),
            "parked",
            {"project": offer.project},
        )
    return offer


def _place(drift: Drift, project: Project, condition: str) -> Offer:
    product = _product(drift)
    same = Offer.objects.with_all().filter(project=project, product=product, condition=condition)
    return same.first() or new_offer(project, product, condition=condition)


def _check_owner(drift: Drift, condition: str, offer: Offer) -> None:
    """Refuse to give bol's offer to anybody but whom a decision about its EAN named."""
    decided = EanConflict.objects.filter(
        connection=drift.connection_id, ean=drift.ean, condition=condition, state=EanConflict.State.DECIDED
    )
    conflict = decided.select_related("owner__product", "owner__project").first()
    if conflict and conflict.owner and conflict.owner != offer:
        raise ValidationError(
            _(
                "It was decided that %(owner)s has this EAN. Send that offer again: it takes over what bol has."
            ),
            "owner",
            {"owner": conflict.owner.in_project},
        )


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
