"""Asking for a new password. Apart from ``accounts``, which allauth loads first."""

from typing import Any

from django import forms
from django.http import HttpRequest

from compliance.identity.accounts.tasks import send_reset


class ResetForm(forms.Form):
    """The address of an account whose password is forgotten."""

    email = forms.EmailField(max_length=254)

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Queue the mail; whether there is an account is asked outside the request."""
        email: str = self.cleaned_data["email"]
        send_reset.enqueue(email.lower())
        return email
