"""Chromium before a real server with the demo's data, one server per test process."""

import asyncio
import json
import shutil
import sqlite3
import subprocess
import sys
from collections import defaultdict
from contextlib import closing, contextmanager
from datetime import date
from types import SimpleNamespace

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.servers.basehttp import ThreadedWSGIServer
from django.db import connection
from playwright.sync_api import sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.browser.window import Window, launch
from tests.load.serving import ROOT, Site
from tests.support.installations import FILE
from tests.support.prepared_folders import EVERYTHING, made

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n"
"""The smallest file that is taken for one."""


def pytest_collection_modifyitems(items):
    """A second try, reported as a rerun, unless ``--reruns 0`` says none.

    A rerun is a fault, too: of the test, which waited for a moment instead of a state, or
    of the product. Tests without a browser have no second try.
    """
    for item in items:
        if item.get_closest_marker("browser") and item.config.getoption("reruns") != 0:
            item.add_marker(pytest.mark.flaky(reruns=1))


WINDOWS = pytest.StashKey[list[Window]]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    """A failure says what its windows asked for, and when: a busy machine hides the cause."""
    report = yield
    if report.failed and hasattr(report.longrepr, "addsection"):
        for window in item.stash.get(WINDOWS, []):
            report.longrepr.addsection("requests", "\n".join(window.asked))
            report.longrepr.addsection("faults", "\n".join(window.faults))
    return report


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


def make_demo(folder):
    """Fill a folder as ``demo`` does, before it serves."""
    subprocess.run(
        [sys.executable, "manage.py", "demo", "--no-serve"],
        cwd=ROOT,
        env=Site(folder, "").environment,
        check=True,
        capture_output=True,
    )


@contextmanager
def served(folder):
    """A demo of its own in an empty folder, served: ``site.url`` is where."""
    site = Site(folder, "")
    site.demo = made("demo", make_demo, EVERYTHING, str(date.today()))
    shutil.copytree(site.demo, folder, dirs_exist_ok=True)
    site.url = f"http://localhost:{site.port}"
    site.environment["ATTEST_URL"] = site.url
    site.start()
    try:
        yield site
    finally:
        site.stop()


@contextmanager
def at_desk(site):
    desk = Desk(site)
    try:
        yield desk
    finally:
        desk.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The demo that tests share: each works in an organisation that it makes there."""
    with served(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture(scope="session")
def desk(site):
    with at_desk(site) as desk:
        yield desk


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """A demo of a module's own, and the desk beside it."""
    with (
        served(tmp_path_factory.mktemp("site")) as site,
        at_desk(site) as desk,
    ):
        yield SimpleNamespace(site=site, desk=desk)


@pytest.fixture
def own_site(own):
    """The module's own demo as it was made, for tests that change what all would see.

    A module of such tests says ``site, desk = own_site, own_desk``.
    """
    begin_again(own.site)
    return own.site


@pytest.fixture
def own_desk(own, site):
    return own.desk


def begin_again(site):
    """Put the rows of the demo in place of what tests have made of them.

    So are checkpoints, which know the heads of the trails; what is counted is forgotten.
    """
    first = f"file:{site.demo / FILE}?immutable=1"
    with (
        closing(sqlite3.connect(first, uri=True)) as made,
        closing(sqlite3.connect(site.folder / FILE)) as rows,
    ):
        made.backup(rows)
    for name in ("checkpoints", "cache"):
        shutil.rmtree(site.folder / name, ignore_errors=True)
        if (site.demo / name).exists():
            shutil.copytree(site.demo / name, site.folder / name, dirs_exist_ok=True)


@pytest.fixture
def server_here(db, monkeypatch):
    """A server in the test's own transaction: the trail cannot be emptied after it.

    Attest serves its files itself, so Django's own handler for tests stands aside. Its
    end waits for the threads of requests: one that came after it would close a
    connection that is no longer its own.
    """
    if connection.vendor != "sqlite":
        pytest.skip("shares a connection in memory")
    monkeypatch.setattr(StaticFilesHandler, "_should_handle", lambda self, path: False)
    monkeypatch.setattr(ThreadedWSGIServer, "daemon_threads", False)
    server = LiveServer("localhost")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def chromium():
    """Chromium, and the event loop that talks to it, which runs in browser tests only.

    Playwright leaves its loop running in the thread; Django, and whoever starts a loop,
    would refuse to work beside it.
    """
    player = sync_playwright().start()
    loop = asyncio.get_running_loop()
    browser = launch(player)
    asyncio._set_running_loop(None)

    @contextmanager
    def used():
        asyncio._set_running_loop(loop)
        try:
            yield browser
        finally:
            asyncio._set_running_loop(None)

    yield used
    with used():
        browser.close()
        player.stop()


@pytest.fixture(scope="session")
def contexts(chromium):
    """Contexts that are free, by the options they were made with."""
    return defaultdict(list)


@pytest.fixture
def open_window(site, chromium, contexts, request):
    """``open_window(session, path)``: a page in a context that nobody else uses now.

    A context is a browser without cookies and storage. Those that tests have left go on
    to the next of the same site, emptied, for making one takes half a second.
    """
    taken = []
    windows = request.node.stash[WINDOWS] = []

    def start(session="", path="", **options):
        free = contexts[site.url, *sorted(options.items())]
        context = free.pop() if free else new_context(browser, site, **options)
        taken.append((free, context))
        page = context.new_page()
        forget(page, site)
        if session:
            context.add_cookies([cookie(site, session)])
        window = Window(page)
        windows.append(window)
        if path:
            page.goto(path)
        return window

    with chromium() as browser:
        yield start
        for free, context in taken:
            if isinstance(site, Site):
                leave(context)
                free.append(context)
            else:
                context.close()


@pytest.fixture(scope="module")
def tabs():
    """Windows that stay open for a module, by the session of the person in them."""
    return {}


@pytest.fixture
def visit(site, chromium, tabs):
    """``visit(session, path)``: a page in the window where that person saw the last one."""

    def go(session, path):
        if session not in tabs:
            context = new_context(browser, site)
            context.add_cookies([cookie(site, session)])
            tabs[session] = Window(context.new_page())
        window = tabs[session]
        window.faults.clear()
        window.page.goto(path)
        return window

    with chromium() as browser:
        yield go


def new_context(browser, site, **options):
    context = browser.new_context(
        base_url=site.url,
        viewport={"width": 1440, "height": 900},
        reduced_motion="reduce",  # a colour on its way is measured wrong
        **options,
    )
    context.set_default_timeout(20_000)
    return context


def forget(page, site):
    """Empty what an earlier test may have kept in the browser's storage."""
    line = page.context.new_cdp_session(page)
    kept = {"origin": site.url, "storageTypes": "all"}
    line.send("Storage.clearDataForOrigin", kept)
    line.detach()


def leave(context):
    """Close the pages of a context and undo what tests set for all of them."""
    for page in context.pages:
        page.close()
    context.set_offline(False)
    context.clear_permissions()
    context.clear_cookies()


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


@pytest.fixture
def papers(tmp_path):
    """``papers(name, content)``: the path of a file on the person's own disk."""

    def write(name, content=PDF):
        path = tmp_path / name
        path.write_bytes(content + name.encode())
        return str(path)

    return write
