"""What bol's ledger says about us: which of our writes told bol what it had, and whether it has what we want."""

from __future__ import annotations

from collections import Counter
from typing import Any

from connections.bol.sandbox.entities import name_of, without_none
from connections.bol.sandbox.selling import dialects
from offers.models import Offer
from tests.conftest import CLIENT_ID, RunningSandbox

Fields = dict[str, Any]

OFFERS = "/retailer/offers/"
PRICE, STOCK, DETAILS = "price", "stock", "details"
LEADS = ("amount", "managedByRetailer")
COMPONENT_OF = {"pricing": PRICE, "stock": STOCK}
FIELDS = (
    "reference", "unknownProductTitle", "onHoldByRetailer", "economicOperatorId", "pricing", "stock", "fulfilment",
    "countryAvailabilities",
)  # fmt: skip


class Watch:
    """Reads the ledger as it grows.

    A write that changes nothing is needless, unless somebody else changed that component since our last write, or an
    answer about it was lost: each lost answer allows one repetition.
    """

    def __init__(self, sandbox: RunningSandbox, *, says_all_details: bool) -> None:
        self._sandbox = sandbox
        self._says_all_details = says_all_details
        self._entries = self._requests = 0
        self._shelf: dict[str, Fields] = {}
        self._allowed: Counter[tuple[str, str]] = Counter()
        self._changed_elsewhere: set[tuple[str, str]] = set()
        self._listings: dict[str, str] = {}
        self._eans: dict[str, str] = {}
        self.made: Counter[str] = Counter()
        self.removed: Counter[str] = Counter()
        self.written: set[str] = set()
        self.needless: list[str] = []

    def look(self) -> None:
        """Take note of what happened since the last look; `written` are the offers about which we wrote since."""
        self.written = set()
        for request in self._sandbox.requests(after=self._requests):
            self._requests = request["n"]
            self._note_request(request["method"], request["path"], request["status"])
        for entry in self._sandbox.ledger(after=self._entries):
            self._entries = entry["n"]
            self._note_effect(entry)

    def allow_path(self, path: str) -> None:
        """Let what a write to this path says be said once more: nobody here heard how it ended."""
        offer_id, _slash, part = path.removeprefix(OFFERS).partition("/")
        self.allow(self._eans.get(offer_id, ""), part)

    def allow(self, ean: str, component: str = "") -> None:
        """Let this component, or all of them, be said once more."""
        for name in (component,) if component else (PRICE, STOCK, DETAILS):
            self._allowed[ean, name] += 1

    def _note_request(self, method: str, path: str, status: int) -> None:
        if method == "GET" or not path.startswith(OFFERS):
            return
        if method != "DELETE":
            self.written.add(path.removeprefix(OFFERS).partition("/")[0])
        if status == 0 or status >= 500:
            self.allow_path(path)

    def _note_effect(self, entry: Fields) -> None:
        offer_id, is_ours = entry["subject"], entry["by"] != "elsewhere"
        if entry["effect"] == "OFFER_CREATED":
            self._shelf[offer_id] = _normal(entry["offer"])
            self._eans[offer_id] = entry["ean"]
            self._listings[offer_id] = f"{entry['ean']} {name_of(entry['offer']['condition'])}"
            self.made[self._listings[offer_id]] += 1
        elif entry["effect"] == "OFFER_DELETED":
            del self._shelf[offer_id]
            self.removed[self._listings[offer_id]] += 1
        elif entry["effect"] == "OFFER_UPDATED":
            self._note_update(offer_id, _normal(entry["changed"]), is_ours=is_ours)

    def _note_update(self, offer_id: str, changed: Fields, *, is_ours: bool) -> None:
        had = self._shelf[offer_id]
        if "stock" in changed:
            changed["stock"] = {**had["stock"], **changed["stock"]}
        same = {name for name in changed if name in had and had[name] == changed[name]}
        for component in {COMPONENT_OF.get(name, DETAILS) for name in changed}:
            said = {name for name in changed if COMPONENT_OF.get(name, DETAILS) == component}
            if is_ours:
                self._judge(offer_id, component, said, same & said)
            else:
                self._changed_elsewhere.add((self._eans[offer_id], component))
        had.update(changed)

    def _judge(self, offer_id: str, component: str, said: set[str], same: set[str]) -> None:
        key = self._eans[offer_id], component
        is_needless = same == said if component == DETAILS and self._says_all_details else bool(same)
        was_changed_elsewhere = key in self._changed_elsewhere
        self._changed_elsewhere.discard(key)
        if not is_needless or was_changed_elsewhere:
            return
        if self._allowed[key]:
            self._allowed[key] -= 1
        else:
            self.needless.append(f"{component} of {offer_id} was said again: {sorted(same)}")


def shown(sandbox: RunningSandbox) -> dict[str, Fields]:
    """What bol has of the account, by offer ID."""
    return {offer["offerId"]: _normal(offer) for offer in sandbox.sandbox.offers(CLIENT_ID)}


def wanted(offer: Offer, *, with_countries: bool) -> Fields:
    """What bol should have of an offer, in the words of version 11: written down a second time, for tests only."""
    steps = [{"quantity": 1, "unit_price": offer.price}, *offer.volume_prices]
    fields: Fields = {
        "reference": offer.reference_code or offer.product.reference,
        "unknownProductTitle": offer.unknown_product_title or offer.product.title,
        "onHoldByRetailer": offer.on_hold,
        "pricing": _prices([(step["quantity"], step["unit_price"]) for step in steps]),
        "stock": {
            "amount": min(offer.stock, 999),
            "managedByRetailer": offer.project.stock_managed_by_retailer,
        },
        "fulfilment": _fulfilment(offer),
    }
    if offer.economic_operator_id:
        fields["economicOperatorId"] = offer.economic_operator_id
    if with_countries:
        fields["countryAvailabilities"] = sorted(offer.countries.split(","))
    return fields


def differing(offer: Offer, found: Fields, *, with_countries: bool) -> dict[str, tuple[Any, Any]]:
    """What bol has otherwise than we want it: (ours, theirs) by field; a title that bol does not show is none."""
    ours = wanted(offer, with_countries=with_countries)
    if "unknownProductTitle" not in found:
        del ours["unknownProductTitle"]
    return {
        name: (value, found.get(name)) for name, value in _normal(ours).items() if found.get(name) != value
    }


def _fulfilment(offer: Offer) -> Fields:
    code = {"method": offer.fulfilment_method, "deliveryCode": offer.delivery_code or None}
    return dialects.fulfilment_from_v10(without_none(code))


def _prices(steps: list[tuple[int, Any]]) -> Fields:
    return {"bundlePrices": [{"quantity": quantity, "unitPrice": price} for quantity, price in steps]}


def _normal(fields: Fields) -> Fields:
    """The same with one way to say each value."""
    known = {name: fields[name] for name in FIELDS if name in fields}
    if "pricing" in known:
        steps = known["pricing"]["bundlePrices"]
        known["pricing"] = [(step["quantity"], f"{float(step['unitPrice']):.2f}") for step in steps]
    if "stock" in known:
        known["stock"] = {name: known["stock"][name] for name in LEADS if name in known["stock"]}
    if known.get("countryAvailabilities") and isinstance(known["countryAvailabilities"][0], dict):
        known["countryAvailabilities"] = sorted(
            entry["countryCode"] for entry in known["countryAvailabilities"]
        )
    return known
