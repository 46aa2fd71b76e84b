"""The form of the rules for a directory."""

from typing import Any

from django import forms

from compliance.identity.organisations.access import Permission, who_may
from compliance.identity.organisations.models import Organisation, User
from compliance.identity.sign_on.choices import GIVEN
from compliance.programs.directory.models import Directory


class RulesForm(forms.Form):
    """The role of newcomers, and the heir of open work."""

    role = forms.ChoiceField(
        label="Role of newcomers",
        choices=[(one.value, one.label) for one in GIVEN],
        help_text="If a person's group has a role at Sign-on, that role counts instead.",
        widget=forms.Select(attrs={"class": "select"}),
        error_messages={"invalid_choice": "Choose one from the list."},
    )
    heir = forms.TypedChoiceField(
        label="New owner of open work",
        required=False,
        coerce=int,
        empty_value=None,
        help_text="Gets the open questions and actions of people who leave.",
        widget=forms.Select(attrs={"class": "select"}),
        error_messages={"invalid_choice": "Choose one from the list."},
    )

    def __init__(self, data: Any = None, *, organisation: Organisation) -> None:
        rules = Directory.objects.filter(organisation=organisation).first()
        rules = rules or Directory(organisation=organisation)
        super().__init__(
            data,
            auto_id="rules-%s",
            initial={"role": rules.role, "heir": rules.heir_id},
        )
        self.people = {one.pk: one for one in who_may(organisation, Permission.ANSWER)}
        heir = self.fields["heir"]
        if isinstance(heir, forms.TypedChoiceField):
            heir.choices = [
                ("", "Nobody"),
                *((pk, str(one)) for pk, one in self.people.items()),
            ]

    @property
    def chosen(self) -> User | None:
        """The person who was chosen."""
        return self.people.get(self.cleaned_data["heir"])
