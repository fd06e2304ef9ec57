"""The commands about connections, as a person or a script calls them."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command

from connections.models import Connection

pytestmark = pytest.mark.django_db(transaction=True)


def run(*arguments: str, **options) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()


def test_a_connection_is_added_read_only(monkeypatch):
    monkeypatch.setenv("BOL_CLIENT_SECRET", "very-secret")

    printed = run("add_connection", "My shop", client_id="id")

    connection = Connection.objects.get()
    assert (connection.is_live, connection.client_secret) == (False, "very-secret")
    assert connection.api_url == "https://api.bol.com"
    assert "read only" in printed
    assert "very-secret" not in printed


def test_the_secret_can_come_from_standard_input(monkeypatch):
    monkeypatch.delenv("BOL_CLIENT_SECRET", raising=False)
    monkeypatch.setattr("sys.stdin", io.StringIO("from-a-pipe\n"))

    run("add_connection", "My shop", client_id="id", live=True)

    assert (Connection.objects.get().client_secret, Connection.objects.get().is_live) == ("from-a-pipe", True)


def test_without_a_secret_nothing_is_added(monkeypatch):
    monkeypatch.delenv("BOL_CLIENT_SECRET", raising=False)
    monkeypatch.setattr("sys.stdin", io.StringIO(""))

    with pytest.raises(CommandError, match="No client secret"):
        run("add_connection", "My shop", client_id="id")
    assert not Connection.objects.exists()


def test_the_secret_is_not_sent_to_just_any_address(monkeypatch):
    monkeypatch.setenv("BOL_CLIENT_SECRET", "very-secret")

    with pytest.raises(CommandError, match="neither bol"):
        run("add_connection", "My shop", client_id="id", api_url="https://api.bol.com.example.test")
    with pytest.raises(CommandError, match="neither bol"):
        run("add_connection", "My shop", client_id="id", api_url="http://api.bol.com")
    assert not Connection.objects.exists()


def test_a_flow_tells_scripts_what_it_did(connection):
    printed = json.loads(run("run_flow", "orders", "--json"))

    assert printed["flow"] == "orders"
    assert printed["connections"][0] | {"counts": {}} == {
        "connection": "Test shop",
        "counts": {},
        "skipped": "",
        "error": "",
    }


def test_an_unknown_flow_names_those_that_exist(connection):
    with pytest.raises(CommandError, match=r"no flow “shipmints”.*orders.*outbox"):
        run("run_flow", "shipmints")


def test_an_unknown_connection_names_those_that_exist(connection):
    with pytest.raises(CommandError, match=r"no connection “Other”\. Connections: Test shop"):
        run("run_flow", "orders", connection="Other")


def test_a_refused_secret_ends_with_an_error_in_bols_words(make_connection, sandbox):
    sandbox.add_retailer("test-shop", "right")
    make_connection(client_secret="wrong")
    out = io.StringIO()

    with pytest.raises(CommandError):
        call_command("run_flow", "orders", stdout=out)

    assert "Bad client credentials" in out.getvalue()
