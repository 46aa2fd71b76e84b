"""The form to set many answers at once."""

from typing import Any

from django import forms

from compliance.ground.web.fields import DayField
from compliance.ground.web.text import validate_text
from compliance.work.assessments.answer_fields import NEEDED
from compliance.work.assessments.choices import NO_OWNER, Verdict
from compliance.work.assessments.values import LONGEST_TEXT, line_ends

NOBODY = "nobody"


class BulkForm(forms.Form):
    """One thing to set, named by ``what``; a field left empty sets nothing."""

    verdict = forms.ChoiceField(choices=Verdict.choices, required=False)
    reason = forms.CharField(required=False, max_length=LONGEST_TEXT, validators=[validate_text])
    later_until = DayField(required=False)
    person = forms.RegexField(
        rf"^({NOBODY}|[1-9][0-9]{{0,17}})$",
        required=False,
        error_messages={"invalid": NO_OWNER},
    )
    due_on = DayField(required=False)
    no_due = forms.BooleanField(required=False)
    evidence = forms.UUIDField(
        required=False, error_messages={"invalid": "Choose evidence from the library."}
    )

    def clean_reason(self) -> str:
        return line_ends(self.cleaned_data["reason"])

    def changes(self, what: str) -> dict[str, Any]:
        """The fields to set, by the names of the model; empty when nothing is chosen."""
        typed = self.cleaned_data
        if what == "answer":
            return _answer(typed)
        if what == "owner" and typed["person"]:
            is_nobody = typed["person"] == NOBODY
            return {"owner_id": None if is_nobody else int(typed["person"])}
        if what == "due" and (typed["due_on"] or typed["no_due"]):
            return {"due_on": None if typed["no_due"] else typed["due_on"]}
        return {}


def _answer(typed: dict[str, Any]) -> dict[str, Any]:
    """The verdict, with the reason or the day that it needs."""
    verdict = typed["verdict"]
    if not verdict:
        return {}
    needed = NEEDED.get(Verdict(verdict))
    beside = {needed.column: typed[needed.name]} if needed else {}
    return {"verdict": verdict} | beside
