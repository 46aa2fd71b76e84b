"""Forms of a review."""

from datetime import datetime
from typing import Any

from django import forms
from django.core import signing

from compliance.assurance.reviews.actions import PageState
from compliance.assurance.reviews.choices import CheckResult, Decision
from compliance.assurance.reviews.models import Review, SignOff
from compliance.ground.web.text import validate_line, validate_text

LONGEST = 20_000
"""Characters of a reason, or of reservations."""
_SALT = "compliance.assurance.reviews.seen"
STALE = "This page is out of date. Look at the current state, and sign that."


def _words(label: str, required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=LONGEST,
        validators=[validate_text],
        error_messages={
            "required": "Give the reason for reopening.",
            "max_length": "Write at most 20,000 characters.",
        },
    )


class ReturnForm(forms.Form):
    """Why an assessment goes back as a whole."""

    said = _words("Changes to make")


class CheckForm(forms.Form):
    """A reviewer's result for the answer that the page showed."""

    seen = forms.RegexField("^[0-9a-f]{64}$")
    result = forms.ChoiceField(choices=CheckResult.choices)
    reason = _words("Changes to make")


class SeenForm(forms.Form):
    """Answers that a reviewer accepts together."""

    seen = forms.RegexField("^[0-9a-f]{64}$")


class ReasonForm(forms.Form):
    """Why a signed assessment is to be opened again."""

    reason = _words("Why reopen it?", required=True)


class DecideForm(forms.Form):
    """Yes or no to a reopening."""

    decision = forms.ChoiceField(choices=Decision.choices)


class SignForm(forms.Form):
    """The page that was read, signed by us, and the signer's own words."""

    seen = forms.CharField(widget=forms.HiddenInput)
    role = forms.CharField(
        label="Signing as",
        max_length=SignOff._meta.get_field("role").max_length,
        validators=[validate_line],
        error_messages={"required": "State the role in which you sign."},
    )
    reservations = _words("Reservations")

    def __init__(self, *args: Any, review: Review | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.review = review

    def clean_seen(self) -> PageState:
        try:
            review_id, content_hash, at, statement = signing.loads(self.cleaned_data["seen"], salt=_SALT)
        except (signing.BadSignature, ValueError) as error:  # or of an earlier version
            raise forms.ValidationError(STALE) from error
        if self.review is None or review_id != self.review.pk:
            raise forms.ValidationError(STALE)
        return PageState(content_hash, datetime.fromisoformat(at), statement)


def shown(review: Review, seen: PageState) -> str:
    """A page's basis, signed by the installation, for ``SignForm``."""
    at = seen.stood_at.isoformat()
    basis = [review.pk, seen.content_hash, at, seen.statement]
    return signing.dumps(basis, salt=_SALT)
