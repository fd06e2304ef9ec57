"""The ways to reach people outside of the back office: e-mail, and a webhook in the form that Slack understands."""

from __future__ import annotations

from smtplib import SMTPException
from urllib.parse import urlsplit

import requests
from django.core.mail import EmailMessage

from connections.models import Notice

TIMEOUT = (3.05, 10)
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Undelivered(Exception):
    """A notice could not be handed over; the text says why."""


def deliver(notice: Notice) -> None:
    """Hand one notice over. Raises Undelivered."""
    {"email": _mail, "webhook": _post}[notice.channel](notice)


def _mail(notice: Notice) -> None:
    try:
        EmailMessage(notice.title, notice.text, to=[notice.recipient]).send()
    except (OSError, SMTPException) as error:
        raise Undelivered(f"{type(error).__name__}: {error}") from error


def _post(notice: Notice) -> None:
    address = urlsplit(notice.recipient)
    if address.scheme != "https" and address.hostname not in LOOPBACK:
        raise Undelivered("A webhook is only called over https.")
    body = {"text": f"{notice.title}\n{notice.text}"}
    try:
        answer = requests.post(notice.recipient, json=body, timeout=TIMEOUT, allow_redirects=False)
    except requests.RequestException as error:
        # The error's own text holds the address, which is a secret with most services.
        raise Undelivered(type(error).__name__) from None
    if not 200 <= answer.status_code < 300:
        raise Undelivered(f"HTTP {answer.status_code}")
