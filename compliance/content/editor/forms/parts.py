"""Forms for checklists: questions, sections, the head, facts."""

import re
from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError

from compliance.content.applicability.choices import FactKind
from compliance.content.checklists.choices import Level, QuestionKind
from compliance.content.checklists.form_lines import (
    HiddenLines,
    Lines,
    area,
    line,
    one_of,
    short,
)
from compliance.content.checklists.limits import MOST_CHOICES
from compliance.content.checklists.models import Edition
from compliance.content.checklists.translations import ORIGINAL, language_tag
from compliance.ground.web.fields import DayField, FigureField
from compliance.ground.web.text import validate_line

WEIGHTS = {
    1: "1, minor",
    2: "2, small",
    3: "3, normal",
    4: "4, major",
    5: "5, critical",
}
BOUNDS = {
    "at_least": "Met from",
    "at_most": "Met up to",
    "partly_at_least": "Partly from",
    "partly_at_most": "Partly up to",
}


NOT_WHOLE = "The question arrived incomplete; load the page again."


class QuestionForm(forms.Form):
    """The words of a question, how it is answered, and its guidance."""

    seen = forms.JSONField(
        widget=forms.HiddenInput,
        error_messages={"required": NOT_WHOLE, "invalid": NOT_WHOLE},
    )
    text = area("Question", 3, required=True)
    title = line("Short name", 60)
    kind = one_of("Kind", QuestionKind.choices)
    yardstick = forms.BooleanField(
        label="Yardstick: no law sets this threshold",
        required=False,
        help_text="Shown on screen and on paper; a “not met” is then no breach.",
    )
    weight = forms.TypedChoiceField(
        label="Weight",
        choices=list(WEIGHTS.items()),
        coerce=int,
        widget=forms.Select(attrs={"class": "select"}),
    )
    binds = forms.MultipleChoiceField(label="Binds", required=False, widget=forms.CheckboxSelectMultiple)
    cites = Lines("Citations", 3, most=100)
    cite = line("Add a citation", 200, required=False)
    good = Lines("A good answer shows", 3)
    how_to_check = area("How to check", 2)
    when_partly = area("When is it “Partly”?", 2)
    common_mistake = area("The usual mistake", 2)
    evidence_hints = Lines("Usual evidence", 3)
    remedy = area("First step", 2)
    background = area("Background", 3)
    related = Lines("Related questions", 2, most=20)
    unit = line("Unit", 40, required=False)
    at_least = FigureField(label=BOUNDS["at_least"], required=False)
    at_most = FigureField(label=BOUNDS["at_most"], required=False)
    partly_at_least = FigureField(label=BOUNDS["partly_at_least"], required=False)
    partly_at_most = FigureField(label=BOUNDS["partly_at_most"], required=False)

    def __init__(self, data: Any = None, *, edition: Edition, bound: list[str], **kwargs: Any) -> None:
        """``bound``: the roles that it binds now, if the edition has them or not."""
        super().__init__(data, **kwargs)
        roles = {role: f"{role} (no role of this edition)" for role in bound}
        roles |= edition.roles
        binds = cast(forms.MultipleChoiceField, self.fields["binds"])
        binds.choices = list(roles.items())
        if not roles:
            del self.fields["binds"]
        self.fields["cites"].widget = HiddenLines()
        for name, field in self.fields.items():
            if name in Lines.HINTS:
                field.help_text = Lines.HINTS[name]

    def clean_seen(self) -> dict[str, str]:
        seen = self.cleaned_data["seen"]
        if not isinstance(seen, dict):
            raise ValidationError(NOT_WHOLE)
        return seen

    @property
    def bounds(self) -> list[forms.BoundField]:
        return [self[name] for name in BOUNDS]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("kind") == QuestionKind.NUMBER:
            if not cleaned.get("unit"):
                self.add_error("unit", "Write what is counted, such as days.")
            self._check_bounds(cleaned)
        return cleaned

    def _check_bounds(self, cleaned: dict[str, Any]) -> None:
        low, high = cleaned.get("at_least"), cleaned.get("at_most")
        if low is None and high is None:
            self.add_error("at_least", "Write from or up to which number it is met.")
        if low is not None and high is not None and low > high:
            self.add_error("at_most", "This is below the number from which it is met.")
        more, less = cleaned.get("partly_at_most"), cleaned.get("partly_at_least")
        if more is not None and (high is None or more <= high):
            fault = "Write a number above the one up to which it is met."
            self.add_error("partly_at_most", fault)
        if less is not None and (low is None or less >= low):
            fault = "Write a number below the one from which it is met."
            self.add_error("partly_at_least", fault)

    def values(self) -> dict[str, Any]:
        """The fields by the names that a document has for them."""
        data = dict(self.cleaned_data)
        del data["seen"], data["cite"]
        bounds = {name: data.pop(name) for name in BOUNDS}
        unit, number = data.pop("unit"), None
        if data["kind"] == QuestionKind.NUMBER:
            limits = {n: number_of(v) for n, v in bounds.items() if v is not None}
            number = {"unit": unit} | limits
        return data | {"number": number}


def number_of(value: float) -> int | float:
    """A number without a point where it is whole."""
    return int(value) if value.is_integer() else value


class SectionForm(forms.Form):
    """The title of a section, the text before its questions, and its level."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    title = line("Title", 120)
    intro = area("Introduction", 3)
    level = forms.ChoiceField(
        label="Answered by",
        choices=Level.choices,
        required=False,
        widget=forms.Select(attrs={"class": "select"}),
        help_text="Once: other assessments may rest on one that answers this section for all of them.",
    )


class NewSectionForm(forms.Form):
    """A section that is not there yet."""

    title = line("New section", 120)


class NewQuestionForm(forms.Form):
    """A question that is not there yet."""

    section = short()
    text = line("New question", 1000)


class MoveForm(forms.Form):
    """Where a question or a section goes: a step, or behind another of its kind."""

    key = short()
    part = forms.ChoiceField(choices=[("question", ""), ("section", "")])
    step = forms.TypedChoiceField(
        choices=[("-1", "Up"), ("1", "Down")],
        required=False,
        coerce=int,
        empty_value=None,
    )
    section = short(required=False)
    behind = short(required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        target = "behind" if cleaned.get("part") == "section" else "section"
        is_named = target in self.data and (target == "behind" or cleaned.get(target))
        if not cleaned.get("step") and not is_named:
            msg = "Choose where to move it."
            raise ValidationError(msg)
        return cleaned


class RemoveForm(forms.Form):
    """The part to remove."""

    key = short()
    part = forms.ChoiceField(choices=[("question", ""), ("section", "")])


class UndoForm(forms.Form):
    """The event to undo, and the name of the page to go back to; the editor by default."""

    seq = forms.IntegerField(min_value=1, max_value=2**31)
    page = forms.RegexField(r"\A[a-z_]+:[a-z_]+\Z", required=False)
    language = short(required=False)


class ReplaceForm(forms.Form):
    """Words, and what takes their place, both as written."""

    find = forms.CharField(
        label="Find",
        strip=False,
        max_length=200,
        validators=[validate_line],
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
        error_messages={"required": "Write the words to find."},
    )
    put = forms.CharField(
        label="Replace with",
        strip=False,
        required=False,
        max_length=200,
        validators=[validate_line],
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )
    seen = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)


class HeadForm(forms.Form):
    """The head of an edition."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    number = line("Number", 20)
    law_as_of = DayField(
        label="Law as of",
        error_messages={
            "required": "Write the day whose law the questions follow.",
        },
    )
    release_notes = area("Changes, in two sentences", 3, help_text="You need them to publish.")
    subject_label = line("Name of the subject", 120)
    subject_help = area("Hint beside it", 2)
    language = line("Language", 20, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = "The one it is written in, as a code such as en, de or pt-BR."
        self.fields["language"].help_text = words

    def clean_language(self) -> str:
        typed: str = self.cleaned_data["language"] or ORIGINAL
        if not language_tag(typed):
            msg = "Write a language as a code such as en, de or pt-BR."
            raise ValidationError(msg)
        return language_tag(typed)


class FactForm(forms.Form):
    """A fact with its choices, one a line. A key in brackets keeps a choice's meaning."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    key = short(required=False)
    label = line("Short name", 60)
    text = area("Question", 2, required=True)
    help = area("Hint", 2)
    kind = one_of("Answer", FactKind.choices)
    choices = Lines("Choices", 4, most=200, count=MOST_CHOICES)
    contested = area(
        "Contested",
        2,
        help_text="Why the law has two readings, where this is one of them."
        " It then decides from which day duties bind, never whether.",
    )

    def __init__(self, data: Any = None, *, stands: Any = (), **kwargs: Any) -> None:
        """``stands``: the choices as they are now; what keeps its words keeps its key."""
        super().__init__(data, **kwargs)
        self.stands = list(stands)
        self.fields["choices"].help_text = "One per line. Leave empty for yes or no."

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        labels = cleaned.get("choices", [])
        if cleaned.get("kind") == FactKind.YESNO:
            cleaned["choices"] = []
        elif "choices" in cleaned and len(labels) < 2:
            self.add_error("choices", "Write at least two choices, one a line.")
        elif len(set(labels)) < len(labels):
            self.add_error("choices", "One of the choices appears twice.")
        return cleaned

    def values(self) -> dict[str, Any]:
        data = {n: v for n, v in self.cleaned_data.items() if n not in {"version", "key"}}
        return data | {"choices": keyed(data["choices"], self.stands)}


def keyed(labels: Iterable[str], stands: list[dict[str, str]]) -> list[dict[str, str]]:
    """Choices with keys: the same words keep theirs; so does one reworded in its place."""
    wanted = list(labels)
    by_label = {row["label"]: row for row in stands}
    taken = {row["key"] for row in stands}
    in_place = len(wanted) == len(stands)
    rows = []
    for at, label in enumerate(wanted):
        row = by_label.get(label)
        if row is None and in_place and stands[at]["label"] not in wanted:
            row = stands[at]
        if row is None:
            key = fresh_key(label, taken)
            taken.add(key)
            row = {"key": key, "help": ""}
        rows.append(row | {"label": label})
    return rows


def fresh_key(label: str, taken: Iterable[str]) -> str:
    """A key made of a label that is not taken yet."""
    stem = re.sub(r"[^a-z0-9]+", "-", label.casefold()).strip("-")[:30] or "choice"
    key, at = stem, 1
    while key in set(taken):
        at += 1
        key = f"{stem}-{at}"
    return key
