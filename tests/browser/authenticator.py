"""A device with passkeys that Chromium plays, and the way to a passkey on it."""

from tests.support import factories


def add_authenticator(page, **options):
    """Give the page a device that verifies its person; its session and its id."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    defaults = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": defaults | options})
    return session, made["authenticatorId"]


def begin_passkey(page, name):
    """Name, and password if asked, up to the page on which the device makes the key."""
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Add a passkey").click()
    confirm(page)
    page.get_by_role("button", name="Make the passkey").wait_for()


def confirm(page, password=factories.PASSWORD):
    """Type the password where the door asks for it, which may be in place."""
    page.wait_for_load_state()
    page.locator("form.htmx-request").first.wait_for(state="detached")
    if page.get_by_role("heading", name="Confirm that it is you").is_visible():
        page.get_by_label("Your password").fill(password)
        page.get_by_role("button", name="Go on").click()
