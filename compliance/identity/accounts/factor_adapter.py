"""Hooks of allauth for second factors. Apart from ``accounts``, which it loads first."""

from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth.base_user import AbstractBaseUser

from compliance.identity.accounts import factor_secrets
from compliance.identity.organisations import webauthn


class FactorAdapter(DefaultMFAAdapter):
    """Secrets are encrypted; passkeys belong to the host of ``ATTEST_URL``."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "This code is not right, or was used before. Try the next one.",
    }

    def get_totp_issuer(self) -> str:
        return "Attest"

    def encrypt(self, text: str) -> str:
        return factor_secrets.closed(text)

    def decrypt(self, encrypted_text: str) -> str:
        return factor_secrets.opened(encrypted_text)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {"id": webauthn.host(), "name": "Attest"}

    def get_public_key_credential_user_entity(self, user: AbstractBaseUser) -> dict[str, Any]:
        return {
            "id": str(user.pk).encode(),
            "display_name": str(user),
            "name": self._get_user_identifier(user),
        }
