"""Tasks of the worker for reports."""

from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.tasks import TaskContext, task
from django.utils import timezone

from compliance.ground.web.worker import is_alive
from compliance.identity.organisations.models import User
from compliance.proof.audit.transaction import writing
from compliance.reporting.reports import actions, pdf_engine
from compliance.reporting.reports.kinds import FULL, NOW, ReportOptions, State
from compliance.reporting.reports.models import Report
from compliance.work.assessments.models import Assessment

MOST_TRIES = 3
"""How often a file is begun: what kills its worker each time would do so for ever."""

MOST_HELPERS, PIECES_EACH = 8, 3
"""Workers that may help with one report, and pieces for which one is called."""
LAST = -50
"""Of help: a report that nobody makes yet comes first."""

PAUSE = timedelta(minutes=1)
"""How long until the worker looks again after a command that makes a report."""


@task(takes_context=True)
def make_report(context: TaskContext, report_id: str) -> None:
    """Make the report; safe to run again when a worker died in the middle of it."""
    if context.attempt > MOST_TRIES:
        actions.give_up(UUID(report_id))
    else:
        share = partial(_call_help, report_id) if settings.TASKS_URL else None
        actions.make_report(UUID(report_id), share=share)


@task(priority=LAST)
def help_with_report(report_id: str, folder: str) -> None:
    """Lay out some pieces of a long report that another worker makes, if it still does.

    Then other work of this worker comes first, and the help again. The folder is seen from the data folder, which machines may share under other names.
    """
    place = Path(settings.DATA_DIR) / folder
    if place.is_dir() and pdf_engine.help_with(place):
        with writing():
            help_with_report.enqueue(report_id, folder)


def _call_help(report_id: str, folder: Path, pieces: int) -> None:
    near = folder.relative_to(settings.DATA_DIR)
    with writing():
        for _ in range(min(MOST_HELPERS, pieces // PIECES_EACH)):
            help_with_report.enqueue(report_id, str(near))


def ask(
    *,
    by: User | None,
    assessment: Assessment,
    wanted: ReportOptions = FULL,
    state: State = NOW,
    once: bool = False,
) -> Report:
    """A report that is asked for and queued: both or neither.

    With ``once`` it is the one that ``by`` has asked for just now, if there is one.
    """
    with writing():
        if once and (asked := actions.just_asked(by, assessment, wanted, state)):
            return asked
        report = actions.ask_report(by=by, assessment=assessment, wanted=wanted, state=state)
        make_report.enqueue(str(report.pk))
    return report


@task
def watch_report(report_id: str, maker: str) -> None:
    """End a report whose maker was killed: a command that held the lock ``maker``."""
    if is_alive(maker):
        _watch(report_id, maker)
    else:
        actions.give_up(UUID(report_id), actions.KILLED)


def _watch(report_id: str, maker: str) -> None:
    later = watch_report.using(run_after=timezone.now() + PAUSE)
    later.enqueue(report_id, maker)


def ask_here(*, assessment: Assessment, wanted: ReportOptions, maker: str) -> Report:
    """A report that the caller makes, and that the worker ends if the caller is killed.

    The caller holds the lock of that name (``web/worker.py``) until the report is over.
    """
    with writing():
        report = actions.ask_report(by=None, assessment=assessment, wanted=wanted)
        _watch(str(report.pk), maker)
    return report
