"""A row of each table is deleted, or put in, by SQL: ``verify_trail`` names it.

What it does not look at stands with a reason in ``docs/unproven.md``, which is written
from the same declarations (``in_trail``).
"""

import uuid
from contextlib import suppress
from itertools import chain, combinations, product

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from compliance.assurance.seats import actions as seats
from compliance.operations.seeds import actions as seeds
from compliance.proof.audit.columns import Compared, Proven, proof_of, proven
from compliance.proof.audit.owners import first_step
from compliance.work.remediation import actions as remediation
from compliance.work.remediation import waiting
from tests.operations.seeds.making import write
from tests.operations.seeds.test_crosswalk import make_two
from tests.proof.audit.columns import another, change, no_checks
from tests.proof.audit.tampering import Guardless
from tests.proof.audit.test_clean_states import verified
from tests.proof.audit.test_columns import rare  # noqa: F401 - a fixture
from tests.reporting.results.test_frameworks import FILE, make_file
from tests.support import auditor_seats, factories, signing

pytestmark = pytest.mark.long
PARTS = 4
"""So many tests for all tables: one would take minutes."""


@pytest.fixture
def whole(cast, rare, settings, tmp_path):  # noqa: F811
    """A row of every table that the trail proves, each in the trail from its beginning."""
    settings.KEYS_DIR = tmp_path / "keys"
    settings.CHECKPOINTS_DIR = tmp_path / "checkpoints"
    seeds.load(by=None, folder=write(tmp_path / "seeds", make_two() | {FILE: make_file()}))
    sent = signing.make_sent(cast)
    signing.look(cast.rev, sent, "Q1")
    seat = auditor_seats.give(cast, sent)
    request = auditor_seats.ask(cast.aud, seat)
    seats.reply(by=cast.otto, request=request, text="Here.")
    seats.draw(by=cast.aud, seat=seat, how="risk", count=1)
    tasks = [
        remediation.create_action(
            by=cast.otto, organisation=cast.acme, fields={"title": title}, answer_ids=[]
        )
        for title in ("Write it", "Read it")
    ]
    first, second = (task.number for task in tasks)
    waiting.wait_for(by=cast.otto, organisation=cast.acme, number=first, other=second)
    for organisation in (cast.acme, cast.other, None):
        factories.take_into_trail(organisation)
    factories.begin_chains()


def delete(row):
    """Take a row away by SQL."""
    about = row._meta
    with connection.cursor() as cursor:
        cursor.execute(
            f'DELETE FROM "{about.db_table}" WHERE "{about.pk.column}" = %s',  # noqa: S608
            [about.pk.get_db_prep_save(row.pk, connection)],
        )
        assert cursor.rowcount == 1
    return row.pk


def put_in(row):
    """Put a copy of a row in by SQL, under another key: the first that is taken."""
    for values in copies(row):
        try:
            with transaction.atomic():
                insert(type(row), values)
        except IntegrityError:
            continue
        return values[row._meta.pk.attname]
    raise AssertionError(f"no copy of {row!r} is taken")


def copies(row):
    """The columns of copies: with another key, and up to two more columns changed."""
    columns = row._meta.concrete_fields
    own = {one.attname: getattr(row, one.attname) for one in columns}
    key = row._meta.pk
    others = sorted((one for one in columns if one != key), key=lambda one: one.is_relation)
    sets = chain.from_iterable(combinations(others, count) for count in range(3))
    for more in sets:
        changed = (key, *more)
        for values in product(*(values_for(one, own[one.attname]) for one in changed)):
            names = [one.attname for one in changed]
            yield own | dict(zip(names, values, strict=True))


def values_for(column, value):
    """Some values that a column may have instead of its own."""
    if column.is_relation:
        rows = column.related_model._base_manager.exclude(pk=value)
        return [*rows.order_by("pk").values_list("pk", flat=True)[:9]]
    if column.primary_key and isinstance(value, int):
        return [column.model._base_manager.order_by("-pk").first().pk + 1]
    return [another(column, value)]


def insert(model, values):
    columns = model._meta.concrete_fields
    names = ", ".join(f'"{one.column}"' for one in columns)
    marks = ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES ({marks})',  # noqa: S608
            [one.get_db_prep_save(values[one.attname], connection) for one in columns],
        )


def name_of(model, key):
    """How a fault begins to name a row."""
    return f"{model._meta.verbose_name} {key} "


def faults_after(tamper, *told):
    """What ``verify_trail`` says after a change by SQL, which is then taken back."""
    with transaction.atomic():
        with Guardless(), no_checks():
            key = tamper(*told)
        lines = verified()
        transaction.set_rollback(True)
    return key, lines


def is_named(model, key, lines, how):
    """Whether a line names the row; a new organisation is named by the chain it lacks."""
    if isinstance(proof_of(model), Compared):
        return lines != []
    named = name_of(model, key)
    chain_lacks = "no event of this chain is left"
    return any((named in line and how in line) or chain_lacks in line for line in lines)


@pytest.mark.parametrize("part", range(PARTS))
def test_row_that_is_deleted_or_put_in_is_named(whole, part):
    assert verified() == []
    unseen, empty = [], []
    for model in apps.get_models(include_auto_created=True)[part::PARTS]:
        if not isinstance(proof_of(model), Proven | Compared):
            continue  # docs/unproven.md tells of it
        row = model._base_manager.order_by("pk").last()
        if row is None:
            empty.append(model._meta.label)
            continue
        for tamper, how in (delete, "taken away"), (put_in, "put in"):
            key, lines = faults_after(tamper, row)
            if not is_named(model, key, lines, how):
                unseen.append((model._meta.label, how, lines))
    assert (unseen, empty) == ([], [])


def test_each_column_of_tables_that_are_compared_otherwise_is_found(whole):
    """Those of tables that the trail has are changed one by one in ``test_columns``."""
    models = [m for m in apps.get_models() if isinstance(proof_of(m), Compared)]
    unseen = []
    for model in models:
        row = model._base_manager.order_by("pk").last()
        for column in model._meta.concrete_fields:
            if column.name == "id":
                continue  # nothing rests on the number of a row
            value = another(column, getattr(row, column.attname))
            try:
                _, lines = faults_after(change, row, column, value)
            except IntegrityError:
                continue
            if not lines:
                unseen.append((model._meta.label, column.column))
    assert unseen == []


def stray(row, parent):
    """Put in a copy of a row that names, by ``parent``, one that is not there."""
    nobody = another(parent, None)
    nobody = nobody if isinstance(nobody, uuid.UUID) else 999_999
    for values in copies(row):
        with suppress(IntegrityError), transaction.atomic():
            insert(type(row), values | {parent.attname: nobody})
            return values[row._meta.pk.attname]
    raise AssertionError(f"no copy of {row!r} is taken")


def test_row_of_no_chain_is_named(whole):
    """It names a row that is not there, and waits for one with that key."""
    unseen = []
    for model in proven().values():
        parent, row = first_step(model), model._base_manager.order_by("pk").last()
        if parent and not parent.primary_key:
            key, lines = faults_after(stray, row, parent)
            if not any(line.startswith(f"Library: {name_of(model, key)[:-1]}:") for line in lines):
                unseen.append((model._meta.label, lines))
    assert unseen == []
