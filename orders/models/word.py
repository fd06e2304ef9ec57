"""A word by which an order is found, so that a name is looked up among millions by an index."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order

LONGEST = 40


class OrderWord(models.Model):
    """A word of a name or company on an order, in plain capitals (orders.words)."""

    order = models.ForeignKey(Order, verbose_name=_("order"), on_delete=models.CASCADE, related_name="words")
    word = models.CharField(_("word"), max_length=LONGEST)

    class Meta:
        verbose_name = _("word of a name")
        verbose_name_plural = _("words of names")
        constraints = [models.UniqueConstraint(fields=["order", "word"], name="one_word_per_order")]
        indexes = [models.Index(fields=["word", "order"], name="order_word_found")]

    def __str__(self) -> str:
        return self.word
