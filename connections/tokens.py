"""One access token per connection, shared by all workers and fetched by one of them at a time.

bol blocks the address of those who ask for tokens too often, so a token is kept until shortly before its end, and after
a failed attempt nobody asks again for a while.
"""

from __future__ import annotations

import time
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from connections import bol
from connections.models import AccessToken, Connection

RENEW_BEFORE_END = timedelta(seconds=60)
FETCH_LEASE = timedelta(seconds=30)
PAUSE_AFTER_FAILURE = timedelta(seconds=10)
PAUSE_AFTER_REFUSAL = timedelta(minutes=15)
PAUSE_AFTER_BLOCK = timedelta(minutes=5)
POLL_SECONDS = 0.1

_in_memory: dict[bol.Login, bol.AccessToken] = {}


class SharedToken:
    """The token source of one connection: memory first, then the database, then bol's login."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._login = bol.Login(connection.client_id, connection.client_secret, connection.login_url)

    def get(self) -> str:
        """Return a token that lasts for at least another minute."""
        remembered = _in_memory.get(self._login)
        if remembered and remembered.lasts(RENEW_BEFORE_END, timezone.now()):
            return remembered.value
        try:
            return self._share(rejected="")
        except bol.LoginUnavailable:
            return self._last_resort()

    def at_hand(self) -> str:
        """Return a token that is valid at the moment, without asking bol for one; "" where there is none."""
        row = AccessToken.objects.filter(connection=self._connection).first()
        if row is None or not row.value or row.expires_at is None or row.expires_at <= timezone.now():
            return ""
        return str(row.value)

    def renew(self, rejected: str) -> str:
        """Return another token than the one bol rejected; fetched once, whoever asks."""
        _in_memory.pop(self._login, None)
        return self._share(rejected)

    def _share(self, rejected: str) -> str:
        give_up_at = time.monotonic() + FETCH_LEASE.total_seconds()
        while time.monotonic() < give_up_at:
            row, _created = AccessToken.objects.get_or_create(connection=self._connection)
            if self._is_usable(row, rejected):
                return self._remember(bol.AccessToken(str(row.value), row.expires_at or timezone.now()))
            self._respect_pause(row)
            if self._claim_fetch(row):
                return self._fetch(row)
            time.sleep(POLL_SECONDS)
        raise bol.LoginUnavailable(_("Another worker has been fetching an access token for too long."))

    def _last_resort(self) -> str:
        """Return the old token while it lasts: a login that is down for a while then stops nothing."""
        row = AccessToken.objects.get(connection=self._connection)
        if row.value and row.expires_at and row.expires_at > timezone.now():
            return str(row.value)
        raise bol.LoginUnavailable(
            _("bol's login gives no access token at the moment; it is asked again soon.")
        )

    def _is_usable(self, row: AccessToken, rejected: str) -> bool:
        if not row.value or row.value == rejected or row.expires_at is None:
            return False
        return row.expires_at > timezone.now() + RENEW_BEFORE_END

    def _respect_pause(self, row: AccessToken) -> None:
        if row.not_before and row.not_before > timezone.now():
            raise bol.LoginUnavailable(
                _("bol's login failed a moment ago; it is asked again in a little while.")
            )

    def _claim_fetch(self, row: AccessToken) -> bool:
        now = timezone.now()
        free = Q(fetching_until=None) | Q(fetching_until__lt=now)
        # The row must still be as it was read: somebody may have fetched a token in between.
        unchanged = AccessToken.objects.filter(free, pk=row.pk, expires_at=row.expires_at)
        row.fetching_until = now + FETCH_LEASE
        return bool(unchanged.update(fetching_until=row.fetching_until))

    def _fetch(self, row: AccessToken) -> str:
        try:
            token = self._login.fetch_token()
        except bol.InvalidCredentials:
            self._stop_fetching(row, pause=PAUSE_AFTER_REFUSAL)
            raise
        except bol.AddressBlocked:
            self._stop_fetching(row, pause=PAUSE_AFTER_BLOCK)
            self._hold_back_the_others()
            raise
        except bol.BolError:
            self._stop_fetching(row, pause=PAUSE_AFTER_FAILURE)
            raise
        row.value, row.expires_at, row.fetching_until, row.not_before = (
            token.value,
            token.expires_at,
            None,
            None,
        )
        row.save(update_fields=["value", "expires_at", "fetching_until", "not_before"])
        return self._remember(token)

    def _stop_fetching(self, row: AccessToken, pause: timedelta) -> None:
        # Only our own attempt: new credentials may have made a row of their own in the meantime.
        ours = AccessToken.objects.filter(pk=row.pk, fetching_until=row.fetching_until)
        ours.update(fetching_until=None, not_before=timezone.now() + pause)

    def _hold_back_the_others(self) -> None:
        """Let nobody else ask this login for a while: bol blocked our address, whoever asks."""
        others = Connection.objects.filter(login_url=self._connection.login_url)
        AccessToken.objects.bulk_create(
            [AccessToken(connection=connection) for connection in others], ignore_conflicts=True
        )
        AccessToken.objects.filter(connection__in=others).update(
            not_before=timezone.now() + PAUSE_AFTER_BLOCK
        )

    def _remember(self, token: bol.AccessToken) -> str:
        _in_memory[self._login] = token
        return token.value


def forget(connection: Connection) -> None:
    """Drop the token and any pause, as after new credentials were entered."""
    AccessToken.objects.filter(connection=connection).delete()
