"""Forms for translations: a language, and the texts of a part in it."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from compliance.content.checklist_translations.translator import SHOWS
from compliance.content.checklists.form_lines import Lines, area, line
from compliance.content.checklists.translations import (
    LISTS,
    ONE_LINE,
    Part,
    Text,
    Texts,
    language_tag,
)
from compliance.ground.web.languages import OFFERED, language_name

MOST_LINE = 300
"""Characters of a translated title: longer than the title, which may have grown."""


class LanguageForm(forms.Form):
    """A language, chosen or written."""

    language = forms.ChoiceField(
        label="Language",
        required=False,
        widget=forms.Select(attrs={"class": "select"}),
    )
    other = forms.CharField(
        label="Or its code",
        required=False,
        max_length=20,
        help_text="Such as pt-BR, sr-Latn or ga.",
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, data: Any = None, *, taken: Iterable[str] = ()) -> None:
        super().__init__(data, auto_id="add-%s")
        codes = [code for code in OFFERED if code not in set(taken)]
        choices = [("", "Choose"), *((code, language_name(code)) for code in codes)]
        field = self.fields["language"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - as it stands above
        field.choices = choices

    def clean_other(self) -> str:
        typed: str = self.cleaned_data["other"]
        code = language_tag(typed)
        if typed and not code:
            msg = "Write a language as a code such as de, pt-BR or sr-Latn."
            raise ValidationError(msg)
        return code

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["code"] = cleaned.get("other") or cleaned.get("language") or ""
        if not cleaned["code"] and not self.errors:
            self.add_error("language", "Choose a language, or write its code.")
        return cleaned


class ShowForm(forms.Form):
    """The filter of the parts."""

    language = forms.CharField(max_length=20, required=False)
    show = forms.ChoiceField(choices=[(name, name) for name in SHOWS], required=False)


class TranslationForm(forms.Form):
    """Every text of a part in one language; what is empty is not translated."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, part: Part, labels: dict[str, str], language: str) -> None:
        super().__init__(data)
        self.part, self.language = part, language
        self.stale = part.stale(language)
        words = part.found.get(language, {})
        for name, text in part.texts.items():
            if text:
                field = _field(name, labels[name], text)
                field.widget.attrs["lang"] = language
                if name in words:
                    field.initial = words[name]["text"]
                self.fields[name] = field
        choices = [(name, labels[name]) for name in self.stale]
        self.fields["still"] = forms.MultipleChoiceField(required=False, choices=choices)

    @property
    def rows(self) -> list[tuple[Text, forms.BoundField, bool, bool]]:
        """Source, field, whether it is a list, whether its translation is stale."""
        texts = self.part.texts
        return [
            (texts[name], self[name], name in LISTS, name in self.stale)
            for name in self.fields
            if name in texts
        ]

    def typed(self) -> Texts:
        """The texts as they were typed, by name."""
        return {n: v for n, v in self.cleaned_data.items() if n in self.part.texts}


def _field(name: str, label: str, text: Text) -> forms.CharField:
    if name in LISTS:
        return Lines(label, max(2, len(text)))
    if ONE_LINE.fullmatch(name):
        return line(label, MOST_LINE, required=False)
    rows = min(8, 2 + len(text) // 90)
    return area(label, rows)
