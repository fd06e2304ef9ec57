"""Process statuses: how bol's slow answers to v10 commands end (Shared API v10)."""

from __future__ import annotations

from collections.abc import Iterable

from connections.bol.answers import Answer, Body, Moment, json_as
from connections.bol.errors import Unreadable
from connections.bol.resources.resource import Query, Resource
from connections.bol.transport import segment
from connections.bol.wire import Reply

MAX_IDS = 1000
_PATH = "/shared/process-status"


class ProcessStatus(Answer):
    """Where a command is: `status` is PENDING, SUCCESS, FAILURE or TIMEOUT, or a word that bol added since.

    TIMEOUT means that bol itself does not know. `entity_id` is what the command was about or made; bol leaves it out
    where it does not know it yet. `error_message` is text for people and changes without notice.
    """

    status: str
    event_type: str = ""
    process_status_id: str = ""
    id: str | int = ""
    """How old answers spell `process_status_id`."""
    entity_id: str = ""
    description: str = ""
    error_message: str = ""
    create_timestamp: Moment | None = None

    def __post_init__(self) -> None:
        self.process_status_id = self.process_status_id or str(self.id)


class _Query(Body):
    process_status_id: str


class _Queries(Body):
    process_status_queries: list[_Query]


class _Statuses(Answer):
    process_statuses: list[ProcessStatus] = []


_read_one = json_as(ProcessStatus)
_read_many = json_as(_Statuses)


def accepted(reply: Reply) -> ProcessStatus:
    """Read the answer to a v10 command. Raises Unreadable where it has no id: then nothing tells how it ends."""
    status = _read_one(reply)
    if not status.process_status_id:
        raise Unreadable(f"bol answered {reply.status} without the id of a process status")
    return status


class ProcessStatuses(Resource):
    """Asks how commands ended. bol forgets a status about a day after it ended."""

    def get(self, process_status_id: str) -> ProcessStatus:
        """Give one status. Raises NotFound for one that bol does not know or forgot."""
        return self._get(f"{_PATH}/{segment(process_status_id)}", _read_one)

    def bulk(self, process_status_ids: Iterable[str]) -> list[ProcessStatus]:
        """Give many statuses, a thousand a request; those that bol does not know are absent, in no set order."""
        ids = list(dict.fromkeys(process_status_ids))
        chunks = (ids[start : start + MAX_IDS] for start in range(0, len(ids), MAX_IDS))
        return [status for chunk in chunks for status in self._bulk(chunk)]

    def _bulk(self, ids: Iterable[str]) -> Iterable[ProcessStatus]:
        queries = _Queries([_Query(process_status_id) for process_status_id in ids])
        return self._send("POST", _PATH, _read_many, queries).process_statuses

    def list(self, entity_id: str, event_type: str, page: int = 1) -> list[ProcessStatus]:
        """Give the statuses of one entity and event type (such as CREATE_SHIPMENT), newest first, 50 a page."""
        query: Query = {"entity-id": entity_id, "event-type": event_type, "page": page}
        return self._get(_PATH, _read_many, query).process_statuses
