"""Rows are numbered for ever: no table of ours runs out of numbers."""

from __future__ import annotations

from django.apps import apps
from django.db import models

OURS = ("connections", "offers", "orders")


def test_every_table_of_ours_has_numbers_of_64_bits() -> None:
    keys = {
        model.__name__: model._meta.pk for label in OURS for model in apps.get_app_config(label).get_models()
    }
    own = {name: key for name, key in keys.items() if not key.is_relation}
    narrow = [
        name
        for name, key in own.items()
        if isinstance(key, models.IntegerField)
        and not isinstance(key, models.BigAutoField | models.BigIntegerField)
    ]

    assert len(own) > 20
    assert narrow == []
