"""The kinds of message, registered by the apps that own their subjects.

An operation turns waiting messages into a call, and an outcome into facts about its subject. Its methods run in a
transaction beside the change of the messages themselves, except for `Call.send`, which runs in a thread, does HTTP and
touches no database.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Any, ClassVar

from connections import bol, explaining
from connections.models import Connection, OutboxMessage


@dataclass(frozen=True)
class Call:
    """Requests to bol, ready to be made: where they count against the budget, and how to make them."""

    endpoints: tuple[tuple[str, str], ...]
    send: Callable[[bol.Client], Any]


@dataclass(frozen=True)
class NothingToSend:
    """bol has everything already."""


@dataclass(frozen=True)
class NotNow:
    """The message has to wait, for a reason that will pass by itself."""

    reason: str
    wait: timedelta = timedelta(minutes=1)


@dataclass(frozen=True)
class CannotSend:
    """A person has to change something first."""

    reason: str
    advice: str = ""


Preparation = Call | NothingToSend | NotNow | CannotSend


class NothingSent(Exception):
    """Raised by `Call.send` when a preparatory read failed: the command itself did not leave."""

    def __init__(self, error: bol.BolError) -> None:
        super().__init__(str(error))
        self.error = error


class Refused(Exception):
    """Raised by `Call.send` when it found at bol that the command must not be given."""

    def __init__(self, reason: str, advice: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.advice = advice


class Verdict(Enum):
    """What reading bol told about an unanswered command."""

    HAPPENED = "happened"
    DID_NOT_HAPPEN = "did not happen"
    CANNOT_TELL = "cannot tell"


class Operation(ABC):
    """One kind of message, by bol's own name for it."""

    name: ClassVar[str]
    label: ClassVar[Any]
    effect: ClassVar[bol.Effect]
    # Whether a command that may be repeated is looked up all the same, where bol cannot say how it ended.
    is_read_back: ClassVar[bool] = False

    def companions(self, connection: Connection) -> frozenset[str]:
        """Return the operations that may travel in the same request about the same subject."""
        return frozenset()

    @abstractmethod
    def prepare(self, messages: Sequence[OutboxMessage]) -> Preparation:
        """Return the call for these messages (companions together), marking their subject as under way."""

    @abstractmethod
    def confirm(self, messages: Sequence[OutboxMessage], answer: Any) -> None:
        """Record that bol did it. `answer` is what `Call.send` returned, or the successful process status."""

    def accept(self, messages: Sequence[OutboxMessage], status: bol.ProcessStatus) -> None:
        """Record that bol took it on: not yet that it happened."""

    def withdraw(self, messages: Sequence[OutboxMessage]) -> None:
        """Record that the attempt surely had no effect: it will be made again, or was refused."""

    def refuse(
        self, messages: Sequence[OutboxMessage], reason: str, error: bol.BolError | None = None
    ) -> None:
        """Record that bol said no and a person is needed; follows `withdraw`. `error` is the refusal, if it was one."""

    def advise(self, error: bol.BolError) -> str:
        """Return the next step after a refusal; an app that knows more about its subject says more."""
        return explaining.advice_for(error)

    def recheck_refusal(self, messages: Sequence[OutboxMessage], status: bol.ProcessStatus) -> bool:
        """Return True where bol's refusal must be read back, for it may mean that it had happened before."""
        return False

    def verify(self, messages: Sequence[OutboxMessage]) -> Preparation:
        """Return the reading call that shows whether an unanswered command took effect (once-only commands)."""
        raise NotImplementedError(f"{self.name} is not verified: it is sent again")

    def judge(self, messages: Sequence[OutboxMessage], answer: Any) -> Verdict | Call:
        """Return what the answer to `verify` tells, or the next reading call that it takes to tell."""
        raise NotImplementedError(f"{self.name} is not verified: it is sent again")


_registered: dict[str, Operation] = {}


def register(operation: type[Operation]) -> type[Operation]:
    """Make an operation known; use it as a class decorator in an app's operations.py."""
    _registered[operation.name] = operation()
    return operation


def get(name: str) -> Operation:
    """Return the operation of that name.

    Raises:
        LookupError: no app registered it, as when a newer version wrote the message.
    """
    if name not in _registered:
        raise LookupError(f"No installed app knows the operation {name}.")
    return _registered[name]


def is_once_only(name: str) -> bool:
    """Whether repeating the operation would do it twice; unknown operations are taken to be such."""
    operation = _registered.get(name)
    return operation is None or operation.effect is bol.Effect.ONCE


def names() -> list[tuple[str, Any]]:
    """Return name and label of every operation, for filters."""
    return [(name, operation.label) for name, operation in sorted(_registered.items())]
