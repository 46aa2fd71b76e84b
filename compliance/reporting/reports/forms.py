"""Forms for reports."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from compliance.content.checklists.scales import Scale
from compliance.ground.web.own_languages import OwnLanguage
from compliance.ground.web.text import validate_text
from compliance.identity.organisations.models import User
from compliance.reporting.reports.choices import Extract, ReportKind
from compliance.reporting.reports.kinds import (
    FULL,
    OF_ASSESSMENT,
    ReportOptions,
    State,
    offered,
)
from compliance.reporting.reports.upload import MOST_BYTES
from compliance.work.assessments.values import line_ends

ABOUT = {
    ReportKind.FULL: "Every question with answer, evidence and history.",
    ReportKind.SUMMARY: "The results, and what is not met.",
    ReportKind.BOARD: "Two pages: where it stands, what to decide, what is planned.",
    ReportKind.PROFILE: "Each level, what holds it down, and every answer.",
    ReportKind.MATURITY: "Each stage, its distance to the target, and every answer.",
    ReportKind.ACTIONS: "Actions with owners and due days.",
    ReportKind.APPLICABILITY: "One table: applies and why, implemented, evidence, owner.",
    ReportKind.EVIDENCE: "Every file and link with its dates and hash.",
    ReportKind.CHANGES: "Answers that differ from the assessment before.",
}
"""The purpose of each kind that one asks for here, in one line."""


class ReportForm(forms.Form):
    """Kind, language and extract; what is not sent is the full report in English."""

    kind = forms.ChoiceField(
        choices=[(kind.value, kind.label) for kind in OF_ASSESSMENT],
        initial=FULL.kind,
        required=False,
    )
    language = forms.ChoiceField(
        choices=OwnLanguage.choices,
        initial=FULL.language,
        required=False,
        widget=forms.Select(attrs={"class": "select"}),
    )
    state = forms.ChoiceField(required=False, widget=forms.Select(attrs={"class": "select"}))
    seq = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)
    extract = forms.ChoiceField(
        choices=Extract.choices,
        required=False,
        widget=forms.Select(attrs={"class": "select"}),
    )

    clauses = forms.BooleanField(
        label="Annex: evidence by framework clause",
        required=False,
        help_text="Lists the clauses of other frameworks that the answers help to show.",
    )

    def __init__(
        self,
        *args: Any,
        revisions: Iterable[tuple[int, str]] = (),
        scales: Iterable[Scale] = (),
        **kwargs: Any,
    ) -> None:
        """``revisions`` are those that were signed, newest first, each in words.

        A kind that shows a scale is offered where ``scales`` have one.
        """
        super().__init__(*args, **kwargs)
        self.scales = tuple(scales)
        self.offered = offered(self.scales)
        field = self.fields["state"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", "As it is now"), *((str(n), w) for n, w in revisions)]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for name, words in self.wanted.faults(self.scales).items():
            self.add_error(name, words)
        return cleaned

    @property
    def wanted_kind(self) -> str:
        return str(self.cleaned_data.get("kind") or FULL.kind)

    @property
    def wanted(self) -> ReportOptions:
        """The report that a valid form asks for."""
        said = self.cleaned_data
        language = said.get("language") or FULL.language
        extract, clauses = said.get("extract", ""), bool(said.get("clauses"))
        return ReportOptions(self.wanted_kind, language, extract, clauses)

    @property
    def state_wanted(self) -> State:
        """The state that a valid form asks for."""
        said = self.cleaned_data
        revision = int(said["state"]) if said.get("state") else None
        return State(revision, None if revision else said.get("seq"))

    @property
    def kinds(self) -> list[tuple[str, str, str, bool]]:
        """Each kind with its name, what it is for, and whether it is chosen."""
        chosen = self["kind"].value() or FULL.kind
        return [(kind.value, str(kind.label), ABOUT[kind], kind.value == chosen) for kind in self.offered]


class LanguageForm(forms.Form):
    """The language of a report about which nothing else is asked."""

    language = forms.ChoiceField(choices=OwnLanguage.choices, required=False)

    @property
    def chosen(self) -> str:
        """The language; English for none, and for one that Attest does not write."""
        said = self.cleaned_data.get("language") if self.is_valid() else ""
        return str(said or FULL.language)


class VerifyForm(forms.Form):
    """A report that someone wants checked."""

    file = forms.FileField(
        label="Report (PDF)",
        help_text=f"Choose it, or drop it here. At most {MOST_BYTES // 2**20} MB.",
        widget=forms.ClearableFileInput(attrs={"class": "input", "accept": "application/pdf,.pdf"}),
        error_messages={
            "required": "Choose the PDF of a report.",
            "empty": "The file is empty. Choose the PDF of a report.",
        },
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > MOST_BYTES:
            most = MOST_BYTES // 2**20
            msg = f"The file is larger than {most} MB, and no report is that large."
            raise forms.ValidationError(msg)
        return file


class SendForm(forms.Form):
    """The members who get a mail about a report, and a word to them."""

    to = forms.TypedMultipleChoiceField(
        label="To",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Choose at least one person.",
            "invalid_choice": "One of these people does not see this report any more.",
        },
    )
    text = forms.CharField(
        label="Message",
        required=False,
        max_length=2000,
        validators=[validate_text],
        widget=forms.Textarea(attrs={"class": "textarea", "rows": 3, "dir": "auto"}),
    )

    def __init__(self, data: Any = None, *, people: Iterable[User]) -> None:
        super().__init__(data, auto_id="send-%s")
        self.people = {person.pk: person for person in people}
        to: Any = self.fields["to"]
        to.choices = [(pk, str(person)) for pk, person in self.people.items()]

    @property
    def chosen(self) -> list[User]:
        """Of a valid form the people."""
        return [self.people[pk] for pk in self.cleaned_data["to"]]

    def clean_text(self) -> str:
        return line_ends(self.cleaned_data["text"])
