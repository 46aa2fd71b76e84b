"""Mail: queued in the transaction of its change, sent once by the worker."""

import logging
import smtplib
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import policy as layout
from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage as PythonEmailMessage
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import QuerySet
from django.tasks import TaskContext, TaskResultStatus, task
from django.template import Context, Engine
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from compliance.ground.web.queues import QUICK
from compliance.ground.web.sqlite_lock import in_turn
from compliance.ground.web.time_limits import is_time_up

logger = logging.getLogger(__name__)

LONGEST_SUBJECT = 200
PAUSES_MINUTES = (1, 5, 15, 60, 120, 240, 240, 240, 240, 240)
"""How long a mail waits after each failure: given up after a day."""
FIRST = 10
"""Priority: before reports, which take minutes."""
LONGEST_LINE = 998
"""Bytes of a line in a mail; up to there no line is broken."""
SENT, LATER, GIVEN_UP, DROPPED = "sent", "later", "given up", "dropped"
_EMPTY = {"args": ["", "", "", 0], "kwargs": {}}
"""What is left of a mail in the queue."""
_is_quiet = ContextVar("is_quiet", default=False)


@dataclass(frozen=True, slots=True)
class MailStatus:
    """How far a mail is that has not gone out: it waits, comes late or is lost."""

    is_lost: bool
    is_late: bool
    next_try: datetime | None


def queue_mail(
    *,
    organisation_id: UUID | None,
    to: str,
    subject: str,
    template: str,
    context: dict[str, Any],
    about: str = "",
    has_html: bool = False,
    stop: str = "",
) -> None:
    """Queue ``templates/mail/<template>.txt``, filled in, in the caller's transaction.

    The mail goes out when the transaction is committed and never without it. Nothing is
    queued for an address that cannot be one. ``about`` is a name to ask ``standing``
    with. ``organisation_id`` is that of a mail about something in an organisation,
    which nobody gets once that is deleted, and no member once they may no longer look;
    None of one about an account or the installation. ``has_html`` sends
    ``<template>.html`` beside the text; ``stop`` is an address that ends such mails by
    one POST (RFC 8058).
    """
    if _is_quiet.get():
        return
    if to.endswith(".invalid"):  # no such address is anybody's (RFC 2606)
        return
    try:
        validate_email(to)
    except ValidationError:
        logger.warning("A mail (%s) has no usable address: not sent.", template)
        return
    words = (to, one_line(subject), render(template, context))
    more = {"html": render_html(template, context)} if has_html else {}
    more |= {"stop": stop} if stop else {}
    more |= {"organisation": str(organisation_id)} if organisation_id else {}
    send.enqueue(*words, 0, about=about, **more)


@contextmanager
def quiet() -> Iterator[None]:
    """Queue no mail for what happens inside: its people do not exist."""
    before = _is_quiet.set(True)
    try:
        yield
    finally:
        _is_quiet.reset(before)


def drop_mails(organisation_id: UUID) -> None:
    """Forget mails of an organisation that have not gone out: it is no longer there."""
    mails = _mails_of(organisation_id)
    # first the words, of one under way too: what it has put back by then is deleted below
    _empty(mails, organisation_id)
    mails.filter(status=TaskResultStatus.READY).delete()


def drop_mails_to(organisation_id: UUID, to: str) -> None:
    """The same of one address, whose person reads nothing more there."""
    mails = _mails_of(organisation_id).filter(args_kwargs__args__0=to)
    list(mails.select_for_update())  # one under way has put its mail back by then
    mails.filter(status=TaskResultStatus.READY).delete()
    _empty(mails, organisation_id)


def _mails_of(organisation_id: UUID) -> QuerySet[DBTaskResult]:
    return DBTaskResult.objects.filter(
        task_path=send.module_path,
        args_kwargs__kwargs__organisation=str(organisation_id),
    )


def _empty(mails: QuerySet[DBTaskResult], organisation_id: UUID) -> None:
    mails.update(args_kwargs=_EMPTY | {"kwargs": {"organisation": str(organisation_id)}})


def standing(about: Iterable[str]) -> dict[str, MailStatus]:
    """Mail that has not gone out, by the name it was queued with."""
    rows = DBTaskResult.objects.filter(task_path=send.module_path, args_kwargs__kwargs__about__in=list(about))
    found: dict[str, MailStatus | None] = {}
    for row in rows.order_by("enqueued_at"):  # the last one of each name counts
        if row.return_value == LATER:
            continue
        is_done = row.status == TaskResultStatus.SUCCESSFUL
        is_lost = row.return_value == GIVEN_UP or row.status == TaskResultStatus.FAILED
        failures = row.args_kwargs["args"][3]
        found[row.args_kwargs["kwargs"]["about"]] = (
            None if is_done and not is_lost else MailStatus(is_lost, bool(failures), row.run_after)
        )
    return {name: status for name, status in found.items() if status}


def is_printed() -> bool:
    """Whether there is no mail server: what is sent is printed instead."""
    backend = str(settings.MAILERS["default"]["BACKEND"])
    return backend.endswith("console.EmailBackend")


def by_mail(words: str) -> str:
    """The words, which promise a mail; where none is sent, words that say so."""
    if is_printed():
        return "No mail server is set, so Attest mails nobody."
    return words


def absolute(path: str) -> str:
    """The address of a page for someone who is not on it: ``ATTEST_URL`` and a path."""
    return f"{settings.URL}{path}"


def render(template: str, context: dict[str, Any]) -> str:
    """The text of a mail. It is plain text, so nothing in it is escaped."""
    page = Engine.get_default().get_template(f"mail/{template}.txt")
    text: str = page.render(Context(context, autoescape=False))
    return text.strip() + "\n"


def render_html(template: str, context: dict[str, Any]) -> str:
    """The HTML of a mail; everything in it is escaped."""
    page = Engine.get_default().get_template(f"mail/{template}.html")
    text: str = page.render(Context(context))
    return text.strip() + "\n"


def one_line(subject: str) -> str:
    """The subject without line ends and control characters, of bearable length."""
    visible = "".join(" " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c for c in subject)
    line = " ".join(visible.split())
    return line if len(line) <= LONGEST_SUBJECT else line[: LONGEST_SUBJECT - 1] + "…"


class _WholeHeader(UnstructuredHeader, BaseHeader):
    """A header of one line: mail programs read no address that is folded into encoded words."""

    def fold(self, *, policy: Any) -> str:
        if self.isascii():
            return f"{self.name}: {self}{policy.linesep}"
        return super().fold(policy=policy)


_headers = HeaderRegistry()
_headers.map_to_type("list-unsubscribe", _WholeHeader)


class PlainMail(EmailMultiAlternatives):
    """A mail whose lines stay whole, so that a link in one that is printed opens."""

    def message(self, *, policy: Any = layout.default) -> PythonEmailMessage:
        own = policy.clone(header_factory=_headers)
        made: PythonEmailMessage = super().message(policy=own)
        text = str(self.body)
        if all(len(line.encode()) <= LONGEST_LINE for line in text.splitlines()):
            made.clear_content()
            made.set_content(text, cte="7bit" if text.isascii() else "8bit")
            for content, _ in self.alternatives:
                made.add_alternative(str(content), subtype="html")
        return made


@task(priority=FIRST, queue_name=QUICK, takes_context=True)
def send(
    context: TaskContext[Any, Any],
    to: str,
    subject: str,
    text: str,
    failures: int,
    *,
    about: str = "",
    first_id: str = "",
    html: str = "",
    stop: str = "",
    organisation: str = "",
) -> str:
    """Send a mail, or put it back for later; its text leaves the queue with it.

    A mail whose text is gone was sent already, by a worker that died after it. Each
    try carries the same ``Message-ID``, so that a server that took an earlier one
    without saying so delivers one mail.
    """
    if not text:
        return SENT
    mail_id = context.task_result.id
    kept = {"about": about, "first_id": first_id or mail_id}
    more = {"html": html, "stop": stop, "organisation": organisation}
    kept |= {name: said for name, said in more.items() if said}
    headers = {
        "Message-ID": f"<{kept['first_id']}@{urlsplit(settings.URL).hostname}>",
        "Auto-Submitted": "auto-generated",
    }
    if stop:
        headers |= {
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    message = PlainMail(subject, text, to=[to], headers=headers)
    if html:
        message.attach_alternative(html, "text/html")
    try:
        message.send()
    except Exception as error:
        if isinstance(error, OSError | smtplib.SMTPException) or is_time_up(error):
            return _put_back(mail_id, (to, subject, text), failures, kept, error)
        _forget(mail_id, about)
        raise
    _forget(mail_id, about)
    return SENT


def _put_back(
    mail_id: str,
    words: tuple[str, str, str],
    failures: int,
    kept: dict[str, str],
    error: Exception,
) -> str:
    """Queue a mail again after a pause that grows; give up after the last pause.

    A mail whose words left the queue meanwhile stays out of it: its person was erased, or
    its organisation deleted.
    """
    why = type(error).__name__  # its text may hold the address
    with in_turn(), transaction.atomic():
        if not _forget(mail_id, kept["about"]):
            return DROPPED
        if failures >= len(PAUSES_MINUTES) or _is_final(error):
            logger.error("Mail %s was given up: %s.", mail_id, why)
            return GIVEN_UP
        pause = timedelta(minutes=PAUSES_MINUTES[failures])
        later = send.using(run_after=timezone.now() + pause)
        later.enqueue(*words, failures + 1, **kept)
    logger.warning("Mail %s was not sent (%s); again in %s.", mail_id, why, pause)
    return LATER


def _is_final(error: Exception) -> bool:
    """Whether the mail server knows no such address, now and later."""
    if not isinstance(error, smtplib.SMTPRecipientsRefused):
        return False
    return all(code >= 500 for code, _ in error.recipients.values())


def _forget(mail_id: str, about: str) -> bool:
    """Take a mail's words out of the queue: links in it open doors. False if they were gone."""
    mail = DBTaskResult.objects.filter(pk=mail_id).exclude(args_kwargs__args__2="")
    return bool(mail.update(args_kwargs=_EMPTY | {"kwargs": {"about": about}}))
