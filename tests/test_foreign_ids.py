"""An id of another organisation inside a form opens nothing, and leads nowhere.

Each hidden value, choice and box of every form of every page is sent with the ids of
another organisation's rows, and with those of another assessment. What is asked is not
whether the form is refused but what it may never do: change a row of the other
organisation, join a row of one to a row of the other, or show a word of it.
"""

from uuid import UUID

import pytest
from django.db import connection, transaction

from compliance.proof.audit.columns import proof_of, proven
from compliance.proof.audit.owners import chain_of
from tests.support.factories import make_checklist, make_draft
from tests.test_doors import Writes, cast, enter, keys, world  # noqa: F401
from tests.test_sent_twice import forms_for

pytestmark = pytest.mark.slow

OWN_TEXTS = {"csrfmiddlewaretoken", "sending", "password", "version", "base"}


def chained():
    """The tables whose rows lead to an organisation, with the SQL that leads there."""
    return {
        table: (model, chain_of(model, "a")) for table, model in proven().items() if proof_of(model).chain
    }


def joins():
    """Each column by which a row names a row that leads to an organisation, too."""
    tables = chained()
    for table, (model, chain) in tables.items():
        for field in model._meta.concrete_fields:
            named = field.related_model and field.related_model._meta.db_table
            if named in tables:
                other = chain_of(field.related_model, "b")
                key = field.related_model._meta.pk.column
                on = f"b.{key} = a.{field.column} WHERE {chain} <> {other}"
                columns = f"'{table}.{field.column}', a.{field.column}"
                yield table, f"SELECT {columns} FROM {table} a JOIN {named} b ON {on}"  # noqa: S608


def rows(statements):
    answer = set()
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
            answer |= {tuple(map(str, row)) for row in cursor.fetchall()}
    return answer


def joined(tables=None):
    """The rows that name one of another organisation, in all tables or in these."""
    return rows(s for table, s in joins() if tables is None or table in tables)


def rows_of(organisation, tables=None):
    """All rows that lead to an organisation."""
    value = organisation.pk.hex if connection.vendor == "sqlite" else organisation.pk
    return rows(
        f"SELECT '{table}', a.* FROM {table} a WHERE {chain} = '{value}'"  # noqa: S608
        for table, (_model, chain) in chained().items()
        if tables is None or table in tables
    )


class Elsewhere:
    """The rows of another organisation, and those that name one of another, as they were."""

    def __init__(self, organisation):
        self.organisation = organisation
        self.joined, self.rows = joined(), rows_of(organisation)

    def is_reached(self, tables):
        """Whether a change of these tables changed one of its rows, or joined one to it."""
        stood = {row for row in self.rows if row[0] in tables}
        is_changed = rows_of(self.organisation, tables) != stood
        return is_changed or bool(joined(tables) - self.joined)

    def stands(self):
        """Whether all is as it was."""
        return (joined(), rows_of(self.organisation)) == (self.joined, self.rows)


def is_id(value):
    try:
        return value.isdigit() or bool(UUID(value))
    except ValueError:
        return False


def with_foreign_ids(form, ids):
    """The fields of a form, one of them at a time with an id from elsewhere."""
    for name, values in form.fields.items():
        if name not in OWN_TEXTS and values and all(map(is_id, map(str, values))):
            kind = int if str(values[0]).isdigit() else UUID
            for other in ids:
                if isinstance(other, kind):
                    yield name, form.fields | {name: [str(other)]}


@pytest.fixture
def ids(keys):  # noqa: F811
    """The ids of rows of others and of other assessments that the addresses have."""
    foreign = {other for key in keys.values() for other in key.foreign}
    return sorted((f for f in foreign if isinstance(f, int | UUID)), key=str)


@pytest.mark.parametrize(("person", "least"), [pytest.param("ada", 60, marks=pytest.mark.long), ("aud", 1)])
def test_foreign_id_in_a_form_reaches_nothing(person, least, keys, *, ids, cast, enter):  # noqa: F811
    draft = make_draft(checklist=make_checklist("own", cast.acme))
    client = enter(getattr(cast, person))
    cookies = client.cookies.output(header="", sep=";")
    elsewhere = Elsewhere(cast.other)
    wrong, tries = [], 0
    for form in forms_for(client, draft, keys, whole=True):
        headers = {"HX-Request": "true"} if form.is_htmx else {}
        for name, fields in with_foreign_ids(form, ids):
            writes, tries = Writes(), tries + 1
            with transaction.atomic():
                with writes.heard():
                    reply = client.post(form.path, fields, headers=headers)
                    shown = reply.getvalue()
                if writes.were and elsewhere.is_reached(writes.tables):
                    wrong.append((form.door, name, fields[name], "changed a row"))
                transaction.set_rollback(True)
            client.cookies.load(cookies)
            if reply.status_code >= 500 or cast.zoe.name.encode() in shown:
                wrong.append((form.door, name, fields[name], reply.status_code))
    assert wrong == []
    assert tries >= least
    assert elsewhere.stands()


def test_a_row_that_names_one_of_another_organisation_is_seen(cast, keys):  # noqa: F811
    before = joined()
    with transaction.atomic(), connection.cursor() as cursor:
        own, [theirs] = keys["evidence_id"].own, keys["evidence_id"].foreign
        uses = chained()["compliance_attachment"][0]
        row = uses.objects.filter(evidence_id=own).first()
        value = theirs.hex if connection.vendor == "sqlite" else str(theirs)
        cursor.execute(
            "UPDATE compliance_attachment SET evidence_id = %s WHERE id = %s",
            [value, row.pk],
        )
        assert joined() - before
        transaction.set_rollback(True)
