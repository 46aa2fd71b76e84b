"""Forms for starting an assessment, its facts, and what it rests on."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django import forms

from compliance.content.applicability.choices import FactKind
from compliance.content.applicability.rules import choice_words
from compliance.content.checklists.models import Edition, Fact
from compliance.ground.web.fields import day_input
from compliance.ground.web.text import validate_text
from compliance.work.assessments.detail_fields import DETAILS, MORE
from compliance.work.assessments.earlier_assessments import earlier_in_words
from compliance.work.assessments.models import LONGEST_WHY, Assessment
from compliance.work.assessments.values import line_ends

UNKNOWN = "unknown"
NONE = "none"

WANTED = {
    "subject": "Write what you are assessing.",
    "period_from": "Give the first day of the audit period.",
    "period_to": "Give the last day of the audit period.",
}
"""Messages for empty fields of a new assessment."""


class StartForm(forms.ModelForm):
    """Subject, audit period and due date of a new assessment."""

    class Meta:
        model = Assessment
        fields = tuple(field.name for field in DETAILS)

    def __init__(
        self,
        data: Any = None,
        *,
        edition: Edition,
        others: Iterable[Assessment] = (),
        **kwargs: Any,
    ) -> None:
        """``others`` are those on which it may rest; without one nothing is asked."""
        super().__init__(data, **kwargs)
        if others:
            self.fields["rests_on"] = rests_on_field(others)
        self.fields["subject"].label = edition.subject_label
        self.fields["subject"].help_text = edition.subject_help
        self.fields["period_from"].label = "Audit period from"
        self.fields["period_to"].label = "to"
        self.fields["due_on"].label = "To be finished by"
        for column, field in MORE.items():
            self.fields[column].label = field.heading
        for field in DETAILS:
            if field.is_day:
                self.fields[field.name].widget = day_input()
            else:
                self.fields[field.name].widget.attrs["class"] = "input"
        for name, wanted in WANTED.items():
            self.fields[name].error_messages["required"] = wanted

    @property
    def more(self) -> list[forms.BoundField]:
        """The details without a place of their own on the page."""
        return [self[column] for column in MORE]

    def clean(self) -> dict[str, Any]:
        """The error of a period that ends before it begins is shown at its last day."""
        cleaned = super().clean() or {}
        first, last = cleaned.get("period_from"), cleaned.get("period_to")
        if first and last and last < first:
            self.add_error("period_to", "The audit period ends before it begins.")
        return cleaned


class DetailsForm(StartForm):
    """The same of an assessment that runs, and why they are corrected."""

    reason = forms.CharField(
        label="Why are they corrected?",
        max_length=LONGEST_WHY,
        validators=[validate_text],
        widget=forms.Textarea(attrs={"class": "textarea", "rows": 3, "dir": "auto"}),
        error_messages={
            "required": "Give the reason for the correction.",
            "max_length": "The reason has %(show_value)d characters; 2,000 fit.",
        },
    )

    def clean_reason(self) -> str:
        return line_ends(self.cleaned_data["reason"])


class ShownDetails(forms.Form):
    """The details that the page of a correction showed, carried along unseen."""

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        for field in DETAILS:
            options: dict[str, Any] = {"required": False, "widget": forms.HiddenInput}
            self.fields[field.name] = (
                forms.DateField(**options) if field.is_day else forms.CharField(strip=False, **options)
            )


def rests_on_field(others: Iterable[Assessment]) -> forms.TypedChoiceField:
    """The assessments that may answer for one, and "this one itself"."""
    choices = [(str(one.pk), earlier_in_words(one)) for one in others]
    return forms.TypedChoiceField(
        label="Questions asked once for the organisation",
        choices=[("", "Answer them in this assessment"), *choices],
        coerce=UUID,
        empty_value=None,
        required=False,
        widget=forms.Select(attrs={"class": "select"}),
        help_text="Another assessment can answer them for this one. It shows and reports"
        " the answers given there, and keeps its own for later.",
    )


class RestsOnForm(forms.Form):
    """The assessment that answers what is asked once; ``base`` is what the page showed."""

    base = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, others: Iterable[Assessment], now: UUID | None = None) -> None:
        super().__init__(data, initial={"base": now, "rests_on": now})
        self.fields["rests_on"] = rests_on_field(others)


class FactsForm(forms.Form):
    """The facts of an edition; each can be left at "I don't know yet"."""

    def __init__(
        self,
        data: Any = None,
        *,
        facts: list[Fact],
        known: dict[str, Any] | None = None,
        prefix: str | None = None,
    ) -> None:
        super().__init__(data, initial=_initial(facts, known or {}), prefix=prefix)
        self.facts = {fact.key: fact for fact in facts}
        for fact in facts:
            self.fields[fact.key] = _field(fact)

    @property
    def named(self) -> Iterator[tuple[forms.BoundField, str]]:
        """Each field with the short name of its fact."""
        return ((self[key], fact.label) for key, fact in self.facts.items())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for key, fact in self.facts.items():
            chosen = cleaned.get(key)
            if fact.kind != FactKind.SEVERAL or not chosen or len(chosen) == 1:
                continue
            if {NONE, UNKNOWN} & set(chosen):
                only = "“None of these”" if NONE in chosen else "“I don't know yet”"
                self.add_error(key, f"{fact.text} {only} cannot go with another choice: clear one.")
        return cleaned

    def answers(self) -> dict[str, list[str] | None]:
        """Fact key to chosen keys; None where it is not known yet."""
        found: dict[str, list[str] | None] = {}
        for key in self.facts:
            value = self.cleaned_data.get(key) or UNKNOWN
            chosen = [value] if isinstance(value, str) else list(value)
            if chosen == [NONE]:
                found[key] = []
            else:
                found[key] = None if UNKNOWN in chosen else chosen
        return found

    def hidden(self) -> list[tuple[str, str]]:
        """Names and values that carry along unseen what the fields show."""
        values = [(self.add_prefix(key), self[key].value() or []) for key in self.facts]
        return [
            (name, one) for name, value in values for one in ([value] if isinstance(value, str) else value)
        ]


def _choices(fact: Fact) -> list[tuple[str, str]]:
    none = [(NONE, "None of these")] if fact.kind == FactKind.SEVERAL else []
    return [*choice_words(fact.choices).items(), *none, (UNKNOWN, "I don't know yet")]


def _field(fact: Fact) -> forms.Field:
    several = fact.kind == FactKind.SEVERAL
    make = forms.MultipleChoiceField if several else forms.ChoiceField
    return make(
        choices=_choices(fact),
        widget=forms.CheckboxSelectMultiple if several else forms.RadioSelect,
        required=False,
        label=fact.text,
        help_text=fact.help,
    )


def _initial(facts: list[Fact], known: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for fact in facts:
        chosen = known.get(fact.key)
        if fact.kind == FactKind.SEVERAL:
            found[fact.key] = [] if chosen is None else chosen or [NONE]
        else:
            found[fact.key] = chosen[0] if chosen else UNKNOWN
    return found
