"""Reads what bol keeps for an account and offers refer to, and knows what of it offers can rely on."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, Model, OuterRef, TextField, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone
from django.utils.translation import gettext as _

from connections import bol
from connections.clients import client_for
from connections.flows import Report
from connections.models import Connection, Flow
from offers.models import DeliveryProfile, EconomicOperator, Offer, OfferQuerySet, OperatorStatus

logger = logging.getLogger(__name__)

FLOW = "offer-settings"
# What an account may not do, or an API that is not there: no reason to stop the traffic of the whole connection.
REFUSALS = (bol.Forbidden, bol.NotFound, bol.Unsupported)


class SettingsRefused(bol.BolError):
    """bol does not let this account read something that the account can live without."""


def read_settings(connection: Connection, flow: Flow) -> Report:
    """Store the economic operators and delivery profiles of a connection; what bol does not list any more is marked.

    Profiles that the account may not read are left as they are. Raises SettingsRefused where it may not read operators:
    then nobody knows which offers lack a valid one.
    """
    report = Report()
    with client_for(connection) as client:
        refusal = _read(
            report,
            "operators",
            lambda: _store_operators(connection, list(client.economic_operators.iterate())),
        )
        _read(report, "profiles", lambda: _store_profiles(connection, client.delivery_profiles.list()))
    if refusal:
        raise SettingsRefused(
            _("bol does not show this account its economic operators: “%(refusal)s”. What was read is kept.")
            % {"refusal": refusal}
        )
    return report


def without_valid_operator() -> OfferQuerySet:
    """Return the offers that bol may take offline for want of a valid economic operator.

    An offer of ours that names none has the one that bol confirmed or shows. Connections whose operators were never
    read are left out: nothing is known of them.
    """
    read = Flow.objects.filter(kind=FLOW, connection=OuterRef("project__connection")).exclude(
        last_success_at=None
    )
    valid = EconomicOperator.objects.filter(
        connection=OuterRef("project__connection"),
        operator_id=OuterRef("operator_in_force"),
        status=OperatorStatus.VALID,
        gone_at=None,
    )
    offers = Offer.objects.published().filter(gone_at=None, project__is_active=True)
    return offers.filter(Exists(read)).annotate(operator_in_force=_operator_in_force()).exclude(Exists(valid))


def _operator_in_force() -> Any:
    return Coalesce(
        NullIf(F("economic_operator_id"), Value("")),
        KT("known_details__economic_operator_id"),
        KT("observed__details__economic_operator_id"),
        Value(""),
        output_field=TextField(),
    )


def _read(report: Report, name: str, read: Callable[[], int]) -> str:
    """Read one kind of setting; return what bol said where it refuses."""
    try:
        report.count(name, read())
    except REFUSALS as refusal:
        report.count(f"{name} refused")
        logger.warning("bol refuses the %s: %s", name, refusal)
        return str(refusal)
    return ""


def _store_operators(connection: Connection, found: Iterable[bol.EconomicOperator]) -> int:
    now = timezone.now()
    rows = [
        EconomicOperator(
            connection=connection,
            operator_id=operator.operator_id,
            name=operator.name[:200],
            status=operator.status[:20],
            address=_address(operator),
            read_at=now,
        )
        for operator in found
    ]
    return _store(EconomicOperator, connection, rows, "operator_id", ["name", "status", "address"])


def _store_profiles(connection: Connection, found: Iterable[bol.DeliveryProfile]) -> int:
    now = timezone.now()
    rows = [
        DeliveryProfile(
            connection=connection,
            profile_id=profile.profile_id,
            name=profile.name[:200],
            is_default=profile.is_default,
            read_at=now,
        )
        for profile in found
    ]
    return _store(DeliveryProfile, connection, rows, "profile_id", ["name", "is_default"])


@transaction.atomic
def _store(kind: Any, connection: Connection, rows: list[Any], key: str, fields: list[str]) -> int:
    """Make the rows of a connection equal to what bol lists; those it lists no more are marked as gone."""
    unique: dict[str, Model] = {getattr(row, key): row for row in rows}
    kind.objects.bulk_create(
        unique.values(),
        update_conflicts=True,
        unique_fields=["connection", key],
        update_fields=[*fields, "read_at", "gone_at"],
    )
    known = kind.objects.filter(connection=connection, gone_at=None)
    known.exclude(**{f"{key}__in": list(unique)}).update(gone_at=timezone.now())
    return len(unique)


def _address(operator: bol.EconomicOperator) -> str:
    at = operator.address
    if at is None:
        return ""
    lines = [
        (at.street, at.house_number),
        (at.additional_address_info,),
        (at.postal_code, at.city),
        (at.country,),
    ]
    return "\n".join(filter(None, (" ".join(filter(None, line)) for line in lines)))
