"""Connections that know whether a request left, and that no answer can hold longer than a deadline.

A read timeout alone restarts with every byte, so a server that trickles would hold a worker for ever. And a TLS failure
while connecting looks like one while reading, although only the first is safe to repeat.
"""

from __future__ import annotations

import http.client
import io
import socket
import time
from datetime import timedelta
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NewConnectionError

CONNECT_TIMEOUT = timedelta(seconds=3)
READ_TIMEOUT = timedelta(seconds=10)
ANSWER_DEADLINE = timedelta(seconds=30)


class _ClockedReader(io.RawIOBase):
    """Reads from a socket until the deadline, however often a byte arrives before the read timeout."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        self._raw = raw
        self._sock = sock
        self._read_timeout = sock.gettimeout() or READ_TIMEOUT.total_seconds()
        self._ends_at = time.monotonic() + ANSWER_DEADLINE.total_seconds()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError("The answer was not complete before the deadline")
        self._sock.settimeout(min(left, self._read_timeout))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _ClockedAnswer(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_ClockedReader(self.fp.detach(), sock))


class _Connection(HTTPConnection):
    response_class = _ClockedAnswer


class _SecureConnection(HTTPSConnection):
    response_class = _ClockedAnswer

    def connect(self) -> None:
        try:
            super().connect()
        except OSError as error:  # ssl.SSLError and a timeout of the handshake are OSErrors
            raise NewConnectionError(self, f"No secure connection: {error}") from error


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}


def make_session(pool_size: int) -> requests.Session:
    """Make a session for up to `pool_size` threads at once, shared by any number of accounts.

    It retries nothing, keeps no cookies and ignores proxies and credentials in the environment. Close it after use.
    """
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    adapter = _Adapter(pool_maxsize=pool_size, pool_block=True, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session
