"""The queue can live in Redis: the same doorbell, answered all the same."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import uuid4

import pytest
import redis
from django.db import connection as database

from tests.processes import installation, wait_until

URL = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")


def is_there() -> bool:
    try:
        with redis.Redis.from_url(URL, socket_connect_timeout=1) as server:
            return bool(server.ping())
    except redis.RedisError:
        return False


pytestmark = [
    pytest.mark.processes,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not is_there(), reason=f"no Redis answers at {URL}"),
    pytest.mark.skipif(
        database.vendor != "sqlite", reason="about the queue, not the database: once is enough"
    ),
]


def test_a_task_queued_in_redis_is_done(tmp_path: Path):
    with installation(tmp_path, Q_BROKER="redis", REDIS_URL=URL, Q_NAME=f"test-{uuid4().hex}") as shop:
        place = tmp_path / "done"
        shop.start("qcluster")

        shop.shell(f"from django_q.tasks import async_task\nresult = async_task('os.mkdir', {str(place)!r})")

        assert wait_until(place.is_dir, 30)
        assert shop.shell("from django_q.models import OrmQ\nresult = OrmQ.objects.count()") == 0
