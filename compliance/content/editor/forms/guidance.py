"""The guidance of a question on its own, for a look at it before it is saved."""

from django import forms

from compliance.content.checklists.form_lines import Lines, area


class GuidanceForm(forms.Form):
    """Guidance for the person who answers; a part that is refused is left out of the preview."""

    good = Lines("A good answer shows", 3)
    how_to_check = area("How to check", 2)
    when_partly = area("When is it “Partly”?", 2)
    common_mistake = area("The usual mistake", 2)
    evidence_hints = Lines("Usual evidence", 3)
    remedy = area("First step", 2)
    background = area("Background", 3)
