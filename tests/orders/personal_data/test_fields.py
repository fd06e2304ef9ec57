"""No text of the orders app is forgotten when customers are: each is in the list, as kept or as erased."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import models

from orders.personal_data.fields import HOLDINGS
from tests.orders.personal_data.conftest import COMPANY, PERSON

TEXTS = (
    models.CharField,
    models.TextField,
    models.JSONField,
    models.BinaryField,
    models.FileField,
    models.GenericIPAddressField,
)


@pytest.mark.parametrize(
    "model", list(apps.get_app_config("orders").get_models()), ids=lambda model: model.__name__
)
def test_every_text_of_a_model_is_either_kept_or_erased(model):
    texts = {field.name for field in model._meta.local_fields if isinstance(field, TEXTS)}
    listed = [holding for holding in HOLDINGS if holding.model is model]

    told = {name for holding in listed for name in (*holding.kept, *holding.erased)}
    if any(holding.is_removed for holding in listed):
        told = texts

    assert told == texts, (
        f"orders/personal_data/fields.py: say of each text of {model.__name__} whether it stays"
    )
    assert not [holding for holding in listed if holding.kept & holding.erased.keys()]
    assert all(holding.root for holding in listed if holding.erased or holding.is_removed), (
        "what belongs to nothing is never erased"
    )


def test_each_way_to_erase_leaves_nothing_for_a_second_time():
    details = PERSON | COMPANY | {"countryCode": "NL", "vatNumber": "NL1"}
    for holding in HOLDINGS:
        for name, erase in holding.erased.items():
            value = details if name.endswith("details") else "something"
            assert erase(erase(value)) == erase(value)


def test_what_the_outbox_calls_a_row_is_what_the_row_calls_itself():
    for holding in HOLDINGS:
        if holding.subject:
            assert holding.model(pk=7).subject == f"{holding.subject}:7"
        else:
            assert not hasattr(holding.model, "subject"), holding.model
