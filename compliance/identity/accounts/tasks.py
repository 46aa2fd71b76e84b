"""Tasks of the worker for accounts."""

from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.tasks import TaskContext, task
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from compliance.ground.web.mail import FIRST, absolute, queue_mail
from compliance.ground.web.queues import QUICK
from compliance.identity.organisations.actions import keep_address
from compliance.identity.organisations.models import User
from compliance.identity.organisations.signed_on import has_no_password_by_mail
from compliance.proof.audit.transaction import writing


@task(priority=FIRST, queue_name=QUICK, takes_context=True)
def send_reset(context: TaskContext[Any, Any], email: str) -> None:
    """Mail a link for a new password, or why there is none.

    The request that asks for it only queues this, so that its work is the same for
    every address. The address leaves the queue with it.
    """
    if not email:
        return
    with writing():
        rows = DBTaskResult.objects.filter(pk=context.task_result.id, args_kwargs__args__0=email)
        if not rows.update(args_kwargs={"args": [""], "kwargs": {}}):
            return  # whose it is was erased since this began
        user = User.objects.filter(email=email, is_active=True).first()
        if user is None:
            queue_mail(
                organisation_id=None,
                to=email,
                subject="Attest: no account with this address",
                template="no_account",
                context={},
            )
            return
        if has_no_password_by_mail(user):
            queue_mail(
                organisation_id=None,
                to=email,
                subject="Attest: no password by mail for this account",
                template="no_password",
                context={},
            )
            return
        keep_address(user)  # before allauth would, where no event has it
        key = {
            "uidb36": user_pk_to_url_str(user),
            "key": default_token_generator.make_token(user),
        }
        queue_mail(
            organisation_id=None,
            to=email,
            subject="Attest: choose a new password",
            template="reset",
            context={"link": absolute(reverse("account_reset_password_from_key", kwargs=key))},
        )
