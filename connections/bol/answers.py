"""How bol's JSON becomes typed data and ours becomes JSON: leniently in, exactly out, money never through a float."""

from __future__ import annotations

import codecs
from abc import ABC
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

import msgspec

from connections.bol.errors import Unreadable
from connections.bol.wire import Reply

T = TypeVar("T")
_SMALLEST_EPOCH_IN_MILLISECONDS = 100_000_000_000
_BLOCK = 64 * 1024

# msgspec hands over what it reads for a type it does not know; these two stand for types it would read too strictly.
if TYPE_CHECKING:
    Moment = datetime
    Day = date
else:

    class Moment(ABC):  # noqa: B024
        """A point in time in any spelling bol uses (offsets, fractions, `Z`, milliseconds); always aware UTC for us."""

    class Day(ABC):  # noqa: B024
        """A calendar day, also where bol sends a full timestamp for it."""

    Moment.register(datetime)
    Day.register(date)


class Answer(msgspec.Struct, rename="camel", kw_only=True):
    """Base of what bol says: unknown fields are ignored, and bol leaves out what is empty."""


class Body(msgspec.Struct, rename="camel", omit_defaults=True):
    """Base of what we say: a field that keeps its default is left out, and null is never sent."""


def json_as(kind: type[T]) -> Callable[[Reply], T]:
    """Make a reader of JSON answers of this type. The reader raises Unreadable."""
    decoder = msgspec.json.Decoder(kind, dec_hook=_from_json)

    def read(reply: Reply) -> T:
        try:
            return decoder.decode(reply.body)
        except (msgspec.DecodeError, ValueError, OverflowError, RecursionError) as error:
            raise Unreadable(
                f"bol answered {reply.status} with a body that cannot be read: {error}"
            ) from None

    return read


def nothing(reply: Reply) -> None:
    """Read the answer to a command that has none: exactly a 204. Raises Unreadable."""
    if reply.status != 204:
        raise Unreadable(f"bol answered {reply.status} where it should confirm with 204")


def csv_in(file: BinaryIO) -> Callable[[Reply], None]:
    """Make a reader of a CSV report that was written to this file, and leave the file at its beginning.

    The reader raises Unreadable for a page for people or for a text that is not UTF-8.
    """

    def read(reply: Reply) -> None:
        if reply.content_type == "text/html":
            raise Unreadable(f"bol answered {reply.status} with a web page instead of a report")
        file.seek(0)
        try:
            for _text in codecs.iterdecode(iter(lambda: file.read(_BLOCK), b""), "utf-8"):
                pass
        except UnicodeDecodeError:
            raise Unreadable("bol's report is not UTF-8 text") from None
        file.seek(0)

    return read


def to_json(body: Body) -> bytes:
    """Write a body; a Decimal becomes a number with exactly its own digits (12.50 stays 12.50)."""
    return _ENCODER.encode(body)


def require_money(amount: Decimal) -> Decimal:
    """Refuse an amount that is no finite Decimal, before a float can reach a price."""
    if not isinstance(amount, Decimal) or not amount.is_finite():
        raise TypeError(f"Money is a finite Decimal, not {amount!r}")
    return amount


_ENCODER = msgspec.json.Encoder(decimal_format="number")


def moment_from(found: Any) -> datetime:
    """Return the aware UTC moment in any spelling bol uses. Raises ValueError, OverflowError or OSError for another."""
    return _moment(found).astimezone(UTC)


def _from_json(kind: type, found: Any) -> Any:
    return _moment(found).date() if kind is Day else moment_from(found)


def _moment(found: Any) -> datetime:
    if isinstance(found, str):
        moment = datetime.fromisoformat(found)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if isinstance(found, int) and found > _SMALLEST_EPOCH_IN_MILLISECONDS:
        return datetime.fromtimestamp(found / 1000, UTC)
    raise ValueError("no timestamp")
