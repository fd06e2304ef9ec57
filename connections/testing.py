"""Tries a connection: one token and a few reads, each with what it means. Changes nothing at bol and nothing here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from connections import bol, explaining
from connections.clients import client_for
from connections.models import Connection, OffersApi


@dataclass(frozen=True)
class Finding:
    """What was tried, whether it worked, and bol's words or the next step."""

    title: str
    is_fine: bool
    text: str


def try_connection(connection: Connection) -> list[Finding]:
    """Log in and read what the back office reads; the first login that fails ends it. Does HTTP."""
    findings: list[Finding] = []
    with client_for(connection) as client:
        for title, read in _reads(connection, client):
            finding = _try(title, read)
            findings.append(finding)
            if not findings[0].is_fine:
                break
    return findings


def _reads(connection: Connection, client: bol.Client) -> list[tuple[str, Callable[[], str]]]:
    reads = [
        (_("Log in"), lambda: _account(client)),
        (_("Read orders"), lambda: _some(client.orders.list())),
        (_("Read returns"), lambda: _some(client.returns.list())),
    ]
    if connection.offers_api == OffersApi.V11:
        reads.append((_("Read offers"), lambda: _some(client.offers.list().offers)))
    return reads


def _try(title: str, read: Callable[[], str]) -> Finding:
    try:
        return Finding(title, True, read())
    except bol.InvalidCredentials as error:
        advice = _("Enter the right client ID and secret, from bol's partner platform, under API settings.")
        return Finding(title, False, f"“{error}” {advice}")
    except bol.Forbidden as error:
        advice = _("Ask bol's partner service whether the account is active and has access to the API.")
        return Finding(title, False, f"“{error}” {advice}")
    except bol.ApiError as error:
        return Finding(title, False, f"“{error}” {explaining.advice_for(error)}")
    except bol.BolError as error:
        advice = _("bol could not be reached as it should: try again in a minute.")
        return Finding(title, False, f"“{error}” {advice}")


def _account(client: bol.Client) -> str:
    account = client.retailers.get()
    return _("bol knows this account as %(name)s (%(id)s).") % {
        "name": account.display_name or account.retailer_id,
        "id": account.retailer_id,
    }


def _some(found: Any) -> str:
    return _("It works.") if found else _("It works; there is nothing to see at the moment.")
