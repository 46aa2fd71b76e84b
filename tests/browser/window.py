"""Chromium, and a page in it as a person at the question list sees it."""

import re
import time
from collections import deque

from manage import BROWSERS
from tests.support.needs import program

SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

HEARD_BELOW = ("htmx:sendError", "htmx:sendAbort", "htmx:afterRequest")
"""Failed requests, which ``_failed`` hears too: it knows whether a page was left."""


def launch(player):
    """The browser of this machine, of Playwright's ``player``."""
    return player.chromium.launch(executable_path=program(*BROWSERS), args=SWITCHES)


class Window:
    """A page whose faults are collected, and the rows of its question list."""

    def __init__(self, page):
        self.page = page
        self.faults = []
        self.asked = deque(maxlen=60)
        """The latest requests and replies, for whoever reads why a test failed."""
        page.on("console", self._heard)
        page.on(
            "pageerror",
            lambda error: self.faults.append(f"script: {error} {error.stack}"),
        )
        page.on("requestfailed", self._failed)
        page.on("response", self._answered)
        page.on("request", lambda asked: self._note(asked.method, asked))

    def _heard(self, said):
        if said.text.startswith(HEARD_BELOW):
            return
        if said.type in {"error", "warning"}:
            self.faults.append(said.text)

    def _note(self, sign, asked):
        path = "/" + asked.url.split("/", 3)[-1]
        if not path.startswith("/static/"):
            self.asked.append(f"{time.monotonic():.2f} {sign} {path}")

    def _failed(self, request):
        self._note(request.failure, request)
        if request.failure != "net::ERR_ABORTED":  # what a download is called
            self.faults.append(f"{request.failure} {request.url}")

    def _answered(self, response):
        self._note(response.status, response)
        if response.status >= 400:
            self.faults.append(f"{response.status} {response.url}")

    @property
    def scripts(self):
        """Faults of the page's own script."""
        return [fault for fault in self.faults if fault.startswith("script: ")]

    def row(self, answer):
        return self.page.locator(f'form[data-q="{answer}"]')

    def note(self, answer):
        return self.row(answer).locator('[name="note"]')

    def focus(self, answer):
        self.row(answer).locator("[data-qlink]").focus()

    def open(self, answer):
        """Open a row and wait for its fields."""
        self.row(answer).locator("[data-qlink]").click()
        self.note(answer).wait_for()

    def choose(self, answer, verdict):
        radio = self.row(answer).locator(f'input[type="radio"][value="{verdict}"]')
        radio.locator("xpath=ancestor::label").click()  # a glyph may lie over the radio

    def chosen(self, answer):
        return self.row(answer).locator('[name="verdict"]:checked').get_attribute("value")

    def says(self, pattern, seconds=15):
        """Wait until the save state reads so; what it reads."""
        state = self.page.locator("#save")
        return until(
            state.inner_text,
            lambda text: re.search(pattern, text),
            seconds,
        )


def kept(page):
    """All that the browser keeps for these pages, as text."""
    return page.evaluate("JSON.stringify(localStorage)")


def active(page):
    """The words of what has the focus."""
    return page.evaluate("document.activeElement.innerText")


def lose(route):
    """Lose the reply, not the request."""
    route.fetch()
    route.abort()


def follow(link):
    """Press a link or a button, and wait until all of the page it leads to is there."""
    with link.page.expect_event("load"):
        link.click()


def held(page, address):
    """Requests to an address; each waits until its route is continued."""
    routes = []

    def hold(route):
        routes.append(route)

    page.route(address, hold)
    return routes


def until(ask, is_right, seconds=15):
    """Ask again and again until the reply is right; the last reply."""
    end = time.monotonic() + seconds
    reply = ask()
    while not is_right(reply):
        if time.monotonic() > end:
            msg = f"still {reply!r} after {seconds} s"
            raise AssertionError(msg)
        time.sleep(0.05)
        reply = ask()
    return reply


def becomes(ask, wanted, seconds=15):
    """Wait until the reply equals what is wanted."""
    until(ask, lambda reply: reply == wanted, seconds)
