"""Process statuses: one, those of an entity, or many at once. Shared API v10."""

from __future__ import annotations

from connections.bol.sandbox.clock import in_seconds
from connections.bol.sandbox.entities import Json, ProcessStatus, without_none
from connections.bol.sandbox.selling.processes import Receipt, accept
from connections.bol.sandbox.web.answers import Answer, not_found
from connections.bol.sandbox.web.calls import Call, route, wrong_parameter
from connections.bol.sandbox.web.validation import inspecting

PAGE_SIZE = 50
MOST_AT_ONCE = 1000
EVENT_TYPES = (
    "CREATE_SHIPMENT",
    "CANCEL_ORDER",
    "CHANGE_TRANSPORT",
    "HANDLE_RETURN_ITEM",
    "CREATE_RETURN_ITEM",
    "CREATE_INBOUND",
    "DELETE_OFFER",
    "CREATE_OFFER",
    "UPDATE_OFFER",
    "UPDATE_OFFER_STOCK",
    "UPDATE_OFFER_PRICE",
    "CREATE_OFFER_EXPORT",
    "UNPUBLISHED_OFFER_REPORT",
    "CREATE_PRODUCT_CONTENT",
    "CREATE_SUBSCRIPTION",
    "UPDATE_SUBSCRIPTION",
    "DELETE_SUBSCRIPTION",
    "SEND_SUBSCRIPTION_TST_MSG",
    "CREATE_SHIPPING_LABEL",
    "CREATE_REPLENISHMENT",
    "UPDATE_REPLENISHMENT",
    "REQUEST_PRODUCT_DESTINATIONS",
    "CREATE_SOV_SEARCH_TERM_REPORT",
    "CREATE_SOV_CATEGORY_REPORT",
    "UPLOAD_INVOICE",
    "CREATE_CAMPAIGN_PERFORMANCE_REPORT",
)


def accepted(call: Call, receipt: Receipt, command: Json) -> Answer:
    """The 202 of every asynchronous command: a process status that is still PENDING."""
    return Answer(202, show(call, accept(call.state, call.account, receipt, command)))


def get_status(call: Call) -> Answer:
    process = call.state.processes.find(call.account, call.arguments["process_status_id"])
    if process is None:
        raise not_found()
    return Answer(200, show(call, process))


def query_statuses(call: Call) -> Answer:
    """The statuses of one entity and event type, newest first."""
    event_type = call.query("event-type")
    entity_id = call.query("entity-id")
    if event_type not in EVENT_TYPES:
        raise wrong_parameter("process-status-event-type", event_type or "", EVENT_TYPES)
    if not entity_id:
        raise wrong_parameter("entity-id", "")
    found = call.state.processes.by_entity.get((call.account, entity_id, event_type), [])
    first = (call.number("page", 1) - 1) * PAGE_SIZE
    return _listed(call, found[::-1][first : first + PAGE_SIZE])


def read_statuses(call: Call) -> Answer:
    """Up to 1000 statuses by id; those that bol does not know are left out."""
    body = call.json()
    with inspecting(body) as inspected:
        inspected.require("processStatusQueries")
        queries = inspected.each("processStatusQueries", 1, MOST_AT_ONCE)
        for query in queries:
            query.require("processStatusId")
    wanted = [str(query.values["processStatusId"]) for query in queries]
    found = [call.state.processes.find(call.account, process_id) for process_id in wanted]
    known = [process for process in found if process]
    keeps_order = call.state.options.assumptions.a_bulk_answer_keeps_the_order
    return _listed(call, known if keeps_order else known[::-1])


def _listed(call: Call, found: list[ProcessStatus]) -> Answer:
    return Answer(200, {"processStatuses": [show(call, process) for process in found]})


def show(call: Call, process: ProcessStatus) -> Json:
    """A ProcessStatus."""
    href = f"{call.request.host_url}shared/process-status/{process.process_id}"
    shown = {
        "processStatusId": process.process_id,
        "entityId": process.entity_id,
        "eventType": process.event_type,
        "description": process.description,
        "status": process.status,
        "errorMessage": process.error,
        "createTimestamp": in_seconds(process.created_at),
        "links": [{"rel": "self", "href": href, "method": "GET"}],
    }
    return without_none(shown)


ROUTES = [
    route("GET", "/shared/process-status", query_statuses),
    route("POST", "/shared/process-status", read_statuses),
    route("GET", "/shared/process-status/<process_status_id>", get_status),
]
