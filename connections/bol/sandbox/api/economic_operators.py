"""Economic operators: only reading. Economic operators API v1; where its answers are not known, see the assumptions."""

from __future__ import annotations

from connections.bol.sandbox.entities import EconomicOperator, Json
from connections.bol.sandbox.selling import operators
from connections.bol.sandbox.web.answers import ECONOMIC_OPERATOR_V1, Answer, not_found
from connections.bol.sandbox.web.calls import Call, route

SMALLEST_PAGE, LARGEST_PAGE = 25, 100


def list_operators(call: Call) -> Answer:
    """A page of the account's operators, with how many there are; `name` is part of a name."""
    size = call.number("page-size", SMALLEST_PAGE, SMALLEST_PAGE, LARGEST_PAGE)
    number = call.number("page", 1)
    part = (call.query("name") or "").lower()
    found = [one for one in operators.of(call.state, call.account) if part in one.name.lower()]
    page = {
        "pageSize": size,
        "pageNumber": number,
        "numberOfPages": max(1, -(-len(found) // size)),
        "totalCount": len(found),
    }
    shown = [show(operator) for operator in found[(number - 1) * size : number * size]]
    return Answer(200, {"operators": shown, "page": page}, ECONOMIC_OPERATOR_V1)


def get_operator(call: Call) -> Answer:
    operator = operators.find(call.state, call.account, call.arguments["operator_id"])
    if operator is None:
        raise not_found("Economic operator not found.")
    return Answer(200, show(operator), ECONOMIC_OPERATOR_V1)


def show(operator: EconomicOperator) -> Json:
    """An EconomicOperator."""
    return {
        "id": operator.operator_id,
        "name": operator.name,
        "address": operator.address,
        "contactInformation": {"emailAddress": "info@example.com", "phoneNumber": "+31 30 1234567"},
        "status": operator.status,
    }


ROUTES = [
    route("GET", "/retailer/economic-operators", list_operators, ECONOMIC_OPERATOR_V1),
    route("GET", "/retailer/economic-operator/<operator_id>", get_operator, ECONOMIC_OPERATOR_V1),
]
