"""Why an offer is not, or not yet, at bol as we want it: one sentence, from facts that are loaded already."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from offers import delta
from offers.dialects import dialect_of
from offers.models import Offer
from offers.state import DETAILS, MAX_STOCK, PRICE, STOCK, Component


def explain(offer: Offer) -> str:
    """Return the sentence that matters most, or "" where bol has everything as we want it.

    Needs the offer with its project and connection; makes no query.
    """
    return next((said for said in (reason(offer) for reason in _REASONS) if said), "")


def _gone(offer: Offer) -> str:
    if offer.stays_gone:
        return _("Parked, it stays gone: %(reason)s Nothing is sent until somebody takes that back.") % {
            "reason": _sentence(offer.parked_reason)
        }
    if not offer.gone_at:
        return ""
    return _("bol does not have this offer any more. Send it again to publish it anew.")


def _in_conflict(offer: Offer) -> str:
    if offer.parked_reason:
        return _("Nothing is sent: %(reason)s") % {"reason": _sentence(offer.parked_reason)}
    if offer.is_in_conflict:
        return _(
            "Nothing is sent: another offer has the same EAN, and it is not decided which of them counts."
        )
    return ""


def _inactive(offer: Offer) -> str:
    return "" if offer.project.is_active else _("Nothing is sent: the project is inactive.")


def _refused(offer: Offer) -> str:
    if not offer.refusal:
        return ""
    said = _sentence(offer.refusal.splitlines()[0])
    return _("bol refused it: %(reason)s Correct what bol names, or send it again.") % {"reason": said}


def _unanswered(offer: Offer) -> str:
    if not offer.is_unanswered:
        return ""
    return _("bol did not say whether it took this; that is being looked up.")


def _held_up(offer: Offer) -> str:
    """Say that the connection keeps what it would send."""
    connection = offer.project.connection
    if connection.may_send or not (offer.differing or not offer.offer_id):
        return ""
    if not connection.is_active:
        status = connection.get_status_display().lower()
        return _("Waits: the connection is %(status)s.") % {"status": status}
    return _("Waits: the connection is read only.")


def _unpublished(offer: Offer) -> str:
    if offer.offer_id:
        return ""
    if offer.sending:
        return _("Being published: bol has it and has not said yet how that ended.")
    return _("Not at bol yet: it is published as soon as its turn comes.")


def _on_its_way(offer: Offer) -> str:
    differing = offer.differing
    if not differing:
        return ""
    together = dialect_of(offer.project.connection).travels_together
    due = delta.to_send(offer.wanted, offer.known, in_one_request=together)
    if not due:
        return _("Waits for stock: bol is told the new %(what)s before stock returns.") % {
            "what": _components(differing)
        }
    if all(_is_at_bol(offer, name) for name in due):
        return _("On its way: bol has the new %(what)s and has not confirmed it yet.") % {
            "what": _components(due)
        }
    return _("On its way: bol is told the new %(what)s as soon as its turn comes.") % {
        "what": _components(due)
    }


def _on_hold(offer: Offer) -> str:
    if not offer.on_hold:
        return ""
    if offer.hold_reason:
        return _("On hold: %(reason)s") % {"reason": _sentence(offer.hold_reason)}
    return _("On hold: out of the shop until somebody releases it.")


def _changed_elsewhere(offer: Offer) -> str:
    """Say that bol shows something else than it confirmed, where it was asked after that."""
    if not (offer.observed and offer.observed_at and offer.known_at and offer.observed_at > offer.known_at):
        return ""
    changed = {name for name in (DETAILS, PRICE, STOCK) if _drifts(offer, name)}
    if not changed:
        return ""
    return _("bol shows another %(what)s than it confirmed to us: it was changed elsewhere.") % {
        "what": _components(changed)
    }


def _not_for_sale(offer: Offer) -> str:
    if offer.status != Offer.Status.NOT_FOR_SALE and not _unsold_countries(offer):
        return ""
    told = [_in_country(country, offer.reasons) for country in _unsold_countries(offer)]
    return " ".join(told) or _("Not for sale: bol did not say why.")


def _reserved(offer: Offer) -> str:
    told = ((offer.observed or {}).get("stock") or {}).get("amount")
    sold = (offer.observed or {}).get("corrected_stock")
    if told is None or sold is None or sold >= told:
        return ""
    return ngettext(
        "bol sells %(sold)d instead of %(told)d: one is reserved for an order.",
        "bol sells %(sold)d instead of %(told)d: %(reserved)d are reserved for orders.",
        told - sold,
    ) % {"sold": sold, "told": told, "reserved": told - sold}


def _capped(offer: Offer) -> str:
    if offer.stock <= MAX_STOCK:
        return ""
    return _("bol is told %(limit)d of %(stock)d: it takes no more.") % {
        "limit": MAX_STOCK,
        "stock": offer.stock,
    }


# The first that has something to say is shown.
_REASONS: tuple[Callable[[Offer], str], ...] = (
    _gone,
    _in_conflict,
    _inactive,
    _refused,
    _unanswered,
    _held_up,
    _unpublished,
    _on_its_way,
    _on_hold,
    _changed_elsewhere,
    _not_for_sale,
    _reserved,
    _capped,
)


def _is_at_bol(offer: Offer, component: str) -> bool:
    way = offer.sending.get(component)
    return bool(way) and way["sent"] == offer.wanted[component]


def _drifts(offer: Offer, component: str) -> bool:
    known, seen = offer.known.state[component], (offer.observed or {}).get(component)
    if not known or not seen:
        return False
    return bool(_comparable(delta.changed_fields(known, seen)))


def _comparable(changed: Component) -> Component:
    # bol does not show the title of a product it knows (Offers API v11, unknownProductTitle).
    return {field: value for field, value in changed.items() if field != "unknown_product_title"}


def _unsold_countries(offer: Offer) -> list[str]:
    seen: Iterable[dict[str, Any]] = (offer.observed or {}).get("for_sale") or ()
    wanted = offer.countries.split(",")
    return [entry["country"] for entry in seen if entry["for_sale"] is False and entry["country"] in wanted]


def _in_country(country: str, reasons: Iterable[dict[str, Any]]) -> str:
    why = [_lower_first(reason["description"]) for reason in reasons if reason.get("country") == country]
    if not why:
        return _("Not for sale in %(country)s: bol's reason was not asked for yet.") % {"country": country}
    return _("Not for sale in %(country)s: %(reasons)s") % {
        "country": country,
        "reasons": _sentence("; ".join(why)),
    }


def _components(names: Iterable[str]) -> str:
    words = {PRICE: _("price"), STOCK: _("stock"), DETAILS: _("details")}
    *some, last = [words[name] for name in (PRICE, STOCK, DETAILS) if name in names]
    return _("%(some)s and %(last)s") % {"some": ", ".join(some), "last": last} if some else last


def _sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
