"""The worker's part in mail, for tests: what is queued is sent, into ``mail.outbox``."""

from django.core import mail
from django.core.mail import EmailMessage
from django_tasks_db.models import DBTaskResult

from compliance.web.worker import _worker


def queued():
    """Mails that wait, by the time they may go."""
    tasks = DBTaskResult.objects.filter(
        task_path="compliance.web.mail.send", status="READY"
    )
    return tasks.order_by("run_after", "enqueued_at")


def send_queued():
    """Send everything that may go now; the mails of this call, in order."""
    before = len(mail.outbox)
    for task in run_queued():
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
