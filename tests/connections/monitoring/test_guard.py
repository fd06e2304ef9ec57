"""`manage.py guard` fails a deploy that changed what no person changed; `manage.py watch` says what is wrong."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from django_q.models import Schedule

from connections import services
from connections.models import Flow

pytestmark = pytest.mark.django_db

STOP = (
    "UPDATE connections_connection SET status = 'paused', status_reason = 'x', status_changed_by_name = 'x' "
    "WHERE offers_api = 'v10'"
)


@pytest.fixture
def before(shop, open_shop, tmp_path):
    """A snapshot of a shop of each kind."""
    open_shop("Old shop", offers_api="v10")
    file = tmp_path / "before.json"
    call_command("guard", "snapshot", str(file), stdout=StringIO())
    return file


def compare(file) -> str:
    out = StringIO()
    call_command("guard", "compare", str(file), stdout=out)
    return out.getvalue()


def test_a_deploy_that_changed_nothing_passes(before):
    assert "Everything stands as before" in compare(before)


@pytest.mark.parametrize(
    "statement",
    [
        STOP,
        "UPDATE connections_connection SET is_live = false WHERE offers_api = 'v10'",
        "UPDATE connections_connection SET offers_api = 'v11' WHERE offers_api = 'v10'",
    ],
)
def test_a_deploy_that_changed_a_kind_of_connections_fails(before, statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)

    out = StringIO()
    with pytest.raises(CommandError, match="1 differences that nobody made"):
        call_command("guard", "compare", str(before), stdout=out)
    assert "Old shop (v10)" in out.getvalue()
    assert "Nobody changed it." in out.getvalue()


def test_a_person_may_pause_a_connection_meanwhile(before, shop, staff):
    services.pause(shop, "stocktaking", by=staff)

    assert "Test shop (v11): was Active, sends to bol, v11, is Paused, sends to bol, v11. staff" in compare(
        before
    )


def test_a_timetable_that_lost_a_line_fails(before):
    Schedule.objects.filter(name="backoffice: wake flows").delete()

    with pytest.raises(CommandError, match="1 differences"):
        compare(before)


@pytest.mark.parametrize("text", ["", "{}", '{"version": 99}', "[]"])
def test_a_file_that_is_no_snapshot_is_refused(before, text):
    before.write_text(text)

    with pytest.raises(CommandError, match="is no snapshot"):
        compare(before)


def test_watch_once_says_what_is_wrong_and_ends_with_1(shop):
    Flow.objects.filter(kind="orders").update(last_success_at=timezone.now() - timedelta(hours=1))

    out = StringIO()
    with pytest.raises(SystemExit) as ending:
        call_command("watch", "--once", "--json", stdout=out)

    [alert] = json.loads(out.getvalue())["alerts"]
    assert (alert["rule"], alert["connection"], alert["urgent"]) == ("FlowStale", "Test shop", True)
    assert ending.value.code == 1


def test_watch_once_ends_with_0_when_nothing_is_wrong(shop):
    out = StringIO()
    with pytest.raises(SystemExit) as ending:
        call_command("watch", "--once", stdout=out)

    assert out.getvalue().strip() == "Nothing is wrong."
    assert ending.value.code == 0
