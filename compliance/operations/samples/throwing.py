"""Throw a sample away: its rows, its trail and its files, and nothing of anybody else.

A sample records nothing real, so Attest makes no receipt. Its chain was marked as passing when
it began (``audit/trail.py``), and no checkpoint was signed, so no check misses it. The chain of
a real organisation can never be marked so.
"""

from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from compliance.assurance.reviews.models import SignOff
from compliance.ground.web.sqlite_lock import in_turn
from compliance.identity.organisations.actions import lock_person
from compliance.identity.organisations.models import Organisation, User
from compliance.operations.closing.belongings import drop_tasks, files_of, remove
from compliance.operations.closing.owned_rows import owned, rows_of
from compliance.operations.samples.opening import sample_of
from compliance.operations.samples.tasks import end_job
from compliance.proof.audit import trail
from compliance.proof.audit.models import Deletion
from compliance.work.snapshots.models import Snapshot

GONE = "This sample has been thrown away already."


def throw_away(*, by: User, organisation: Organisation) -> None:
    """Delete the sample of a person in one transaction; its files go after it.

    Raises ``ValidationError`` if it is not theirs, or gone already.
    """
    with in_turn(), transaction.atomic():
        lock_person(by)
        rows = Organisation.objects.select_for_update()
        found = rows.filter(pk=organisation.pk, sample_of=by).first()
        if found is None:
            raise ValidationError(GONE)
        files = files_of(found.pk)
        drop_tasks(found.pk)
        end_job(of=by, pk=found.pk)
        passing = Deletion.objects.create(
            pk=found.pk,
            name=found.name,
            began_at=timezone.now(),
            people={},
        )
        _delete_rows(found)
        trail.end_disposable(found.pk)
        passing.delete()
        transaction.on_commit(partial(remove, found.pk, files))


def throw_away_of(*, person: User, **_: Any) -> None:
    """Delete the sample of somebody who is erased, if they have one."""
    if found := sample_of(person):
        throw_away(by=person, organisation=found)


def _delete_rows(organisation: Organisation) -> None:
    """Delete each row of the sample, beginning with those furthest from the organisation.

    The database checks references at the end of the transaction.
    """
    User.objects.filter(worked_in=organisation).update(worked_in=None)
    keys = {
        model: list(rows_of(model, organisation.pk).values_list("pk", flat=True))
        for model in sorted(owned(), key=lambda one: -owned()[one].count("__"))
    }
    signoffs = SignOff.objects.filter(pk__in=keys[SignOff])
    snapshots = list(signoffs.values_list("snapshot_id", flat=True))
    for model, some in keys.items():
        for at in range(0, len(some), 500):
            rows = model._base_manager.filter(pk__in=some[at : at + 500])
            rows.order_by()._raw_delete(rows.db)
    elsewhere = Exists(SignOff.objects.filter(snapshot=OuterRef("pk")))
    left = Snapshot.objects.filter(~elsewhere, pk__in=snapshots)
    left._raw_delete(left.db)
