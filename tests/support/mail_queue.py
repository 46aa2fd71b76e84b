"""The worker's part in mail, for tests: what is queued is sent, into ``mail.outbox``."""

from django.core import mail
from django.core.mail import EmailMessage
from django_tasks_db.models import DBTaskResult

from compliance.ground.web.worker import _worker

PATHS = ["compliance.ground.web.mail.send", "compliance.identity.accounts.tasks.send_reset"]


def queued():
    """Mails that wait, and resets that become one, by the time they may go."""
    tasks = DBTaskResult.objects.filter(task_path__in=PATHS, status="READY")
    return tasks.order_by("run_after", "enqueued_at")


def send_queued():
    """Send everything that may go now; the mails of this call, in order."""
    before = len(mail.outbox)
    while tasks := run_queued():
        for task in tasks:
            assert task.status == "SUCCESSFUL", task.traceback
    return mail.outbox[before:]


def run_queued():
    """The worker's part alone: each mail that may go now, as it is afterwards."""
    worker = _worker("tests")
    tasks = list(queued().ready())
    for task in tasks:
        task.claim(worker.worker_id)
        worker.run_task(task)
        task.refresh_from_db()
    return tasks


def refuse_with(monkeypatch, error):
    """A mail server that refuses each mail, until ``monkeypatch.undo()``."""

    def fail(self, *args, **kwargs):
        raise error

    monkeypatch.setattr(EmailMessage, "send", fail)
