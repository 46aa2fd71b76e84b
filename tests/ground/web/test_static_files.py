"""Styles, scripts, fonts and pictures: kept for good by an address that names their content."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.test import Client

from compliance.ground.web import static_files
from compliance.ground.web.static_files import PARTS, SHEET, mark, sheet

ROOT = Path(__file__).parent.parent.parent.parent
FOR_GOOD = "max-age=315360000, public, immutable"
SHORT = "max-age=60, public"


@pytest.fixture
def served(settings, db):
    """The files as an installation serves them."""
    settings.WHITENOISE_AUTOREFRESH = False
    return Client()


def got(client, path):
    reply = client.get(path)
    return reply.status_code, reply.get("Cache-Control"), reply.getvalue()


@pytest.mark.parametrize("name", ["css/all.css", "js/keys.js", "img/icons.svg"])
def test_file_is_kept_for_good_by_the_name_of_its_content(name, served):
    address = static(name)
    assert address == f"/static/{mark()}/{name}"
    status, kept, content = got(served, address)
    assert (status, kept) == (200, FOR_GOOD)
    assert got(served, f"/static/{name}") == (200, SHORT, content)


def test_sheet_is_joined_once(served, settings, monkeypatch):
    """Nor is it read again, unless someone writes styles."""
    first = got(served, static(SHEET))
    monkeypatch.setattr(static_files, "sheet", lambda: b"p { color: red }")
    assert got(served, static(SHEET)) == first
    settings.WHITENOISE_AUTOREFRESH = True
    assert got(Client(), f"/static/{SHEET}")[2] == b"p { color: red }"


def test_page_of_yesterday_gets_the_file_of_today_and_keeps_neither(served):
    """A page that stood open during an upgrade loads more scripts when they are needed."""
    _, _, content = got(served, static("js/menus.js"))
    assert got(served, "/static/00000000/js/menus.js") == (200, SHORT, content)


@pytest.mark.parametrize(
    "path",
    [
        "{}/../compliance/settings.py",
        "{}/%2e%2e/compliance/settings.py",
        "{}//etc/passwd",
        "{}/{}/js/keys.js",
        "{}/css/none.css",
        "{}/",
        "{}",
        "",
        "0000000/js/keys.js",
        "ABCDEF01/js/keys.js",
    ],
)
def test_what_is_no_file_is_not_found_and_not_kept(path, served):
    reply = served.get(f"/static/{path.replace('{}', mark())}")
    assert (reply.status_code, reply["Cache-Control"]) == (404, "no-store")


def test_files_that_may_change_have_their_plain_address(settings):
    settings.WHITENOISE_AUTOREFRESH = True
    assert static("js/keys.js") == "/static/js/keys.js"


def test_one_sheet_holds_every_screen_style_once():
    """Calendar, results and the PDF have sheets of their own beside it."""
    folder = ROOT / "static" / "css"
    assert {path.stem for path in folder.iterdir()} == {
        *PARTS,
        *("calendar", "results", "report"),
    }
    text = sheet().decode()
    places = [text.index((folder / f"{part}.css").read_text()) for part in PARTS]
    assert places == sorted(places)
    first_layer = re.search(r"@layer [^{;]+[;{]", text)[0]
    assert first_layer.endswith(";")  # their order is said before any is filled
    for address in re.findall(r'url\("\.\./([^"]+)"\)', text):
        assert finders.find(address), address


def test_first_visit_loads_one_sheet_and_the_fonts_that_it_shows(served):
    page = served.get("/accounts/login/").text
    sheets = re.findall(r'rel="stylesheet"\s+href="([^"]+)"', page)
    fonts = re.findall(r'rel="preload"\s+href="([^"]+)"', page)
    assert sheets == [f"/static/{mark()}/{SHEET}"]
    assert len(fonts) == 2
    for font in fonts:
        name = font.removeprefix(f"/static/{mark()}/")
        assert f'url("../{name}")' in sheet().decode()
        assert got(served, font)[:2] == (200, FOR_GOOD)
