"""The address to which bol posts: what is bol's is stored, everything else is refused, counted and forgotten."""

from __future__ import annotations

import gzip
import json
import logging
from datetime import timedelta
from ipaddress import ip_network
from threading import Thread

import pytest
from django.db import OperationalError
from django.db import connection as database
from django.db import connections as databases
from django.test import Client
from django.utils import timezone
from django_q.models import OrmQ

from connections import flows, housekeeping
from connections.models import Connection, Flow, Notification, NotificationRefusal, SignatureKeys
from tests.posting import KEY, NOON, RETAILER_ID, STRANGERS_KEY, Post, make_ready, public_of, sign, told

CREATED = told("ORDER", "ORDER_CREATED", "A1")


@pytest.fixture
def shop(db) -> Connection:
    shop = Connection.objects.create(name="Shop", client_id="id", client_secret="secret")
    make_ready(shop)
    return shop


@pytest.fixture
def post(shop: Connection) -> Post:
    return Post(shop, Client(enforce_csrf_checks=True))


def refusals() -> dict[str, int]:
    return dict(NotificationRefusal.objects.values_list("reason", "count"))


def ask_for_nothing(shop: Connection) -> bool:
    return not Flow.objects.filter(connection=shop, kind="subscriptions", rung_at__isnull=False).exists()


def test_what_bol_posts_is_stored_and_looked_up_soon(post, shop):
    assert post(CREATED) == 200

    stored = Notification.objects.get()
    assert (stored.connection, stored.state) == (shop, Notification.State.WAITING)
    assert (stored.resource, stored.event_type, stored.resource_id) == ("ORDER", "ORDER_CREATED", "A1")
    assert stored.happened_at == NOON
    assert refusals() == {}


@pytest.mark.django_db(transaction=True)
def test_a_worker_is_rung_once_for_many(shop):
    post = Post(shop, Client())

    for number in range(3):
        post(told("ORDER", "ORDER_CREATED", f"A{number}"))

    assert [task.task["args"] for task in OrmQ.objects.all()] == [(shop.pk, "notifications")]


def test_no_cookie_is_set_and_nothing_is_said(post):
    answer = post.client.post(
        post.address, CREATED, content_type="application/json", headers={"Signature": sign(KEY, CREATED)}
    )

    assert (answer.content, dict(answer.cookies)) == (b"", {})


def test_the_same_one_in_any_spelling_is_one(post):
    event = {"resource": "ORDER", "type": "ORDER_CREATED", "resourceId": "A1"}
    spellings = [
        {"retailerId": int(RETAILER_ID), "timestamp": "2026-11-02T12:00:00Z", "event": event},
        {"retailerId": RETAILER_ID, "timestamp": "2026-11-02T13:00:00+01:00", "event": event},
        {
            "retailerId": RETAILER_ID,
            "timeStamp": 1793620800000,
            "event": event | {"metadata": {}, "links": []},
        },
    ]

    assert [post(json.dumps(spelling).encode()) for spelling in spellings * 2] == [200] * 6
    assert Notification.objects.count() == 1


def test_a_later_event_of_the_same_kind_is_another_one(post):
    post(CREATED)
    post(told("ORDER", "ORDER_CREATED", "A1", at=NOON + timedelta(seconds=1)))
    post(told("ORDER", "ORDER_ITEM_CANCELLATION_REQUEST", "A1"))

    assert Notification.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_ten_at_the_same_moment_are_one(shop):
    statuses: list[int] = []

    def post_in_thread() -> None:
        try:
            statuses.append(Post(shop, Client())(CREATED))
        finally:
            databases.close_all()

    threads = [Thread(target=post_in_thread) for _each in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert statuses == [200] * 10
    assert Notification.objects.count() == 1


# What is not bol's


@pytest.mark.parametrize(
    ("signature", "reason"),
    [
        ("", "not-signed"),
        ("nonsense", "not-signed"),
        (sign(KEY, CREATED).replace("rsa-sha256", "hmac-sha256"), "not-signed"),
        (sign(STRANGERS_KEY, CREATED), "wrong-signature"),
        (sign(KEY, CREATED + b" "), "wrong-signature"),
        (sign(STRANGERS_KEY, CREATED, key_id="7"), "unknown-key"),
    ],
)
def test_a_forged_one_is_refused_and_counted(post, signature, reason):
    assert [post(CREATED, signature) for _each in range(3)] == [401] * 3

    assert refusals() == {reason: 3}
    assert not Notification.objects.exists()


def test_one_changed_byte_is_refused(post):
    body = CREATED.replace(b"A1", b"A2")

    assert post(body, sign(KEY, CREATED)) == 401
    assert refusals() == {"wrong-signature": 1}


def test_what_bol_posted_to_another_retailer_is_none_of_ours(post):
    assert post(told("ORDER", "ORDER_CREATED", "A1", retailerId=1234567)) == 403

    assert refusals() == {"other-retailer": 1}
    assert not Notification.objects.exists()


def test_each_connection_takes_its_own_only(post, shop):
    other = Connection.objects.create(name="Other", client_id="other", retailer_id="1700002")
    SignatureKeys.objects.create(connection=other, keys={"0": public_of(KEY)}, read_at=timezone.now())

    assert Post(other, Client())(CREATED) == 403
    assert NotificationRefusal.objects.get().connection == other


def test_an_address_that_nobody_was_given_is_not_there(post):
    assert post.client.post("/bol/notifications/guess/", CREATED, "application/json").status_code == 404
    assert refusals() == {}


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "head", "options"])
def test_only_a_post_is_understood(post, method):
    assert getattr(post.client, method)(post.address).status_code == 405


def test_the_largest_body_fits_and_no_more(post):
    empty = told("ORDER", "ORDER_CREATED", "A1", extra="")
    fits = told("ORDER", "ORDER_CREATED", "A1", extra="x" * (64 * 1024 - len(empty)))

    assert (len(fits), post(fits)) == (64 * 1024, 200)
    assert post(fits + b" ") == 413
    assert post(b"[" * 10_000_000) == 413
    assert refusals() == {"too-large": 2}


def test_a_body_of_unknown_length_is_not_read(post, shop):
    answer = post.client.generic("POST", post.address, CREATED, "application/json", CONTENT_LENGTH="")

    assert answer.status_code == 413


@pytest.mark.parametrize(
    "media_type",
    [
        "application/json",
        "application/json; charset=utf-8",
        "application/vnd.retailer.v10+json",
        "text/plain",
    ],
)
def test_whatever_may_be_json_is_read(post, media_type):
    assert post(CREATED, content_type=media_type) == 200


@pytest.mark.parametrize(
    "media_type",
    ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/html", "image/png"],
)
def test_what_is_no_json_is_not_read(post, media_type):
    assert post(CREATED, content_type=media_type) == 415
    assert refusals() == {"media-type": 1}


def test_what_is_packed_is_not_unpacked(post):
    packed = gzip.compress(CREATED)

    assert post(packed, headers={"Signature": sign(KEY, packed), "Content-Encoding": "gzip"}) == 415


@pytest.mark.parametrize("body", [b"[" * 10_000 + b"]" * 10_000, b"[]", b"{}", b"\xff"])
def test_what_bol_signs_and_nobody_understands_is_counted_and_not_asked_for_again(post, body):
    assert post(body) == 200

    assert refusals() == {"not-understood": 1}
    assert not Notification.objects.exists()


# From where


def test_only_named_networks_may_post_where_some_are_named(post, settings):
    settings.BOL_NOTIFICATION_NETWORKS = [ip_network("198.51.100.0/24"), ip_network("2001:db8::/32")]

    assert post(CREATED, REMOTE_ADDR="203.0.113.9") == 403
    assert post(CREATED, REMOTE_ADDR="198.51.100.7") == 200
    assert post(CREATED, REMOTE_ADDR="2001:db8::1") == 200
    assert refusals() == {"network": 1}


@pytest.mark.parametrize(
    ("forwarded", "status"),
    [
        ("198.51.100.7", 200),
        ("198.51.100.7, 203.0.113.9", 403),
        ("203.0.113.9, 198.51.100.7", 200),
        ("x", 403),
    ],
)
def test_behind_a_proxy_of_our_own_its_word_counts_and_no_other(post, settings, forwarded, status):
    settings.BOL_NOTIFICATION_NETWORKS = [ip_network("198.51.100.0/24")]
    settings.PROXIES_IN_FRONT = 1
    headers = {"Signature": sign(KEY, CREATED), "X-Forwarded-For": forwarded}

    assert post(CREATED, headers=headers, REMOTE_ADDR="127.0.0.1") == status


def test_without_a_proxy_nobodys_word_counts(post, settings):
    settings.BOL_NOTIFICATION_NETWORKS = [ip_network("198.51.100.0/24")]
    headers = {"Signature": sign(KEY, CREATED), "X-Forwarded-For": "198.51.100.7"}

    assert post(CREATED, headers=headers, REMOTE_ADDR="203.0.113.9") == 403


# Keys


def test_fresh_keys_are_not_read_again_for_a_forger(post, shop):
    for number in range(20):
        assert post(CREATED, sign(STRANGERS_KEY, CREATED, key_id=str(number + 1))) == 401

    assert refusals() == {"unknown-key": 20}
    assert ask_for_nothing(shop)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("key_id", "reason"), [("7", "new-key"), ("0", "wrong-signature")])
def test_a_flood_has_older_keys_read_once(shop, key_id, reason):
    post = Post(shop, Client())
    SignatureKeys.objects.update(read_at=timezone.now() - timedelta(hours=1))

    statuses = {post(CREATED, sign(STRANGERS_KEY, CREATED, key_id)) for _each in range(20)}

    assert statuses == {401}
    assert refusals() == {reason: 20}
    assert [task.task["args"] for task in OrmQ.objects.all()] == [(shop.pk, "subscriptions")]
    first_wanted = SignatureKeys.objects.get().wanted_at
    Flow.objects.update(rung_at=None)
    post(CREATED, sign(STRANGERS_KEY, CREATED, key_id))
    assert SignatureKeys.objects.get().wanted_at == first_wanted
    assert OrmQ.objects.count() == 1, "and not again for ten minutes"


def test_before_our_number_is_known_bol_is_asked_to_come_again(post, shop):
    Connection.objects.update(retailer_id="")

    assert post(CREATED) == 503

    assert refusals() == {"not-ready": 1}
    assert not Notification.objects.exists()
    assert not ask_for_nothing(shop)


# What else


def test_a_connection_that_stands_still_takes_in_all_the_same(post, shop, staff):
    shop.pause("stocktaking", by=staff)

    assert post(CREATED) == 200
    assert flows.run(shop, "notifications").skipped
    assert Notification.objects.get().state == Notification.State.WAITING


def test_a_database_that_is_away_has_bol_come_again(post):
    with database.execute_wrapper(_broken):
        assert post(CREATED) == 503


def _broken(*_args):
    raise OperationalError("the disk is full")


def test_nothing_of_a_refused_one_is_logged_or_kept(post, caplog):
    canary = told("ORDER", "CANARY123", "CANARY123")

    with caplog.at_level(logging.DEBUG):
        post(canary, sign(STRANGERS_KEY, canary))
        post(b"CANARY123")
        post(canary + b" ", sign(KEY, canary))

    assert "CANARY123" not in caplog.text
    with database.cursor() as cursor:
        for table in database.introspection.table_names():
            cursor.execute(f"SELECT * FROM {table}")  # noqa: S608 - a name from the database itself
            assert "CANARY123" not in str(cursor.fetchall()), table


def test_a_stored_one_costs_few_queries(post, django_assert_max_num_queries):
    post(told("ORDER", "ORDER_CREATED", "A0"))
    with django_assert_max_num_queries(8):
        post(CREATED)
    with django_assert_max_num_queries(3):
        post(CREATED)


def test_old_ones_go_and_waiting_ones_stay(post):
    for number in range(3):
        post(told("ORDER", "ORDER_CREATED", f"A{number}"))
    Notification.objects.update(received_at=timezone.now() - timedelta(days=15))
    Notification.objects.filter(resource_id__in=["A0", "A1"]).update(state=Notification.State.DONE)
    Notification.objects.filter(resource_id="A1").update(received_at=timezone.now() - timedelta(days=13))

    assert housekeeping.prune()["notifications"] == 1

    assert set(Notification.objects.values_list("resource_id", flat=True)) == {"A1", "A2"}
