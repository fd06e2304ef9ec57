"""A product for sale in a project: what we want, what bol confirmed, what bol says now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from offers import delta, rules, state, wanting
from offers.choices import STATUS_COLOURS, Condition, Countries, DeliveryCode, FulfilmentMethod, OfferStatus
from offers.delta import Known
from offers.models.fields import WANTED_FIELDS
from offers.models.product import Product
from offers.models.project import Project
from offers.state import DETAILS, PRICE, STOCK, Component, State
from offers.status import Facts, status_of


class OfferQuerySet(models.QuerySet["Offer"]):
    def published(self) -> OfferQuerySet:
        return self.exclude(offer_id="")

    def due_for_release(self) -> OfferQuerySet:
        """Offers on hold until a moment that has come."""
        return self.filter(on_hold=True, hold_until__lte=timezone.now())

    def locked(self) -> OfferQuerySet:
        """Lock these offers until the end of the transaction and return them as they are by then, with everything.

        Locking and reading are two statements: one that waits for a lock returns joined rows as they were before.
        The order is the same everywhere, so that two who lock the same offers never wait for each other.
        """
        keys = list(self.order_by("pk").select_for_update().values_list("pk", flat=True))
        return Offer.objects.with_all().filter(pk__in=keys).order_by("pk")

    def with_all(self) -> OfferQuerySet:
        """Offers with everything that decides what is sent about them."""
        return self.select_related("product", "project__connection")


class Offer(models.Model):
    """A product in a project in a condition.

    Fields of `WANTED_FIELDS` are what a person or a spreadsheet decides. `known_*` is what bol last confirmed, in the
    canonical form of offers.state (null: bol has nothing); a component in doubt may have changed at bol without our
    having heard of it. `observed` is what bol says when asked.
    """

    Status = OfferStatus
    STATUS_COLOURS = STATUS_COLOURS

    project = models.ForeignKey(
        Project, verbose_name=_("project"), on_delete=models.PROTECT, related_name="offers"
    )
    product = models.ForeignKey(
        Product, verbose_name=_("product"), on_delete=models.PROTECT, related_name="offers"
    )
    condition = models.CharField(
        _("condition"), max_length=20, choices=Condition.choices, default=Condition.NEW
    )

    # Wanted
    price = models.DecimalField(
        _("price"),
        max_digits=6,
        decimal_places=2,
        validators=[rules.validate_price],
        help_text=_("In euros, VAT included, from 1 to 9999."),
    )
    # Cheaper per piece from a quantity on: [{"quantity": 6, "unit_price": "11.00"}, ...], without the price of one.
    volume_prices = models.JSONField(
        _("volume prices"),
        default=list,
        blank=True,
        help_text=_("Cheaper per piece from a quantity on: at most three, from 2 to 24 pieces."),
    )
    stock = models.PositiveIntegerField(
        _("stock"),
        default=0,
        validators=[MinValueValidator(0)],
        help_text=_("bol is told at most 999."),
    )
    reference_code = models.CharField(
        _("reference at bol"),
        max_length=rules.MAX_REFERENCE,
        blank=True,
        db_index=True,
        help_text=_("Left empty, it is the product's reference."),
    )
    unknown_product_title = models.CharField(
        _("title at bol"),
        max_length=rules.MAX_TITLE,
        blank=True,
        help_text=_("Only used while bol does not know the product. Left empty, it is the product's title."),
    )
    on_hold = models.BooleanField(
        _("on hold"), default=False, help_text=_("Out of the shop, but kept in the assortment.")
    )
    fulfilment_method = models.CharField(
        _("fulfilment"), max_length=3, choices=FulfilmentMethod.choices, default=FulfilmentMethod.FBR
    )
    delivery_code = models.CharField(
        _("delivery"), max_length=20, choices=DeliveryCode.choices, blank=True, help_text=_("Empty for FBB.")
    )
    countries = models.CharField(
        _("countries"), max_length=10, choices=Countries.choices, default=Countries.NL
    )
    economic_operator_id = models.CharField(_("economic operator"), max_length=36, blank=True)
    delivery_profile_id = models.CharField(
        _("delivery profile"),
        max_length=36,
        blank=True,
        help_text=_("Only with “My delivery promise”. Left empty, bol keeps what it has."),
    )
    # About the article itself: set when the offer is made, for bol changes neither afterwards.
    condition_comment = models.TextField(
        _("comment on the condition"),
        max_length=rules.MAX_COMMENT,
        blank=True,
        help_text=_("For a second-hand article only; without an e-mail address."),
    )
    is_margin_good = models.BooleanField(
        _("margin scheme"),
        default=False,
        help_text=_("For a refurbished article: sold under the margin scheme."),
    )

    # Why it is on hold, and until when; only what we held ourselves is released by itself.
    hold_reason = models.CharField(_("why on hold"), max_length=200, blank=True)
    hold_until = models.DateTimeField(_("on hold until"), null=True, blank=True, db_index=True)

    # Nothing is sent while two products or projects claim one EAN; a decision parks all but the owner.
    is_in_conflict = models.BooleanField(_("EAN conflict"), default=False, db_index=True)
    parked_reason = models.CharField(_("why parked"), max_length=200, blank=True)
    # Parked because bol removed it and a person decided that it stays so.
    stays_gone = models.BooleanField(_("stays gone"), default=False)

    # Known
    offer_id = models.CharField(_("offer ID"), max_length=50, blank=True, db_index=True)
    known_details = models.JSONField(_("details at bol"), null=True, blank=True)
    known_price = models.JSONField(_("price at bol"), null=True, blank=True)
    known_stock = models.JSONField(_("stock at bol"), null=True, blank=True)
    details_in_doubt = models.BooleanField(default=False, editable=False)
    price_in_doubt = models.BooleanField(default=False, editable=False)
    stock_in_doubt = models.BooleanField(default=False, editable=False)
    known_at = models.DateTimeField(_("last confirmed"), null=True, blank=True)
    # What requests under way carry, by component: {"price": {"sent": {...}, "was_in_doubt": false, "message": 7}}.
    sending = models.JSONField(default=dict, editable=False, blank=True)
    # What bol refused, by component; the same is not sent twice until a part of it is corrected.
    refused = models.JSONField(default=dict, editable=False, blank=True)
    refusal = models.TextField(_("what bol said"), blank=True)
    is_unanswered = models.BooleanField(default=False, editable=False)
    # The offer that bol names as the duplicate of ours, until it is looked up and adopted.
    duplicate_of = models.CharField(max_length=50, blank=True, editable=False)
    gone_at = models.DateTimeField(_("gone since"), null=True, blank=True)

    # What bol says now
    observed = models.JSONField(_("what bol says"), null=True, blank=True)
    observed_at = models.DateTimeField(_("asked"), null=True, blank=True)
    for_sale = models.BooleanField(_("for sale"), null=True, blank=True)
    # The beginning of the latest reconciliation that saw it at bol.
    reconciled_at = models.DateTimeField(_("reconciled"), null=True, blank=True, editable=False)
    # Why not, per country, as bol says it: [{"country": "NL", "category": "PRICE", "code": "4000-1", ...}].
    reasons = models.JSONField(_("why not for sale"), default=list, blank=True)
    reasons_at = models.DateTimeField(_("reasons asked"), null=True, blank=True)
    reason_category = models.CharField(_("kind of reason"), max_length=20, blank=True, db_index=True)

    status = models.CharField(
        _("status"), max_length=12, choices=OfferStatus.choices, default=OfferStatus.NEW, editable=False
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    # When somebody last said how many there are: what was known here by then is off that number (offers.leading).
    stock_set_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)

    objects = OfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "product", "condition"],
                name="one_offer_per_product_and_condition",
                violation_error_message=_(
                    "This project has an offer for this product in this condition already."
                ),
            ),
        ]
        permissions = [("delete_at_bol", _("Can delete offers at bol"))]
        indexes = [
            # The list, filtered by what people filter by, newest first.
            models.Index(fields=["status", "-id"], name="offer_by_status"),
            models.Index(fields=["project", "-id"], name="offer_by_project"),
            models.Index(fields=["project", "status", "-id"], name="offer_by_project_status"),
        ]

    def __str__(self) -> str:
        return f"{self.product} ({self.get_condition_display()})"

    def clean(self) -> None:
        rules.check_wanted(self.wanted_values())
        rules.check_profile(self.delivery_code, self.delivery_profile_id)
        if not self.pk and self.project_id:  # what is decided for good when an offer is made
            rules.check_condition(self.condition, self.condition_comment, is_margin_good=self.is_margin_good)
            rules.check_words(
                self.project.connection.offers_api, self.condition, profile_id=self.delivery_profile_id
            )

    @property
    def subject(self) -> str:
        """Return what messages about this offer are about."""
        return f"offer:{self.pk}"

    @property
    def is_at_bol(self) -> bool:
        """Whether bol has this offer, or may be getting it at this moment."""
        return bool(self.offer_id or self.sending or self.is_unanswered)

    @property
    def in_project(self) -> str:
        """Return "OIL-1 (Pantry)": what tells two offers of one EAN apart."""
        return f"{self.product.reference} ({self.project})"

    @property
    def is_withheld(self) -> bool:
        """Whether an EAN conflict keeps it from bol, or a person parked it."""
        return self.is_in_conflict or bool(self.parked_reason)

    def wanted_values(self) -> dict[str, Any]:
        """Return what a person decided, by field."""
        return {field: getattr(self, field) for field in WANTED_FIELDS}

    def forget_hold(self) -> None:
        """Whoever held or released it now, the reason and the date of an earlier hold are over."""
        self.hold_reason, self.hold_until = "", None

    @property
    def wanted(self) -> State:
        """What bol should have, in the words of the dialect that the connection speaks."""
        return wanting.wanted_of(self)

    @property
    def known(self) -> Known:
        """What bol last confirmed, and what of it is in doubt."""
        doubts = {DETAILS: self.details_in_doubt, PRICE: self.price_in_doubt, STOCK: self.stock_in_doubt}
        return Known(
            state=State(self.known_details, self.known_price, self.known_stock),
            in_doubt=frozenset(name for name, doubtful in doubts.items() if doubtful),
        )

    @property
    def differing(self) -> frozenset[str]:
        """The components bol does not have as we want them."""
        return delta.differing(self.wanted, self.known)

    # The life of a request: every method changes fields only; what calls it saves KNOWN_FIELDS -------------

    def begin_sending(self, components: Mapping[str, Component], message_id: int) -> None:
        """Remember what the request of a message carries: from now on bol may have it, whatever we hear."""
        for name, sent in components.items():
            doubtful = name in self.known.in_doubt
            self.sending[name] = {"sent": sent, "was_in_doubt": doubtful, "message": message_id}
            self._set_in_doubt(name, True)
        self.is_unanswered = False
        self.refresh_status()

    def carried_by(self, message_ids: Iterable[int]) -> list[str]:
        """Return the components that the request of these messages carries."""
        carriers = set(message_ids)
        return [name for name, way in self.sending.items() if way["message"] in carriers]

    def confirm_sent(self, components: Iterable[str]) -> None:
        """bol took exactly what was sent."""
        for name in components:
            under_way = self.sending.pop(name, None)
            if under_way:
                self._set_known(name, state.fold_in(self.known.state[name], under_way["sent"]))
                self.refused.pop(name, None)
        if not self.refused:
            self.refusal = ""
        self._settle()

    def take_back(self, components: Iterable[str]) -> None:
        """The request surely changed nothing at bol; an earlier one without an answer stays in doubt."""
        for name in components:
            under_way = self.sending.pop(name, None)
            if under_way:
                self._set_in_doubt(name, under_way["was_in_doubt"])
        self.is_unanswered = False
        self.refresh_status()

    def leave_unanswered(self) -> None:
        """Nobody knows whether the command took effect; it is being looked up."""
        self.is_unanswered = True
        self.refresh_status()

    def note_refusal(self, components: Mapping[str, Component], reason: str) -> None:
        """bol said no to these values; what it said about others before still stands."""
        self.refused |= components
        self.refusal = "\n".join(dict.fromkeys([*self.refusal.splitlines(), *reason.splitlines()]))
        self.refresh_status()

    def forget_refusal(self) -> None:
        """Let the same values be sent again."""
        self.refused, self.refusal = {}, ""
        self.refresh_status()

    def adopt(self, offer_id: str, found: State) -> None:
        """Take over an offer that exists at bol, as bol says that it is."""
        self.offer_id, self.duplicate_of, self.gone_at, self.sending = offer_id, "", None, {}
        for name, component in found.as_dict().items():
            self._set_known(name, component)
        self.refused, self.refusal = {}, ""
        self._settle()

    def hear(self, component: str, found: Component) -> None:
        """bol was seen to have this, whoever brought it there."""
        self._set_known(component, found)
        self._settle()

    def lose(self) -> None:
        """bol does not have this offer any more; nothing more is sent until a person decides."""
        self.gone_at = timezone.now()
        self.sending = {}
        self.refresh_status()

    def vanish(self) -> None:
        """It was removed at bol because a person asked for it: bol has nothing of it."""
        self._forget_known()
        self.lose()

    def start_anew(self) -> None:
        """Forget that bol ever had it, so that it is published again."""
        self._forget_known()
        self.gone_at, self.sending, self.is_unanswered = None, {}, False
        self.forget_refusal()

    def stay_gone(self, reason: str) -> None:
        """It is not wanted any more, where bol removed it; without a reason it is wanted again."""
        self.stays_gone, self.parked_reason, self.is_in_conflict = bool(reason), reason, False
        self.refresh_status()

    def doubt_everything(self) -> None:
        """Have all of it sent again, whatever bol confirmed or refused before."""
        may_be_at_bol = bool(self.offer_id or self.sending)
        self.sending = {}
        for name in state.COMPONENTS if may_be_at_bol else ():
            self._set_in_doubt(name, True)
        self.forget_refusal()

    def refresh_status(self) -> bool:
        """Work out the status again; tell whether it changed."""
        before = self.status
        self.status = status_of(self._facts())
        return self.status != before

    def _facts(self) -> Facts:
        return Facts(
            is_published=bool(self.offer_id),
            is_gone=self.gone_at is not None,
            is_parked=bool(self.parked_reason),
            is_in_conflict=self.is_in_conflict,
            is_refused=bool(self.refusal),
            is_unanswered=self.is_unanswered,
            is_under_way=bool(self.sending),
            is_known_on_hold=bool((self.known_details or {}).get("on_hold")),
            is_seen_unsold=self.for_sale is False and not self._was_released_since(),
        )

    def _was_released_since(self) -> bool:
        """Tell whether bol was last asked while it was on hold, and confirmed since that it is not."""
        seen = (self.observed or {}).get("details") or {}
        is_newer = bool(self.known_at and self.observed_at and self.known_at > self.observed_at)
        return bool(seen.get("on_hold")) and is_newer

    def _forget_known(self) -> None:
        self.offer_id, self.known_at = "", None
        for name in state.COMPONENTS:
            self._set_known(name, None)

    def _settle(self) -> None:
        self.known_at = timezone.now()
        self.is_unanswered = False
        self.refresh_status()

    def _set_in_doubt(self, component: str, doubtful: bool) -> None:
        setattr(self, f"{component}_in_doubt", doubtful)

    def _set_known(self, component: str, found: Component | None) -> None:
        setattr(self, f"known_{component}", found)
        self._set_in_doubt(component, False)
