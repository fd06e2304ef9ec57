"""The token endpoint: client credentials for a bearer token that lasts 299 seconds."""

from __future__ import annotations

import hashlib
import hmac

from connections.bol.sandbox.entities import Retailer
from connections.bol.sandbox.state import State
from connections.bol.sandbox.web.answers import JSON, Answer
from connections.bol.sandbox.web.calls import Call, route

FIRST_RETAILER_ID = 1_700_000
NO_SECRET_YET = ""


def register(state: State, client_id: str, client_secret: str) -> Retailer:
    """Make an account known, or give a known one another secret."""
    retailer = state.retailers.get(client_id)
    if retailer is None:
        number = FIRST_RETAILER_ID + state.next_number("retailer")
        retailer = state.retailers[client_id] = Retailer(client_id, NO_SECRET_YET, number)
    retailer.secret_digest = _digest(client_secret)
    return retailer


def introduce(state: State, client_id: str) -> None:
    """Make an account known whose secret will be the first one that it presents."""
    if client_id not in state.retailers:
        register(state, client_id, "").secret_digest = NO_SECRET_YET


def _digest(client_secret: str) -> str:
    return hashlib.sha256(client_secret.encode()).hexdigest()


def issue_token(call: Call) -> Answer:
    """Answer a token, 400 for a request of another form, or 401 for credentials that are wrong."""
    call.state.counters["token requests"] += 1
    if call.request.args or call.request.form.get("grant_type") != "client_credentials":
        return _refuse(400, "invalid_request", "Expected grant_type=client_credentials in the form body")
    retailer = _log_in(call)
    if retailer is None:
        return _refuse(401, "invalid_client", "Bad client credentials")
    lifetime = call.state.options.token_lifetime
    token = call.state.tokens.issue(retailer.client_id, lifetime)
    call.state.counters["tokens issued"] += 1
    body = {"access_token": token, "token_type": "Bearer", "expires_in": int(lifetime.total_seconds())}
    return Answer(200, body | {"scope": "RETAILER"}, JSON)


def _log_in(call: Call) -> Retailer | None:
    credentials = call.request.authorization
    if credentials is None or credentials.type != "basic":
        return None
    client_id, secret = credentials.username or "", credentials.password or ""
    if not client_id or not secret:
        return None
    retailer = call.state.retailers.get(client_id)
    if retailer is None or retailer.secret_digest == NO_SECRET_YET:
        return None if call.state.options.strict else register(call.state, client_id, secret)
    return retailer if hmac.compare_digest(retailer.secret_digest, _digest(secret)) else None


def _refuse(status: int, error: str, description: str) -> Answer:
    return Answer(status, {"error": error, "error_description": description}, JSON)


ROUTES = [route("POST", "/token", issue_token, JSON)]
