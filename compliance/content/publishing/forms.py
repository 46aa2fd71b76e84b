"""Forms on the way from draft to published."""

from django import forms

from compliance.content.checklists.limits import MOST_TEXT
from compliance.ground.web.text import validate_line


def _reason(label: str, missing: str) -> forms.CharField:
    """A text that someone else has to read; ``missing`` is said where there is none."""
    return forms.CharField(
        label=label,
        max_length=MOST_TEXT,
        widget=forms.Textarea(attrs={"class": "textarea", "rows": 3, "dir": "auto"}),
        error_messages={"required": missing},
    )


class ReasonForm(forms.Form):
    """Why an edition goes back to its editors."""

    reason = _reason("Changes to make", "Say what should change.")


class RetireForm(forms.Form):
    """Why no assessment starts on an edition any more."""

    reason = _reason("Why it is retired", "Say why it is retired.")


class DiscardForm(forms.Form):
    """The content hash of the draft that was shown."""

    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)


class NextForm(forms.Form):
    """Whether the next draft is made to merge a newer original into it."""

    merge = forms.BooleanField(required=False)


class CloneForm(forms.Form):
    """The name of an own copy."""

    title = forms.CharField(max_length=120, required=False, validators=[validate_line])


class MergeForm(forms.Form):
    """Ours or theirs, per question and fact."""

    newer = forms.IntegerField(widget=forms.HiddenInput)
    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)
