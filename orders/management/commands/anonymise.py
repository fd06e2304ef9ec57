"""`manage.py anonymise`: the personal data of orders that are through goes now, as it does every night."""

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db.models import Model
from django.utils import timezone

from orders.models import Order, Return
from orders.personal_data.due import limit, orders_handled_before, returns_handled_before
from orders.personal_data.erasing import anonymise


class Command(BaseCommand):
    """Remove the personal data of orders handled more than PERSONAL_DATA_DAYS days ago."""

    help = "Remove names, addresses and other personal data of orders handled more than PERSONAL_DATA_DAYS days ago."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only count them")

    def handle(self, *args: Any, **options: Any) -> None:
        before = limit()
        if options["dry_run"]:
            orders, returns = (
                find(before).count() for find in (orders_handled_before, returns_handled_before)
            )
            said = "would be removed"
        else:
            orders, returns = _anonymise(before)
            said = "is removed"
        self.stdout.write(
            f"The personal data of {orders} orders and {returns} returns, handled more than "
            f"{settings.PERSONAL_DATA_DAYS} days ago (before {timezone.localtime(before).date()}), {said}."
        )
        self._tell_what_stays(before)

    def _tell_what_stays(self, before: datetime) -> None:
        older = Order.objects.filter(anonymised_at=None, placed_at__lt=before)
        count = older.exclude(pk__in=orders_handled_before(before).values("pk")).count()
        if count:
            self.stdout.write(
                f"{count} orders that were placed before that day keep theirs: they are open, were handled later, or "
                "something about them is not settled yet."
            )


def _anonymise(before: datetime) -> tuple[int, int]:
    done: Counter[type[Model]] = Counter()
    for model, count in anonymise(before):
        done[model] += count
    return done[Order], done[Return]
