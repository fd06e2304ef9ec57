"""What our pages are to look like is said in classes that exist."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders

TEMPLATES = Path(settings.BASE_DIR) / "templates"
STYLESHEETS = ["unfold/css/styles.css", "backoffice/backoffice.css"]
# For scripts and tests to find an element by.
NAMES = {"readonly", "colM"}


def test_every_class_of_a_template_is_in_a_stylesheet():
    known = NAMES.union(*(classes_of(Path(finders.find(name)).read_text("utf-8")) for name in STYLESHEETS))
    used = {
        (name, path.name)
        for path in TEMPLATES.rglob("*.html")
        for name in classes_in(path.read_text("utf-8"))
    }

    assert sorted((name, where) for name, where in used if name not in known) == []


def classes_of(stylesheet: str) -> set[str]:
    """The classes that a stylesheet has rules for."""
    # A digit at the beginning is written as its code: .\32 xl
    written = re.sub(r"\\3(\d) ", r"\1", stylesheet)
    return {re.sub(r"\\(.)", r"\1", name) for name in re.findall(r"\.((?:\\.|[\w-])+)", written)}


def classes_in(template: str) -> set[str]:
    """The classes that a template gives to elements, conditions left out."""
    texts = re.findall(r'(?<!bind:)\bclass="([^"]*)"', re.sub(r"{%.*?%}|{{.*?}}", " ", template))
    return {name for text in texts for name in text.split()}
