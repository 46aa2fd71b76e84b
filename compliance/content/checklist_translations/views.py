"""Translations of a draft: how far each language has come, and one part side by side."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from compliance.content.checklist_translations import actions, translator
from compliance.content.checklist_translations.forms import (
    LanguageForm,
    ShowForm,
    TranslationForm,
)
from compliance.content.checklists.models import Edition
from compliance.content.checklists.pages import find, is_draft, keeper
from compliance.content.checklists.translations import Part, all_said, labels_of, language_tag
from compliance.content.editor.pages import done
from compliance.identity.organisations.access import MemberRequest, Permission, member_required
from compliance.proof.audit.models import Event
from compliance.proof.audit.refusals import RefusedError, StaleError

ON_A_PAGE = 200


@require_safe
@member_required(Permission.EDIT)
def translations(request: MemberRequest, edition_id: int) -> HttpResponse:
    """Every language with its progress; of one, the parts that have something to do."""
    edition = find(request, edition_id)
    if not is_draft(request, edition):
        return redirect("checklists:detail", request.organisation.slug, edition.pk)
    return _overview(request, edition, LanguageForm(taken=_taken(edition)))


def _taken(edition: Edition) -> list[str]:
    return [edition.language, *(edition.translations or {})]


def _overview(
    request: MemberRequest, edition: Edition, form: LanguageForm, status: int = 200
) -> HttpResponse:
    found = translator.overview(edition)
    asked = ShowForm(request.GET)
    asked.is_valid()
    codes = [row.language for row in found.progress]
    language = asked.cleaned_data.get("language", "")
    chosen = language if language in codes else "".join(codes[:1])
    show = asked.cleaned_data.get("show") or "missing"
    pages = Paginator(found.lines(chosen, show), ON_A_PAGE)
    context = {
        "edition": edition,
        "progress": found.progress,
        "language": chosen,
        "show": show,
        "shows": [("missing", "Missing"), ("stale", "Out of date"), ("all", "All")],
        "page": pages.get_page(request.GET.get("page")),
        "form": form,
        "done": done(request, edition),
    }
    return render(request, "content/checklist_translations/translations.html", context, status=status)


@require_POST
@member_required(Permission.EDIT)
def language_add(request: MemberRequest, edition_id: int) -> HttpResponse:
    """One more language for a draft."""
    edition = find(request, edition_id)
    form = LanguageForm(request.POST, taken=_taken(edition))
    if not form.is_valid():
        return _overview(request, edition, form, 422)
    code = form.cleaned_data["code"]
    try:
        event = actions.add_language(**_given(request, edition), language=code)
    except Edition.DoesNotExist as error:
        raise Http404 from error
    except RefusedError as refused:
        form.add_error(None, f"{refused}.")
        return _overview(request, edition, form, 422)
    return _to_overview(request, edition, code, event)


@require_POST
@member_required(Permission.EDIT)
def language_remove(request: MemberRequest, edition_id: int) -> HttpResponse:
    """A language that nothing is translated into goes."""
    edition = find(request, edition_id)
    code = language_tag(request.POST.get("language", "")[:20])
    try:
        event = actions.remove_language(**_given(request, edition), language=code)
    except Edition.DoesNotExist as error:
        raise Http404 from error
    except RefusedError as refused:
        messages.error(request, f"{refused}.")
        return _to_overview(request, edition, code)
    return _to_overview(request, edition, "", event)


def _given(request: MemberRequest, edition: Edition) -> dict[str, Any]:
    organisation = keeper(request, edition)
    return {"by": request.user, "organisation": organisation, "edition_id": edition.pk}


def _to_overview(
    request: MemberRequest, edition: Edition, code: str, event: Event | None = None
) -> HttpResponse:
    args = [request.organisation.slug, edition.pk]
    path = reverse("checklist_translations:translations", args=args)
    query = ({"language": code} if code else {}) | _seq(event)
    return redirect(f"{path}?{urlencode(query)}" if query else path)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.EDIT)
def translate(request: MemberRequest, edition_id: int) -> HttpResponse:
    """One part of a draft, its texts beside their translations."""
    edition = find(request, edition_id)
    if not is_draft(request, edition):
        return redirect("checklists:detail", request.organisation.slug, edition.pk)
    sent = request.POST if request.method == "POST" else request.GET
    language = sent.get("language", "")[:20]
    if language_tag(language) != language:
        raise Http404
    if request.method != "POST" and language not in (edition.translations or {}):
        return _to_overview(request, edition, "")
    kind, key = sent.get("part", "edition")[:10], sent.get("key", "")[:60]
    try:
        row, part = translator.find_part(edition, kind, key)
    except ObjectDoesNotExist:
        words = "Someone else has removed the open item. Reload the page."
        messages.error(request, words)
        return _to_overview(request, edition, language)
    posted = request.POST if request.method == "POST" else None
    form = _form(row, part, language, posted)
    if posted is None:
        return _page(request, edition, form)
    if not form.is_valid():
        return _page(request, edition, form, status=422)
    return _saved(request, edition, form)


def _form(row: Any, part: Part, language: str, data: Any = None) -> TranslationForm:
    labels = labels_of(part)
    form = TranslationForm(data, part=part, labels=labels, language=language)
    form.initial["version"] = row.version
    return form


def _page(
    request: MemberRequest,
    edition: Edition,
    form: TranslationForm,
    *,
    status: int = 200,
    theirs: Any = None,
) -> HttpResponse:
    part, language = form.part, form.language
    context = {
        "edition": edition,
        "form": form,
        "part": part,
        "language": language,
        "missing": len(part.missing(language)),
        "done": done(request, edition),
        "theirs": theirs,
        "said": all_said(part.texts, part.found, wanted=language, original=edition.language),
    }
    return render(request, "content/checklist_translations/translate.html", context, status=status)


def _saved(request: MemberRequest, edition: Edition, form: TranslationForm) -> HttpResponse:
    part, language = form.part, form.language
    try:
        event = actions.save_translation(
            **_given(request, edition),
            kind=part.kind,
            key=part.key,
            version=form.cleaned_data["version"],
            language=language,
            typed=form.typed(),
            still=form.cleaned_data["still"],
        )
    except ObjectDoesNotExist as error:
        raise Http404 from error
    except StaleError:
        return _stale(request, edition, form)
    except RefusedError as refused:
        form.add_error(None, f"{refused}.")
        return _page(request, edition, form, status=422)
    if "next" in request.POST:
        return _to_next(request, edition, form, event)
    query = {"part": part.kind, "key": part.key}
    return _to_part(request, edition, language, query | _seq(event))


def _seq(event: Event | None) -> dict[str, Any]:
    return {"saved": event.seq} if event else {}


def _to_part(request: MemberRequest, edition: Edition, language: str, query: dict[str, Any]) -> HttpResponse:
    args = [request.organisation.slug, edition.pk]
    path = reverse("checklist_translations:translate", args=args)
    return redirect(f"{path}?{urlencode({'language': language} | query)}")


def _to_next(
    request: MemberRequest,
    edition: Edition,
    form: TranslationForm,
    event: Event | None,
) -> HttpResponse:
    found = translator.overview(edition)
    part = found.after(form.part.kind, form.part.key, form.language)
    if part is None:
        return _to_overview(request, edition, form.language, event)
    query = {"part": part.kind, "key": part.key} | _seq(event)
    return _to_part(request, edition, form.language, query)


def _stale(request: MemberRequest, edition: Edition, form: TranslationForm) -> HttpResponse:
    """Mine in the fields, the saved ones beside them; saving again keeps mine."""
    edition.refresh_from_db()
    row, part = translator.find_part(edition, form.part.kind, form.part.key)
    data = request.POST.copy()
    data["version"] = str(row.version)
    mine, language = form.typed(), form.language
    form = _form(row, part, language, data)
    words = part.found.get(language, {})
    theirs = [
        (field.label, words.get(field.name, {}).get("text", ""))
        for _, field, _, _ in form.rows
        if words.get(field.name, {}).get("text", "") != mine.get(field.name, "")
    ]
    return _page(request, edition, form, status=409, theirs=theirs)
