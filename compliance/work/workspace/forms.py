"""Forms of an assessment."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict

from compliance.ground.web.fields import DayField
from compliance.ground.web.text import validate_line, validate_text
from compliance.work.assessments.answer_fields import TYPED, Kind
from compliance.work.assessments.choices import NO_OWNER, Verdict
from compliance.work.assessments.models import LONGEST_WHY
from compliance.work.assessments.proposing import Used
from compliance.work.assessments.values import LONGEST_TEXT, line_ends
from compliance.work.assessments.versions import Known, read_known


class _Text(forms.CharField):
    """A text with its line ends as one character each."""

    def to_python(self, value: Any) -> str:
        return line_ends(super().to_python(value) or "")


_INPUTS: dict[Kind, Callable[[], forms.Field]] = {
    Kind.VERDICT: lambda: forms.ChoiceField(choices=Verdict.choices, required=False),
    Kind.TEXT: lambda: _Text(required=False, strip=False, validators=[validate_text]),
    Kind.PERSON: lambda: forms.IntegerField(
        required=False,
        min_value=1,
        max_value=2**63 - 1,
        error_messages={"max_value": NO_OWNER},
    ),
    Kind.DAY: lambda: DayField(required=False),
}
"""How a kind of field is typed; the action parses values and measures texts: it knows
the question, and which text stands already."""


class AnswerForm(forms.Form):
    """The fields of a row that were sent; one that was not sent is not touched."""

    base = forms.CharField(max_length=300)
    proposal = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        self.typed_values = data.getlist("value")
        self.grounds = list(_ids(data.getlist("grounds")))
        for field in TYPED:
            if field.kind in _INPUTS:
                self.fields[field.name] = _INPUTS[field.kind]()

    def clean_base(self) -> Known:
        try:
            return read_known(self.cleaned_data["base"])
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error

    def changes(self) -> dict[str, Any]:
        """The fields that were sent, by their columns; no verdict leaves it as it is."""
        return {
            field.column: self.cleaned_data.get(field.name, self.typed_values)
            for field in TYPED
            if field.name in self.data and (field.kind != Kind.VERDICT or self.data[field.name])
        }

    def used(self) -> Used | None:
        """The proposal that is saved as the person's answer, with the evidence they chose."""
        pk = self.cleaned_data["proposal"]
        return Used(pk, self.grounds) if pk else None


def _ids(texts: Iterable[str]) -> Iterator[UUID]:
    for text in texts:
        with suppress(ValueError):
            yield UUID(text)


class AsideForm(forms.Form):
    """Why a proposal is set aside, if the person says so."""

    reason = forms.CharField(
        required=False,
        max_length=LONGEST_WHY,
        validators=[validate_text],
        error_messages={"max_length": "The reason has %(show_value)d characters; 2,000 fit."},
    )

    def clean_reason(self) -> str:
        return line_ends(self.cleaned_data["reason"])


class CommentForm(forms.Form):
    """Something to say about an answer."""

    text = forms.CharField(
        max_length=LONGEST_TEXT,
        validators=[validate_text],
        error_messages={"required": "Write something first."},
    )

    def clean_text(self) -> str:
        return line_ends(self.cleaned_data["text"])


class PresenceForm(forms.Form):
    """The row that a person has open, and whom the page shows; or that they go."""

    answer = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    known = forms.CharField(required=False)
    gone = forms.BooleanField(required=False)


class VisitForm(forms.Form):
    """How far along the trail a page showed what others changed; ``back`` undoes it."""

    seq = forms.IntegerField(required=False, min_value=0, max_value=2**63 - 1)
    back = forms.IntegerField(required=False, min_value=0, max_value=2**63 - 1)


class KnownForm(forms.Form):
    """The version of an answer that a page knew when it sent a comment or decision."""

    base = forms.CharField(max_length=300, widget=forms.HiddenInput)

    def clean_base(self) -> Known:
        try:
            return read_known(self.cleaned_data["base"])
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error

    @property
    def fault(self) -> str:
        """The first fault in words."""
        return next(str(text) for group in self.errors.values() for text in group)


class BackForm(KnownForm):
    """Why "not applicable" is sent back."""

    why = forms.CharField(
        label="Why do you send it back?",
        max_length=LONGEST_TEXT // 2,
        validators=[validate_text],
        widget=forms.Textarea(attrs={"class": "textarea", "rows": 3, "dir": "auto"}),
        error_messages={
            "required": "Give the reason for sending it back.",
            "max_length": "The text has %(show_value)d characters; 50,000 fit.",
        },
    )

    def clean_why(self) -> str:
        return line_ends(self.cleaned_data["why"])


class TakeForm(KnownForm):
    """The versions of an answer and of its source that someone looked at."""

    source_version = forms.IntegerField(min_value=0, max_value=2**31 - 1)


class PickForm(forms.Form):
    """Answers picked in the queue, or the one whose button was pressed."""

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        ids = (key.removeprefix("base-") for key in data if key.startswith("base-"))
        choices = [(text, text) for text in ids if re.fullmatch("[0-9]{1,18}", text)]
        self.fields["pick"] = forms.TypedMultipleChoiceField(coerce=int, required=False, choices=choices)
        self.fields["only"] = forms.TypedChoiceField(
            coerce=int, required=False, empty_value=None, choices=choices
        )

    def seen(self) -> dict[int, Known]:
        """Answer id to what the page knew of it; raises ``ValidationError``."""
        picked = self.cleaned_data if self.is_valid() else {}
        only = picked.get("only")
        ids = [only] if only else picked.get("pick")
        if not ids:
            raise forms.ValidationError("Pick at least one question first.")
        try:
            return {pk: read_known(self.data[f"base-{pk}"]) for pk in ids}
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error


class SeqsForm(forms.Form):
    """Numbers of events in the trail."""

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        sent = [text for text in data.getlist("seq") if re.fullmatch("[0-9]{1,18}", text)]
        self.fields["seq"] = forms.TypedMultipleChoiceField(
            coerce=int, choices=[(text, text) for text in sent[:200]]
        )


class SavedViewForm(forms.Form):
    """The name of a view; whether all see it is asked of those who may decide it."""

    name = forms.CharField(
        label="Name",
        max_length=60,
        validators=[validate_line],
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
        error_messages={"required": "Give the view a name."},
    )
    is_shared = forms.BooleanField(label="Everybody here sees it", required=False)

    def __init__(self, *args: Any, may_share: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.may_share = may_share

    def clean_is_shared(self) -> bool:
        return self.may_share and bool(self.cleaned_data["is_shared"])
