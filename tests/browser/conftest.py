"""Chromium before a real server with the demo's data, one server per test process."""

import json
import shutil
import subprocess
import sys
from types import SimpleNamespace

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.window import Window
from tests.load.serving import ROOT, Site

CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items):
    """A second try, told as a rerun: on a busy machine Chromium misses a beat.

    What fails twice is a fault. Tests without a browser have no second try.
    """
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1))


class Desk:
    """The app's own code beside the server: ``desk.standing(answer_id)``."""

    def __init__(self, site):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.browser.inside"],
            cwd=ROOT,
            env=site.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __getattr__(self, command):
        def ask(*given):
            self.process.stdin.write(json.dumps([command, *given]) + "\n")
            self.process.stdin.flush()
            return json.loads(self.process.stdout.readline())

        return ask

    def close(self):
        self.process.communicate(timeout=10)


@pytest.fixture(scope="session")
def site(tmp_path_factory, migrated_file):
    """A served demo; ``site.url`` is where."""
    site = Site(tmp_path_factory.mktemp("site"), "")
    site.url = f"http://localhost:{site.port}"
    shutil.copy(migrated_file, site.folder)
    site.environment["DJANGO_SETTINGS_MODULE"] = "compliance.settings"
    site.environment["ATTEST_URL"] = site.url
    subprocess.run(
        [sys.executable, "manage.py", "demo", "--no-serve"],
        cwd=ROOT,
        env=site.environment,
        check=True,
        capture_output=True,
    )
    site.start()
    yield site
    site.stop()


@pytest.fixture(scope="session")
def desk(site):
    desk = Desk(site)
    yield desk
    desk.close()


@pytest.fixture(scope="module")
def browser():
    """Chromium, ended with the module: its event loop would be in others' way."""
    with sync_playwright() as player:
        browser = player.chromium.launch(
            executable_path="/usr/bin/chromium", args=CHROMIUM
        )
        yield browser
        browser.close()


@pytest.fixture
def open_window(site, browser):
    """``open_window(session, path)``: a page of its own context, closed afterwards."""
    contexts = []

    def start(session="", path="", **options):
        context = browser.new_context(
            base_url=site.url,
            viewport={"width": 1440, "height": 900},
            reduced_motion="reduce",  # a colour on its way is measured wrong
            **options,
        )
        contexts.append(context)
        context.set_default_timeout(20_000)
        if session:
            context.add_cookies([cookie(site, session)])
        window = Window(context.new_page())
        if path:
            window.page.goto(path)
        return window

    yield start
    for context in contexts:
        context.close()


def cookie(site, session):
    return {"name": "sessionid", "value": session, "url": site.url}


@pytest.fixture
def work(desk, open_window):
    """Cara in the workspace of an assessment of eight unanswered questions."""
    made = desk.assessment("Cara")
    window = open_window(made["sessions"][0], made["path"])
    return SimpleNamespace(
        window=window,
        page=window.page,
        path=made["path"],
        answers=made["answers"],
        person=made["people"][0],
        session=made["sessions"][0],
    )
