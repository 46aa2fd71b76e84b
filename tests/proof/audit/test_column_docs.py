"""The list of what the trail does not prove, for auditors: written from the models.

``DOCS=write pytest tests/proof/audit/test_column_docs.py`` writes it again.
"""

import os
from pathlib import Path

from django.apps import apps
from django.db import connection
from django.utils.module_loading import import_string

from compliance.proof.audit.columns import Derived, Proven, Unproven, proof_of

PAGE = Path(__file__).parents[3] / "docs" / "unproven.md"
INTRODUCTION = """\
# Tables and columns that the trail does not prove

Each event of the trail holds every column that its change wrote. `verify_trail` folds the
events of a chain and compares the result with every column of every table, but for those
below. Each has its reason. Of what opens something, the events have the SHA-256 only.
This page is written from the models (`in_trail`).

It works the other way round, too: where [events.md](events.md) says that a type of event changes
a row, `verify_trail` names such an event if no row of that table changed, or the row has another
value. Of other types, an event that was hashed rightly and that nothing followed is not noticed.
Nothing tells an event whose rows and table were written with it from a true one; it cannot be put
in before the last signed checkpoint.

The words that erasing a person left are compared with those of before as long as these can be
read. Where they are erased, only the form is known: the number of a person whom the chain of
people erased stands in them, or an ellipsis in a column without room. The words around it are not
proven until somebody writes them again.

The search index has no model, and nothing compares it: `migrate` makes it and triggers keep
it from rows. Changed, it can leave a thing out of a search; it gives no words to a page.
`django_migrations` (what `migrate` has done so far) and the table of a cache, where a setting
names one, are not compared either: they hold nothing of an organisation's own.
"""


def reason(proof):
    """The reason, and the function that works derived rows out."""
    by = f", by `{proof.by}`" if isinstance(proof, Derived) else ""
    return f"{proof.why}{by}"


def page():
    """The whole page, in Markdown."""
    models = sorted(apps.get_models(include_auto_created=True), key=lambda model: model._meta.label)
    whole = [
        f"| {model._meta.label} | {reason(proof)} |"
        for model in models
        if isinstance(proof := proof_of(model), Unproven)
    ]
    single = [
        f"| {model._meta.label} | `{name}` | {why} |"
        for model in models
        if isinstance(proof := proof_of(model), Proven)
        for name, why in sorted(proof.excused.items())
    ]
    hidden = [
        f"| {model._meta.label} | `{name}` | {start} |"
        for model in models
        if isinstance(proof := proof_of(model), Proven)
        for name, start in sorted(proof.hidden.items())
    ]
    return "\n".join(
        [
            INTRODUCTION,
            "## Tables\n", "| table | reason |", "|---|---|", *whole, "",
            "## Columns\n", "| table | column | reason |", "|---|---|---|", *single, "",
            "## Columns of which events have the SHA-256\n",
            "A value that begins like this opens nothing, and is not compared: a backup and an"
            " erasing\nput it in.\n",
            "| table | column | opens nothing |", "|---|---|---|", *hidden, "",
        ]
    )  # fmt: skip


def test_page_lists_what_the_models_say():
    if os.environ.get("DOCS") == "write":
        PAGE.write_text(page())
    assert PAGE.read_text() == page()


def test_derived_rows_name_a_function_that_is_there():
    found = [proof_of(model) for model in apps.get_models()]
    names = [proof.by for proof in found if isinstance(proof, Derived)]
    assert names
    assert all(callable(import_string(name)) for name in names)


def test_tables_without_a_model_are_told_of(db):
    of_models = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    others = {*connection.introspection.table_names()} - of_models
    assert {one for one in others if not one.startswith("compliance_search_")} == {"django_migrations"}
    assert all(word in INTRODUCTION for word in ("search index", "django_migrations"))
