"""After each test: the trail explains the tables, and no change went past a writer's block.

Columns that a test changes by hand, to set a scene or to tamper, are left out one by one.
"""

import re
import sys
from collections import defaultdict

from django.conf import settings

from compliance.proof.audit import erasings
from compliance.proof.audit import rows as writing
from compliance.proof.audit.columns import columns_of, proven
from compliance.proof.audit.models import ChainHead
from compliance.proof.audit.projection import compared
from compliance.proof.audit.tables import blanks, folded, stands
from compliance.reporting.results import figure_store

ROOT = f"{settings.BASE_DIR}/"
HELPERS = re.compile(r"compliance/(\w+/\w+/models|migrations|proof/audit/)")
"""The caller of these makes the change."""
RESTORES = (
    "compliance/operations/backups/",
    "compliance/operations/closing/deletion.py",
    "compliance/operations/samples/throwing.py",
)
"""A backup brings the trail along with its rows, a deletion takes it away with them."""
FORGED = re.compile(r'(UPDATE|DELETE FROM) "?compliance_(event|chainhead)')


class Watch:
    """A wrapper of the connection that sees what is written outside of a block."""

    def __init__(self):
        self.by_hand = defaultdict(set)
        """Table to the columns that the test itself changed."""
        self.holes = []
        """Changes that the program made, and no event can have."""
        self.is_forged = False
        """The test changed events themselves."""

    def __call__(self, execute, sql, params, many, context):
        if writing.opened() is None:
            if found := writing.written(sql):
                self._note(*found)
            elif FORGED.match(sql) and not _caller().startswith("compliance/"):
                self.is_forged = True
        return execute(sql, params, many, context)

    def _note(self, verb, model, names):
        table, place = model._meta.db_table, _caller()
        if place.startswith(RESTORES):
            return
        if place.startswith("compliance/"):
            self.holes.append(f"{place} changes {table} outside of writing()")
        elif verb != "INSERT":
            self.by_hand[table] |= set(names or columns_of(model))

    def take_in(self, earlier):
        """What was seen when the rows were made that this test stands on."""
        for table, columns in earlier.by_hand.items():
            self.by_hand[table] |= columns
        self.holes += earlier.holes
        self.is_forged |= earlier.is_forged

    def faults(self):
        """The faults in the chains that have events."""
        yield from self.holes
        if self.is_forged:
            return
        for chain in ChainHead.objects.filter(seq__gt=0).values_list("pk", flat=True):
            rows, unfollowed = folded(chain)
            yield from self._faults(rows)
            if not self.by_hand:
                for one in (*unfollowed, *erasings.faults(chain)):
                    yield f"event {one.seq} {one.what}"
                yield from figure_store.faults(chain)

    def _faults(self, folded):
        by_table = defaultdict(dict)
        for (name, pk), row in folded.items():
            by_table[name][name, pk] = row
        for table, model in proven().items():
            own = by_table.get(model._meta.model_name)
            by_hand = self.by_hand[table]
            if not own or model._meta.pk.column in by_hand:
                continue
            rows = model._base_manager.filter(pk__in=[pk for _, pk in own])
            for each in compared(stands(rows), own, blanks(model), is_whole=False):
                if wrong := set(each.columns) - by_hand:
                    yield f"{each.at} has other {wrong} than its events"
            for at in own:
                yield f"{at} is gone without an event"


def _caller():
    """The place in the project that changes rows."""
    frame = sys._getframe(3)
    while frame:
        name = frame.f_code.co_filename
        is_ours = name.startswith(ROOT) and not name.startswith(sys.prefix)
        if is_ours and not HELPERS.match(name, len(ROOT)):
            return f"{name[len(ROOT) :]}:{frame.f_lineno}"
        frame = frame.f_back
    return ""
