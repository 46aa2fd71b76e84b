"""The secret of an app with codes, as its address and as a picture (ISO/IEC 18004)."""

from allauth.mfa.adapter import get_adapter
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

from compliance.identity.organisations.models import User


def uri_of(person: User, secret: str) -> str:
    """``otpauth://totp/…``, as apps read it."""
    return get_adapter().build_totp_url(person, secret)


def path_of(text: str) -> tuple[int, str]:
    """Modules a side, and the outline of the dark ones for the ``d`` of an SVG path."""
    code = QRCode(border=0, error_correction=ERROR_CORRECT_M)
    code.add_data(text)
    code.make(fit=True)
    dark = [
        f"M{x} {y}h1v1h-1z"
        for y, row in enumerate(code.get_matrix())
        for x, is_dark in enumerate(row)
        if is_dark
    ]
    return code.modules_count, "".join(dark)
