"""The form of the two sides."""

from django import forms

from compliance.ground.web.fields import DayField


class SidesForm(forms.Form):
    """Two assessments, each as it stands or as it stood at the end of a day."""

    before = forms.UUIDField(required=False)
    after = forms.UUIDField(required=False)
    before_on = DayField(label="At the end of", required=False)
    after_on = DayField(label="At the end of", required=False)
