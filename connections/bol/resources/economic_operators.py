"""Economic operators: who answers for a product in the EU (Economic operators API v1; its document was not at hand).

Known of it are the addresses, the media type, `name`, `page` and `page-size`, and the fields below. Not confirmed are the
name of the list in an answer and of the id in an offer's sense, so both are read in the spellings that were seen.
"""

from __future__ import annotations

from collections.abc import Iterator

from connections.bol.answers import Answer, json_as
from connections.bol.errors import Unreadable
from connections.bol.paging import by_page
from connections.bol.resources.resource import Resource
from connections.bol.transport import segment

MEDIA_TYPE = "application/vnd.economic-operator.v1+json"
MAX_PAGE_SIZE = 100
_LIST = "/retailer/economic-operators"
_ONE = "/retailer/economic-operator"


class Address(Answer):
    """Where the operator is established; `country` is a two-letter code."""

    street: str | None = None
    house_number: str | None = None
    additional_address_info: str | None = None
    postal_code: str | None = None
    city: str | None = None
    country: str | None = None


class EconomicOperator(Answer):
    """An operator of this account. `status` is PENDING, VALID or INVALID; new words appear without notice."""

    id: str = ""
    economic_operator_id: str = ""
    external_reference: str | None = None
    name: str = ""
    address: Address | None = None
    status: str = ""

    @property
    def operator_id(self) -> str:
        """Give the id by which an offer names it."""
        return self.id or self.economic_operator_id


class Page(Answer):
    """Where a list stands."""

    number_of_pages: int | None = None
    total_count: int | None = None


class OperatorPage(Answer):
    """One page of operators."""

    operators: list[EconomicOperator] = []
    economic_operators: list[EconomicOperator] = []
    page: Page | None = None

    @property
    def entries(self) -> list[EconomicOperator]:
        """Give the operators, under whichever name bol lists them."""
        return self.operators or self.economic_operators


_read_operator = json_as(EconomicOperator)
_read_page = json_as(OperatorPage)


class EconomicOperators(Resource):
    """Reads the economic operators of the account; they are made and changed in bol's own screens."""

    media_type = MEDIA_TYPE

    def get(self, operator_id: str) -> EconomicOperator:
        """Give one operator. Raises NotFound."""
        return self._get(f"{_ONE}/{segment(operator_id)}", _read_operator)

    def list(self, *, name: str | None = None, page: int = 1, page_size: int = MAX_PAGE_SIZE) -> OperatorPage:
        """Give one page. Raises Unreadable where bol counts operators and lists none that can be understood."""
        found = self._get(_LIST, _read_page, {"name": name, "page": page, "page-size": page_size})
        counted = found.page.total_count if found.page else 0
        if any(not operator.operator_id for operator in found.entries):
            raise Unreadable("bol listed an economic operator without an id")
        if page == 1 and counted and not found.entries:
            raise Unreadable(f"bol counts {counted} economic operators and lists none")
        return found

    def iterate(self, *, name: str | None = None) -> Iterator[EconomicOperator]:
        """Give all operators, page by page."""
        return by_page(_Walk(self, name).fetch)


class _Walk:
    """Fetches pages for as long as bol says that there are any: what it answers beyond them is not known."""

    def __init__(self, resource: EconomicOperators, name: str | None) -> None:
        self._resource = resource
        self._name = name
        self._last = 1

    def fetch(self, page: int) -> list[EconomicOperator]:
        if page > self._last:
            return []
        found = self._resource.list(name=self._name, page=page)
        self._last = _last_page(found, page)
        return found.entries


def _last_page(found: OperatorPage, page: int) -> int:
    """Tell how many pages there are; without a count, a full page may have one behind it."""
    if found.page and found.page.number_of_pages is not None:
        return found.page.number_of_pages
    return page + 1 if len(found.entries) >= MAX_PAGE_SIZE else page
