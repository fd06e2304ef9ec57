"""What an attempt means for its messages: the outcome of a call becomes the next state and the subject's facts."""

from __future__ import annotations

import logging
import random
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction

from connections import bol, explaining, operations, settling
from connections.bol import Advice, Effect
from connections.claiming import Parcel
from connections.models import OutboxMessage
from connections.operations import Call, Operation, Verdict

logger = logging.getLogger(__name__)

SAFETY_SHARE = 0.2


@dataclass
class Outcome:
    """How a call ended: an answer or an error, and the requests that were made for it."""

    answer: Any = None
    error: Exception | None = None
    exchanges: list[bol.Exchange] = field(default_factory=list)


@transaction.atomic
def deliver(parcel: Parcel, outcome: Outcome) -> Advice | Call | None:
    """Settle a parcel after its call.

    Returns the advice where the call met an error of bol's, and the next call where one answer is not enough to tell
    what became of the parcel: it is still held then.
    """
    if not _is_still_held(parcel):
        logger.warning("A late result for %s was fenced off.", parcel.leader)
        return None
    operation = operations.get(parcel.leader.operation)
    if outcome.error is not None:
        return _settle_error(operation, parcel, outcome.error)
    if parcel.is_verification:
        return _judge(operation, parcel, outcome.answer)
    if isinstance(outcome.answer, bol.ProcessStatus):
        _accept(operation, parcel, outcome.answer)
    else:
        _succeed(operation, parcel, outcome.answer)
    return None


def refuse(parcel: Parcel, reason: str, advice: str, error: bol.BolError | None = None) -> None:
    """End a parcel that needs a person."""
    operation = operations.get(parcel.leader.operation)
    operation.withdraw(parcel.messages)
    operation.refuse(parcel.messages, reason, error)
    for message in parcel.messages:
        settling.move_to_failed(message, reason, advice)


@transaction.atomic
def survive(parcel: Parcel, error: Exception) -> None:
    """Settle a parcel whose outcome we could not take in: a once-only command is looked up at bol."""
    if parcel.is_verification:
        logger.exception("%s cannot be verified", parcel.leader, exc_info=error)
        settling.look_again_later(parcel.leader)
    elif operations.is_once_only(parcel.leader.operation):
        logger.exception("The answer for %s cannot be handled", parcel.leader, exc_info=error)
        for message in parcel.messages:
            settling.move_to_unconfirmed(
                message, check_in=settling.FIRST_LOOK, reason=explaining.own_mistake(error)[0]
            )
    else:
        give_up(parcel, error)


@transaction.atomic
def give_up(parcel: Parcel, error: Exception) -> None:
    """End a parcel that a mistake of ours keeps from being handled, so that it blocks nothing else."""
    logger.exception("%s cannot be handled", parcel.leader, exc_info=error)
    for message in parcel.messages:
        settling.move_to_failed(message, *explaining.own_mistake(error))


def _is_still_held(parcel: Parcel) -> bool:
    keys = [message.pk for message in parcel.messages]
    held = OutboxMessage.objects.filter(pk__in=keys, claim=parcel.claim).select_for_update()
    return len(held.values_list("pk", flat=True)) == len(keys)


def _succeed(operation: Operation, parcel: Parcel, answer: Any) -> None:
    operation.confirm(parcel.messages, answer)
    for message in parcel.messages:
        settling.move_to_succeeded(message)


def _accept(operation: Operation, parcel: Parcel, status: bol.ProcessStatus) -> None:
    operation.accept(parcel.messages, status)
    for message in parcel.messages:
        settling.move_to_accepted(message, status)


def _judge(operation: Operation, parcel: Parcel, answer: Any) -> Call | None:
    verdict = operation.judge(parcel.messages, answer)
    if isinstance(verdict, Call):
        return verdict
    _settle_verdict(operation, parcel, verdict, answer)
    return None


def _settle_verdict(operation: Operation, parcel: Parcel, verdict: Verdict, answer: Any) -> None:
    message = parcel.leader
    if verdict is Verdict.HAPPENED:
        _succeed(operation, parcel, answer)
    elif verdict is Verdict.DID_NOT_HAPPEN and message.was_refused:
        refuse(parcel, message.reason, operation.advise(bol.Invalid(400)))
    elif verdict is Verdict.DID_NOT_HAPPEN and _may_repeat(operation, message):
        operation.withdraw(parcel.messages)
        settling.move_to_waiting(message, failed=True)
    else:
        _look_again(parcel)


def _look_again(parcel: Parcel) -> None:
    """Keep the outcome open, until bol will not tell any more: then a person has to find out."""
    if settling.is_overdue(parcel.leader):
        refuse(parcel, *explaining.nobody_knows())
    else:
        settling.look_again_later(parcel.leader)


def _may_repeat(operation: Operation, message: OutboxMessage) -> bool:
    return operation.effect is Effect.ABSOLUTE or settling.may_repeat(message)


def _settle_error(operation: Operation, parcel: Parcel, error: Exception) -> Advice | None:
    if isinstance(error, operations.Refused):
        refuse(parcel, error.reason, error.advice)
        return None
    if isinstance(error, operations.NothingSent):
        return _settle_bol_error(operation, parcel, error.error, Effect.READ)
    if isinstance(error, bol.BolError):
        effect = Effect.READ if parcel.is_verification else operation.effect
        return _settle_bol_error(operation, parcel, error, effect)
    give_up(parcel, error)
    return None


def _settle_bol_error(operation: Operation, parcel: Parcel, error: bol.BolError, effect: Effect) -> Advice:
    decision = bol.decide(error, effect, max(message.failures for message in parcel.messages))
    if decision.advice is Advice.OUTCOME_UNKNOWN and not parcel.is_verification:
        _leave_unconfirmed(parcel, error)
    elif parcel.is_verification:
        _look_again(parcel)
    elif decision.advice is Advice.NEEDS_PERSON:
        refuse(parcel, str(error), operation.advise(error), error)
    else:
        _send_later(operation, parcel, error, decision)
    return decision.advice


def _leave_unconfirmed(parcel: Parcel, error: bol.BolError) -> None:
    for message in parcel.messages:
        settling.move_to_unconfirmed(message, check_in=settling.FIRST_LOOK, reason=str(error))


def _send_later(operation: Operation, parcel: Parcel, error: bol.BolError, decision: bol.Decision) -> None:
    if _had_no_effect(error):
        operation.withdraw(parcel.messages)
    if isinstance(error, bol.TokenExpired):
        decision = bol.Decision(Advice.WAIT)  # with the next token, at once
    counts = decision.advice is Advice.TRY_LATER
    for message in parcel.messages:
        settling.move_to_waiting(
            message, wait=_spread(decision.wait or timedelta(0)), failed=counts, reason=str(error)
        )


def _had_no_effect(error: bol.BolError) -> bool:
    return not isinstance(error, bol.OutcomeUnknown | bol.Unavailable)


def _spread(wait: timedelta) -> timedelta:
    # Those who were refused together must not come back together.
    return wait * (1 + SAFETY_SHARE * random.random())  # noqa: S311 - not a secret
