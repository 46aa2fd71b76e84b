"""An owner sets up sign-on at a provider, and a new colleague comes in by it."""

import re
import socket
import subprocess
from ipaddress import ip_network
from types import SimpleNamespace
from urllib.parse import urlsplit

import pyotp
import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.conf import settings as own
from django.core.cache import cache
from django.utils.timezone import localdate
from playwright.sync_api import expect

from compliance.assurance.reviews import actions as reviews
from compliance.models import FactorCount
from tests.browser.authenticator import add_authenticator, confirm
from tests.browser.conftest import new_context
from tests.browser.test_accessible import looks
from tests.browser.window import Window
from tests.programs.directory.calling import PATCH
from tests.support import factories, oidc_provider, saml_provider, signing
from tests.support.factories import PASSWORD
from tests.support.needs import needs

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAGE = "/o/acme/sign-on/"


@pytest.fixture
def site(server_here, settings):
    settings.URL = server_here.url
    settings.PRIVATE_NETWORKS = [ip_network("127.0.0.0/8")]
    cache.clear()
    return SimpleNamespace(url=server_here.url)


@pytest.fixture
def provider(site):
    """The issuer of a provider that runs."""
    needs("node")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    back = f"{site.url}/sign-on/acme/callback/"
    running = subprocess.Popen(
        ["node", "tests/node/provider.mjs", str(port), back],
        cwd=own.BASE_DIR,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert running.stdout.readline().strip() == "ready"
    yield f"http://127.0.0.1:{port}"
    running.terminate()
    running.communicate(timeout=10)


@pytest.fixture
def secret(cast):
    """Ada's app with codes."""
    made = pyotp.random_base32()
    data = {"secret": get_adapter().encrypt(made)}
    app = Authenticator.objects.create(user=cast.ada, type="totp", data=data)
    FactorCount.objects.create(authenticator=app, count=0)
    return made


@pytest.fixture
def windows(site, chromium, monkeypatch):
    """``windows()``: a page in a browser of its own."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    contexts = []
    with chromium() as browser:

        def start(script=True):
            contexts.append(new_context(browser, site, java_script_enabled=script))
            return Window(contexts[-1].new_page()).page

        yield start
        for context in contexts:
            context.close()


def sign_in_there(page, email):
    """On the provider's own pages, of which it leaves out what it knows already."""
    page.get_by_role("link", name="Go on at 127.0.0.1").click()
    page.wait_for_load_state()
    while urlsplit(page.url).hostname == "127.0.0.1":
        if page.locator("[name=login]").count():
            page.locator("[name=login]").fill(email)
            page.locator("[name=password]").fill("any")
        page.locator("button[type=submit]").click()
        page.wait_for_load_state()


def press(page, name):
    page.get_by_role("button", name=name).click()
    confirm(page)


def sign_in(page, email, secret):
    """By password and a code."""
    page.goto("/accounts/login/")
    page.fill("#id_login", email)
    page.fill("#id_password", PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.fill("#id_code", pyotp.TOTP(secret).now())
    page.keyboard.press("Enter")
    page.wait_for_url("**/o/acme/")


def name_provider(page, issuer):
    page.goto(PAGE)
    page.get_by_label("Issuer").fill(issuer)
    page.get_by_label("Client ID").fill("attest")
    page.get_by_label("Client secret").fill(oidc_provider.SECRET)
    page.get_by_label("Role of people who sign in").select_option("reader")
    press(page, "Save the provider")
    page.get_by_text("The provider is kept.").wait_for()


def show_domain(page, settings):
    page.get_by_label("Domain", exact=True).fill("acme.example")
    press(page, "Add the domain")
    page.get_by_text("_attest.acme.example").first.wait_for()
    record = page.get_by_label("Text record").input_value()
    with oidc_provider.name_server({"_attest.acme.example": [record]}) as settings.NAME_SERVER:
        press(page, "Look for it")
        page.get_by_text("acme.example is verified.").wait_for()


def give_role(page, role):
    page.get_by_label("Group", exact=True).fill("officers")
    page.get_by_label("Role", exact=True).select_option(role)
    press(page, "Add the group")
    page.get_by_text("It counts from the next sign-in").wait_for()


def test_owner_sets_sign_on_up_and_a_colleague_comes_in_by_it(cast, provider, secret, windows, settings):
    """Each page of the way is looked at, too."""
    page = windows()
    sign_in(page, cast.ada.email, secret)
    name_provider(page, provider)
    show_domain(page, settings)
    give_role(page, "officer")
    press(page, "Test the provider")
    page.get_by_role("heading", name="Test the provider").wait_for()
    wrong = looks(page)
    sign_in_there(page, "ada@acme.example")
    page.get_by_role("heading", name="The provider works").wait_for()
    wrong += looks(page)
    page.get_by_role("link", name="Back to sign-on").click()
    press(page, "Switch sign-on on")
    page.get_by_text("Sign-on is on.").wait_for()
    wrong += looks(page)

    page = windows()
    page.goto("/accounts/login/")
    page.get_by_role("link", name="Continue with your organisation").click()
    page.get_by_label("Email").fill("nadia@acme.example")
    wrong += looks(page)
    page.get_by_role("button", name="Go on").click()
    sign_in_there(page, "nadia@acme.example")
    page.wait_for_url("**/o/acme/")
    assert "Officer" in page.locator("header").inner_html()
    assert wrong == []


def set_up(page, issuer, settings, role):
    """Sign-on that stands, and a second factor for all who do not come by it."""
    name_provider(page, issuer)
    show_domain(page, settings)
    give_role(page, role)
    press(page, "Test the provider")
    sign_in_there(page, "ada@acme.example")
    page.get_by_role("link", name="Back to sign-on").click()
    press(page, "Switch sign-on on")
    page.get_by_text("Sign-on is on.").wait_for()
    page.goto("/o/acme/policy/")
    page.get_by_label("Second factor").fill(str(localdate()))
    press(page, "Save the policy")
    page.get_by_text("The policy holds from now on.").wait_for()


@pytest.fixture
def review(cast):
    """The page of a review in which one answer waits for a look."""
    edition = factories.make_edition(1)
    assessment = factories.make_assessment(cast.acme, cast.ada, edition)
    signing.answer(cast.con, assessment, "Q1", verdict="met", note="In the wiki.")
    reviews.send(by=cast.otto, assessment=assessment)
    return f"{assessment.get_absolute_url()}review/"


def come_in(page, email):
    page.goto("/sign-on/acme/")
    sign_in_there(page, email)
    page.wait_for_url("**/o/acme/")


def add_passkey(page, email):
    """Asked who it is, somebody without a password shows that in another tab."""
    add_authenticator(page)
    page.goto("/security/")
    page.get_by_label("Name").fill("Laptop")
    page.get_by_role("button", name="Add a passkey").click()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="confirm it at the provider").click()
    sign_in_there(opened.value, email)
    opened.value.get_by_role("heading", name="It is you").wait_for()
    opened.value.close()
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Make the passkey").click()
    page.get_by_text("The passkey “Laptop” is added.").wait_for()


def sign(page, path):
    page.goto(path)
    page.get_by_label("Signing as").fill("Head of compliance")
    page.get_by_role("button", name="Sign with a passkey").click()
    page.get_by_text("Signed. Nothing in this assessment").first.wait_for()
    page.get_by_text("confirmed by passkey").first.wait_for()


def sign_out(owner, name):
    """Everywhere, by an owner."""
    owner.goto("/o/acme/members/")
    owner.get_by_role("link", name=f"Change {name}").click()
    press(owner, "Sign out everywhere")
    owner.get_by_text("signed out").first.wait_for()


def deactivate(owner, email):
    """By SCIM, as Entra ID does it, with a token that the owner made."""
    owner.goto("/o/acme/directory/")
    press(owner, "Make the token")
    token = owner.get_by_label("Token", exact=True).input_value()
    scim, headers = owner.request, {"Authorization": f"Bearer {token}"}
    found = scim.get("/scim/v2/Users", params={"filter": f'userName eq "{email}"'}, headers=headers)
    [there] = found.json()["Resources"]
    ending = {"op": "Replace", "path": "active", "value": "False"}
    done = scim.patch(
        f"/scim/v2/Users/{there['id']}",
        data={"schemas": [PATCH], "Operations": [ending]},
        headers=headers,
    )
    assert (done.status, done.json()["active"]) == (200, False)


def test_colleague_signs_with_a_passkey_until_the_directory_shuts_them_out(
    review, provider, secret, windows, settings
):
    owner, page, nadia = windows(), windows(), "nadia@acme.example"
    sign_in(owner, "ada@example.org", secret)
    set_up(owner, provider, settings, "reviewer")
    come_in(page, nadia)
    add_passkey(page, nadia)
    sign(page, review)

    sign_out(owner, "nadia")
    page.goto(review)
    page.wait_for_url("**/accounts/login/**")

    page.goto("/sign-on/acme/")
    sign_in_there(page, nadia)
    page.get_by_role("heading", name="Second step").wait_for()
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/o/acme/")
    deactivate(owner, nadia)
    page.goto(review)
    page.wait_for_url("**/accounts/login/**")
    page.goto("/sign-on/acme/")
    sign_in_there(page, nadia)
    page.get_by_text("You are no longer a member of Acme.").wait_for()


@pytest.mark.parametrize("script", [True, False])
def test_answer_of_saml_comes_back_from_another_site(cast, secret, windows, settings, script):
    """The browser keeps the session back from a POST of 127.0.0.1 to localhost."""
    needs("xmlsec1")
    with saml_provider.provider() as provider:
        page = windows(script)
        sign_in(page, cast.ada.email, secret)
        page.goto(f"{PAGE}?protocol=saml")
        wrong = looks(page) if script else []
        exchange_metadata(page, provider, script)
        page.get_by_label("Role of people who sign in").select_option("reader")
        press(page, "Save the provider")
        page.get_by_text("The provider is kept.").wait_for()
        show_domain(page, settings)
        give_role(page, "officer")
        press(page, "Test the provider")
        answer_there(page, "ada@acme.example", script)
        page.get_by_role("heading", name="The provider works").wait_for()
        page.get_by_role("link", name="Back to sign-on").click()
        press(page, "Switch sign-on on")
        page.get_by_text("Sign-on is on.").wait_for()
        wrong += looks(page) if script else []
        page = windows(script)
        page.goto("/sign-on/acme/")
        answer_there(page, "nadia@acme.example", script)
        page.wait_for_url("**/o/acme/")
        assert "Officer" in page.locator("header").inner_html()
        assert wrong == []


def exchange_metadata(page, provider, script):
    """By a file, which a script reads into the field; without one by the address."""
    provider.services.append(page.request.get(f"{PAGE}metadata/").text())
    if not script:
        page.get_by_label("Address of the metadata").fill(provider.entity)
        return
    file = {"name": "idp.xml", "mimeType": "", "buffer": provider.metadata}
    page.get_by_label("Or choose the file").set_input_files(file)
    text = page.get_by_label("Or the text of the metadata file")
    expect(text).to_have_value(re.compile("EntityDescriptor"))


def answer_there(page, email, script):
    """On the provider's pages; without a script its answer waits for two buttons."""
    page.get_by_role("link", name="Go on at 127.0.0.1").click()
    page.get_by_label("Address").fill(email)
    page.get_by_role("button", name="Continue").click()
    if not script:
        page.get_by_role("button", name="Back").click()
        page.get_by_role("heading", name="One moment").wait_for()
        page.get_by_role("button", name="Go on").click()
