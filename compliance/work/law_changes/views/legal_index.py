"""The legal index on screen, for those who keep it right."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from compliance.content.legal_index.actions import mark_of, release_provision
from compliance.ground.web.mail import by_mail
from compliance.identity.organisations.access import (
    MemberRequest,
    Permission,
    member_required,
    open_to,
)
from compliance.proof.audit.refusals import RefusedError, StaleError
from compliance.work.law_changes import actions
from compliance.work.law_changes import reading as index
from compliance.work.law_changes.forms import ProvisionForm
from compliance.work.law_changes.reach import reached

MOST = 100
"""Provisions on one page."""
STALE = (
    "Someone else has changed this provision since you opened it. The fields show your"
    " version, the line above them the saved one; save again to replace it with yours."
)


@require_safe
@member_required(Permission.LIBRARY)
def instruments(request: MemberRequest) -> HttpResponse:
    """Every instrument with the number of its provisions."""
    context = {"instruments": index.instruments()}
    return render(request, "work/law_changes/instruments.html", context)


@require_safe
@member_required(Permission.LIBRARY)
def provisions(request: MemberRequest, instrument_key: str) -> HttpResponse:
    """The provisions of one instrument, as the law stands here."""
    instrument = get_object_or_404(index.instruments(), key=instrument_key)
    words = request.GET.get("q", "").replace("\0", "")[:200]
    pages = Paginator(index.provisions(instrument, words), MOST)
    page = pages.get_page(request.GET.get("page"))
    context = {"instrument": instrument, "page": page, "words": words}
    return render(request, "work/law_changes/provisions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.LIBRARY)
def provision(request: MemberRequest, provision_id: int) -> HttpResponse:
    """One provision; a POST changes it and mails whom it touches."""
    row = get_object_or_404(index.joined(), pk=provision_id)
    mark = mark_of(row)
    is_sent = request.method == "POST"
    form = ProvisionForm(request.POST) if is_sent else ProvisionForm.of(row, mark)
    if is_sent and form.is_valid():
        try:
            done = actions.amend_law(
                by=request.user,
                provision_id=row.pk,
                values=form.values(),
                reason=form.cleaned_data["reason"],
                seen=form.cleaned_data["seen"],
            )
        except RefusedError as refused:
            form.add_error("successor", f"{refused}.")
        except StaleError:
            data = request.POST.copy()
            data["seen"] = mark
            form = ProvisionForm(data)
            form.add_error(None, STALE)
        else:
            messages.success(request, _said(row.cite, done))
            slug = request.organisation.slug
            return redirect("law_changes:provision", slug, row.pk)
    context = {"provision": row, "form": form, "cited": index.cited_in(row)}
    context["reach"] = reached(row, open_to(request, Permission.VIEW))
    status = 422 if is_sent else 200
    return render(request, "work/law_changes/provision.html", context, status=status)


def _said(cite: str, done: actions.LawNotice | None) -> str:
    if done is None:
        return f"{cite} is unchanged."
    if not done.assessments:
        return f"{cite} is changed. No running assessment rests on it."
    on_way = "is on its way" if done.mails == 1 else "are on their way"
    return (
        f"{cite} is changed. It touches {_many(done.questions, 'question')} in"
        f" {_many(done.assessments, 'running assessment')} of"
        f" {_many(done.organisations, 'organisation')}."
        f" {by_mail(f'{_many(done.mails, "mail")} {on_way}.')}"
    )


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


@require_POST
@member_required(Permission.LIBRARY)
def provision_release(request: MemberRequest, provision_id: int) -> HttpResponse:
    """Let the next legal index say how a provision stands."""
    row = get_object_or_404(index.joined(), pk=provision_id)
    release_provision(by=request.user, provision_id=row.pk)
    messages.success(request, f"The next legal index says how {row.cite} stands.")
    return redirect("law_changes:provision", request.organisation.slug, row.pk)
