"""Returns: what customers send back, and saying what became of it (Retailer API v10, Returns)."""

from __future__ import annotations

from collections.abc import Iterator

from connections.bol.answers import Answer, Body, Moment, json_as
from connections.bol.paging import by_page
from connections.bol.resources.customers import CustomerDetails
from connections.bol.resources.process_statuses import ProcessStatus, accepted
from connections.bol.resources.resource import Query, Resource
from connections.bol.transport import segment

CREATE_RESULTS = (
    "RETURN_RECEIVED",
    "EXCHANGE_PRODUCT",
    "RETURN_DOES_NOT_MEET_CONDITIONS",
    "REPAIR_PRODUCT",
    "CUSTOMER_KEEPS_PRODUCT_PAID",
)
"""The handling results that a created return may have."""

HANDLE_RESULTS = (*CREATE_RESULTS, "STILL_APPROVED")
"""The handling results that a registered return item may get. Answers may show others, such as EXPIRED."""

MAX_QUANTITY = 9999
_PATH = "/retailer/returns"
_JSON = "application/json"


class ReturnReason(Answer):
    """Why the customer sends it back: bol's Dutch words, free text that changes without notice."""

    main_reason: str = ""
    detailed_reason: str | None = None
    customer_comments: str = ""

    def __repr__(self) -> str:
        # What customers write may be about anything, themselves included.
        return f"ReturnReason({self.main_reason!r})"


class ReturnProcessingResult(Answer):
    """What became of so many units. `handling_result` is the retailer's word, or one of bol's such as EXPIRED."""

    quantity: int = 0
    processing_result: str = ""
    handling_result: str = ""
    processing_date_time: Moment | None = None


class ReducedReturnItem(Answer):
    """A return item in a list. It names no order item: the order and the EAN tell which one it is.

    `rma_id` is what a handling result goes to. bol leaves the processing results out as long as there are none.
    """

    rma_id: str
    order_id: str = ""
    ean: str = ""
    expected_quantity: int = 0
    return_reason: ReturnReason | None = None
    handled: bool = False
    processing_results: list[ReturnProcessingResult] = []


class ReturnItem(ReducedReturnItem):
    """A return item with its product, the parcel it comes in, and the customer."""

    title: str = ""
    track_and_trace: str | None = None
    transporter_name: str | None = None
    customer_details: CustomerDetails | None = None


class ReducedReturn(Answer):
    """A return in a list: one parcel, whose items may be of several orders."""

    return_id: str
    registration_date_time: Moment | None = None
    fulfilment_method: str = ""
    return_items: list[ReducedReturnItem] = []


class Return(Answer):
    """A return as bol has it now."""

    return_id: str
    registration_date_time: Moment | None = None
    fulfilment_method: str = ""
    return_items: list[ReturnItem] = []


class _Returns(Answer):
    returns: list[ReducedReturn] = []


class _Handling(Body):
    handling_result: str
    quantity_returned: int


class _Creation(Body):
    order_item_id: str
    quantity_returned: int
    handling_result: str


_read_page = json_as(_Returns)
_read_return = json_as(Return)


class Returns(Resource):
    """Reads, handles and creates returns."""

    def list(
        self, *, handled: bool = False, fulfilment_method: str = "FBR", page: int = 1
    ) -> list[ReducedReturn]:
        """Give one page (50) of returns, the handled ones newest first, the others oldest first; empty beyond the last.

        `fulfilment_method` is FBR or FBB. Both filters are always sent: what bol does without them is not documented.
        """
        query: Query = {"page": page, "handled": handled, "fulfilment-method": fulfilment_method}
        return self._get(_PATH, _read_page, query).returns

    def iterate(self, *, handled: bool = False, fulfilment_method: str = "FBR") -> Iterator[ReducedReturn]:
        """Give the returns of all pages. What is handled meanwhile leaves the list and moves the pages."""
        return by_page(
            lambda page: self.list(handled=handled, fulfilment_method=fulfilment_method, page=page)
        )

    def get(self, return_id: str) -> Return:
        """Give one return. Raises NotFound."""
        return self._get(f"{_PATH}/{segment(return_id)}", _read_return)

    def handle(self, rma_id: str, handling_result: str, quantity_returned: int) -> ProcessStatus:
        """Say what became of a return item, by its RMA id; sent again it changes the result of a handled one."""
        body = _Handling(handling_result, quantity_returned)
        return self._send("PUT", f"{_PATH}/{segment(rma_id)}", accepted, body)

    def create(self, order_item_id: str, quantity_returned: int, handling_result: str) -> ProcessStatus:
        """Create a return that the customer did not announce, and handle it; once only, and bol e-mails the customer.

        Up to 90 days after shipping, and never for more than was ordered. The process status names the return.
        """
        body = _Creation(order_item_id, quantity_returned, handling_result)
        return self._send("POST", _PATH, accepted, body, content_type=_JSON)
