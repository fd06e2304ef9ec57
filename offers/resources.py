"""How the columns of a spreadsheet become projects, products and offers, in the words of django-import-export.

A resource takes one part of a file at a time, and only plans: what it would write is in `create_instances` and
`update_instances`, and offers.imports.applying writes it. A preview is the same plan, not written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import tablib
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from import_export.fields import Field
from import_export.instance_loaders import BaseInstanceLoader
from import_export.resources import Resource
from import_export.results import Result
from import_export.widgets import Widget

from connections.models import Connection
from offers import rules
from offers.imports import values
from offers.imports.adoption import placed
from offers.imports.columns import ALL, FIELD_OF, OFFER_ID
from offers.imports.entries import Entry
from offers.imports.known import Known
from offers.imports.reading import SourceRow
from offers.imports.seen import Seen
from offers.models import Project

MAX_PROJECT = 100
MAX_COMMENT = 2000
MAX_ID = 36


class Parsed(Widget):
    """A cell that one of the functions of offers.imports.values understands; a blank one says nothing."""

    def __init__(self, parse: Callable[[str], Any]) -> None:
        super().__init__()
        self.parse = parse

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Any:
        return self.parse(value) if value.strip() else None


def _column(name: str, parse: Callable[[str], Any]) -> Field:
    return Field(
        attribute=FIELD_OF.get(name, name), column_name=name, widget=Parsed(parse), saves_null_values=False
    )


class KnownLoader(BaseInstanceLoader):
    """Finds what a row is about in what was fetched for the whole part."""

    def __init__(self, resource: AssortmentResource, dataset: tablib.Dataset) -> None:
        super().__init__(resource, dataset)
        rows = dataset.dict
        resource.known = Known.about(
            resource.connection,
            [resource.project_name(row) for row in rows],
            [row["reference"].strip() for row in rows],
        )

    def get_instance(self, row: dict[str, str]) -> Entry | None:
        entry = self.resource.entry_for(row)
        return entry if entry.offer else None


class AssortmentResource(Resource):
    """Rows of an assortment, for one connection; keep one resource for a file: it remembers what it saw."""

    reference = _column("reference", values.text_parser(rules.MAX_REFERENCE))
    ean = _column("ean", values.parse_ean)
    title = _column("title", values.text_parser(rules.MAX_TITLE))
    condition = _column("condition", values.parse_condition)
    price = _column("price", values.parse_price)
    stock = _column("stock", values.parse_stock)
    on_hold = _column("on_hold", values.parse_yes_or_no)
    fulfilment_method = _column("fulfilment_method", values.parse_method)
    delivery_code = _column("delivery_code", values.parse_delivery_code)
    volume_prices = _column("volume_prices", values.parse_volume_prices)
    countries = _column("countries", values.parse_countries)
    reference_at_bol = _column("reference_at_bol", values.text_parser(rules.MAX_REFERENCE))
    title_at_bol = _column("title_at_bol", values.text_parser(rules.MAX_TITLE))
    condition_comment = _column("condition_comment", values.comment_parser(MAX_COMMENT))
    margin_scheme = _column("margin_scheme", values.parse_yes_or_no)
    economic_operator = _column("economic_operator", values.text_parser(MAX_ID))
    delivery_profile = _column("delivery_profile", values.text_parser(MAX_ID))
    offer_id = _column("offer_id", values.text_parser(50))

    class Meta:
        import_id_fields = ["reference"]
        instance_loader_class = KnownLoader
        use_bulk = True
        batch_size = None
        skip_unchanged = True
        skip_diff = True
        skip_html_diff = True
        store_instance = True
        use_transactions = False

    def __init__(self, connection: Connection, default_project: str = "") -> None:
        super().__init__()
        self.connection = connection
        self.default_project = default_project.strip()
        self.known = Known(connection)
        self.rows: Sequence[SourceRow] = []
        self.seen = Seen()
        self.conditions: dict[str, str] = {}

    def afresh(self) -> AssortmentResource:
        """Return a resource for the same file from its beginning."""
        return type(self)(self.connection, self.default_project)

    def plan(self, rows: Sequence[SourceRow]) -> Result:
        """Validate and compare one part; its RowResults are in the order of `rows`. Writes nothing."""
        self.rows = rows
        self.create_instances.clear()
        self.update_instances.clear()
        dataset = tablib.Dataset(headers=list(ALL))
        texts = [{column: row.values.get(column, "") for column in ALL} for row in rows]
        for row in placed(self.connection, texts):
            dataset.append([row[column] for column in ALL])
        return self.import_data(dataset, raise_errors=False)

    def remember(self, row: SourceRow) -> None:
        """Take note of a row that was dealt with before, for a reference counts once in a file."""
        # bol names each of its offers once.
        if row.values and not row.values.get(OFFER_ID):
            self._note({column: row.values.get(column, "") for column in ALL}, row.number)

    def project_name(self, row: dict[str, str]) -> str:
        return row["project"].strip() or self.default_project

    def entry_for(self, row: dict[str, str]) -> Entry:
        """Return what we have of a row, before its own values are read."""
        project = self.known.project(self.project_name(row))
        product = self.known.products.get(row["reference"].strip())
        condition = self._condition(row) or project.condition
        return Entry(project, product, self.known.offer(project, product, condition), condition=condition)

    # What django-import-export calls ----------------------------------------------------------------

    def init_instance(self, row: dict[str, str]) -> Entry:
        return self.entry_for(row)

    def before_import_row(self, row: dict[str, str], row_number: int = 0, **kwargs: Any) -> None:
        if self.rows[row_number - 1].problem:
            raise ValidationError(self.rows[row_number - 1].problem)

    def import_instance(
        self, instance: Entry, row: dict[str, str], row_number: int = 0, **kwargs: Any
    ) -> None:
        errors: dict[str, Any] = dict(self._problems_of_names(row, self.rows[row_number - 1].number))
        try:
            super().import_instance(instance, row, **kwargs)
        except ValidationError as error:
            errors = error.message_dict | errors
        if not instance.product and not instance.ean:
            # An earlier row makes the product: what comes of this one must not depend on where a part ends.
            instance.ean = self.seen.ean_of(row["reference"].strip()) or None
        instance.compare()
        for name, problem in instance.problems(self.known):
            errors.setdefault(name, problem)
        if errors:
            raise ValidationError(errors)

    def skip_row(
        self, instance: Entry, original: Any, row: Any, import_validation_errors: Any = None
    ) -> bool:
        return bool(instance.offer) and not instance.changes and not import_validation_errors

    def bulk_create(self, *args: Any, **kwargs: Any) -> None:
        """Leave `create_instances` to who writes them."""

    def bulk_update(self, *args: Any, **kwargs: Any) -> None:
        """Leave `update_instances` to who writes them."""

    # ------------------------------------------------------------------------------------------------

    def _condition(self, row: dict[str, str]) -> str | None:
        try:
            return self.fields["condition"].clean(row)
        except ValueError:
            return None  # said of the row when its values are read

    def _problems_of_names(self, row: dict[str, str], number: int) -> dict[str, str]:
        found = {
            "project": self._problem_of_project(self.project_name(row)),
            "reference": self._problem_of_reference(row, number),
        }
        return {name: problem for name, problem in found.items() if problem}

    def _problem_of_project(self, name: str) -> str:
        if not name:
            return _(
                "The project is missing, and this import has no default project. Write the project's name."
            )
        if len(name) > MAX_PROJECT:
            return _("The name of a project has at most %(limit)d characters.") % {"limit": MAX_PROJECT}
        return ""

    def _problem_of_reference(self, row: dict[str, str], number: int) -> str:
        if not row["reference"].strip():
            return _("The reference is missing. Write your own number of the article.")
        return self._note(row, number)

    def _note(self, row: dict[str, str], number: int) -> str:
        project = self.project_name(row)
        condition = self._condition(row) or self._condition_of(project)
        offer = (project, row["reference"].strip(), condition)
        return self.seen.problem(number, offer, (self._ean(row), row["title"].strip()))

    def _condition_of(self, project: str) -> str:
        if project not in self.conditions:
            found = Project.objects.filter(name=project).first() or Project()
            self.conditions[project] = found.condition
        return self.conditions[project]

    def _ean(self, row: dict[str, str]) -> str:
        try:
            return self.fields["ean"].clean(row) or ""
        except ValueError:
            return ""  # said of the row when its values are read
