"""The worker makes samples; a person asks for one, and may call it off."""

from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.tasks import TaskContext, TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from compliance.identity.organisations.actions import lock_person
from compliance.identity.organisations.models import Organisation, User
from compliance.operations.samples.opening import NOT_HERE, is_offered, open_sample, sample_of
from compliance.proof.audit.transaction import writing
from compliance.reporting.reports.tasks import MOST_TRIES

SOON = 5
"""Priority: someone waits on the page. Before reports, which take minutes; after mail."""
NOT_MADE = "Attest could not make the sample. If it fails again, tell the administrator of this installation."
_GOING = [TaskResultStatus.READY, TaskResultStatus.RUNNING]


@dataclass(frozen=True, slots=True)
class Wait:
    """A request that has led to no sample yet; with a ``problem``, it never will."""

    job: UUID
    is_begun: bool
    problem: str = ""


@task(priority=SOON, takes_context=True)
def make_sample(context: TaskContext, person_id: str) -> str:
    """Make the sample of a person; "", or a sentence about why there is none.

    One transaction: a killed worker leaves no row of it, and the next one begins again. It is
    named after its job, so the files of the killed one are used again.
    """
    job = context.task_result.id
    if not person_id:  # called off
        return ""
    try:
        with writing():
            person = User.objects.filter(pk=person_id, is_active=True).first()
            if person is None:
                return ""
            lock_person(person)
            if not _under_way(person).filter(pk=job).exists():  # meanwhile
                return ""
            if context.attempt > MOST_TRIES:
                return NOT_MADE
            open_sample(by=person, pk=UUID(job))
    except ValidationError as refusal:
        return str(refusal.message)
    return ""


def ask_sample(*, by: User) -> Organisation | None:
    """The sample of a person; without one, None: it is being made, or queued now.

    Raises ``ValidationError`` if the library lacks its checklist.
    """
    if not is_offered():
        raise ValidationError(NOT_HERE)
    with writing():
        lock_person(by)
        found = sample_of(by)
        if not (found or _under_way(by).exists()):
            make_sample.enqueue(str(by.pk))
    return found


def call_off(*, by: User) -> None:
    """Make no sample of what was asked for; one that is made already stays."""
    with writing():
        lock_person(by)
        _end(_under_way(by))


def end_job(*, of: User, pk: UUID) -> None:
    """Make the sample with that key no more: a worker that died after it left its job open."""
    _end(_under_way(of).filter(pk=pk))


def wait_of(person: User, job_id: str = "") -> Wait | None:
    """How far a request of a person is; None without one, or if it was met.

    Without its id the latest, which takes a search in the whole queue.
    """
    rows = _asked(person)
    if job_id:
        try:
            rows = rows.filter(pk=UUID(job_id))
        except ValueError:
            return None
    job = rows.order_by("-enqueued_at").first()
    if job is None:
        return None
    if job.status in _GOING:
        return Wait(job.pk, is_begun=bool(job.worker_ids))
    failed = job.status == TaskResultStatus.FAILED
    problem = NOT_MADE if failed else str(job.return_value)
    return Wait(job.pk, is_begun=True, problem=problem) if problem else None


def _under_way(person: User) -> QuerySet[DBTaskResult]:
    return _asked(person).filter(status__in=_GOING)


def _end(jobs: QuerySet[DBTaskResult]) -> None:
    jobs.update(args_kwargs={"args": [""], "kwargs": {}})


def _asked(person: User) -> QuerySet[DBTaskResult]:
    rows = DBTaskResult.objects.filter(task_path=make_sample.module_path)
    return rows.filter(args_kwargs__args__0=str(person.pk))
