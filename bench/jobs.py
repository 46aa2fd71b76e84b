"""The day's jobs, counted: ``.venv/bin/python bench/jobs.py``, or with the letters of some.

Chromium before a served demo does the jobs of officers, reviewers and the others as people
would. Beside each stands what it took on 27 November 2026: clicks, keys, and pages after
the one on which the job begins. A form that came back to its own page was not counted as
a page then; now each load of a whole page is.
"""
# ruff: noqa: T201 - a script: it prints

import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import sync_playwright  # noqa: E402

from tests.browser.conftest import PDF, at_desk, new_context, served  # noqa: E402
from tests.browser.window import launch  # noqa: E402

HEAR = """
  for (const type of ["pointerdown", "keydown"])
    addEventListener(type, (event) => {
      if (event.isTrusted && !event.repeat) tally(type);
    }, true);
"""
AT = "id => document.activeElement.closest('[data-q]')?.dataset.q === id"
HOME = "/o/nordhavn/"
NOTE = "Kept in the register; its owner checks it twice a year"


class Person:
    """Somebody at a page, whose clicks, keys and page loads are counted."""

    def __init__(self, browser, site, session, path, **options):
        self.context = new_context(browser, site, **options)
        cookie = {"name": "sessionid", "value": session, "url": site.url}
        self.context.add_cookies([cookie])
        self.counts = {"pointerdown": 0, "keydown": 0, "loads": 0}
        self.context.expose_binding("tally", lambda _, kind: self._add(kind, 1))
        self.context.add_init_script(HEAR)
        self.page = self.context.new_page()
        self.page.goto(path)
        self.context.on("request", self._asked)
        self.page.on("download", lambda _: self._add("loads", -1))

    def _add(self, kind, number):
        self.counts[kind] += number

    def _asked(self, request):
        is_page = request.is_navigation_request() and not request.frame.parent_frame
        self._add("loads", int(is_page and not request.redirected_from))

    def press(self, name, role="button", within=None, **how):
        (within or self.page).get_by_role(role, name=name, **how).first.click()

    def type(self, label, text):
        self.page.get_by_label(label).first.click()
        self.page.keyboard.type(text)

    def sees(self, text):
        self.page.get_by_text(text).first.wait_for()


class Day:
    """The demo, and who works in it."""

    def __init__(self, browser, site, desk):
        self.browser, self.site, self.desk = browser, site, desk

    @contextmanager
    def somebody(self, session, path, **options):
        person = Person(self.browser, self.site, session, path, **options)
        yield person
        person.context.close()

    def member(self, name, path=HOME, **options):
        email = f"{name}@nordhavn.example" if "@" not in name else name
        return self.somebody(self.desk.session_of(email), path, **options)


def gdpr(person):
    """The path of the demo's GDPR assessment, which runs."""
    link = person.page.get_by_role("link", name="GDPR, Nordhavn Credit").first
    return link.get_attribute("href")


def start(day):
    with day.member("bruno") as bruno:
        bruno.press("New assessment", "link")
        bruno.press("GDPR", "link", exact=True)
        bruno.page.locator("#id_subject").click()
        bruno.page.keyboard.type("Nordhavn Leasing")
        while bruno.page.get_by_role("button", name="Next").is_visible():
            bruno.press("Next")
            if bruno.page.locator(".facts-set:visible").count():
                bruno.page.locator(".facts-set:visible label").first.click()
        bruno.press("Start assessment")
        bruno.page.locator("form[data-q]").first.wait_for()
        return bruno.counts


def twenty(day):
    made = day.desk.many(24, "Cara")
    with day.somebody(made["sessions"][0], made["path"]) as cara:
        keys = cara.page.keyboard
        for number, answer in enumerate(made["answers"][:20]):
            keys.press("u")
            cara.page.wait_for_function(AT, arg=str(answer))
            keys.press("123"[number % 3])
            if number % 2 and number < 18:
                keys.press("n")
                cara.page.wait_for_function("() => document.activeElement.name === 'note'")
                keys.type(NOTE)
                keys.press("Escape")
        cara.sees("20 of 24")
        return cara.counts


def one_file(day):
    made = day.desk.assessment("Cara")
    with day.somebody(made["sessions"][0], made["path"]) as cara:
        cara.page.locator("form[data-q] h3 a, form[data-q] a").first.click()
        cara.press("Add or link", "link")
        with cara.page.expect_file_chooser() as chooser:
            cara.press("Choose")
        paper = {"name": "register.pdf", "mimeType": "application/pdf", "buffer": PDF}
        chooser.value.set_files(paper)
        cara.page.locator(".proofs").get_by_text("register").first.wait_for()
        return cara.counts


def section_assigned(day):
    """Seven questions to a colleague, by the bar of what is selected."""
    made = day.desk.assessment("Cara", "Ole")
    with day.somebody(made["sessions"][0], made["path"]) as cara:
        cara.page.locator("[name=section]").first.check()
        cara.press("Assign")
        cara.page.locator("#bulkbox select").first.select_option(label="Ole")
        cara.press("Assign", within=cara.page.locator("#bulkbox"))
        cara.page.locator("[data-bulk-done]").wait_for()
        return cara.counts


def not_applicable(day):
    """Six rows that do not apply, for one reason, after a look at what would change."""
    made = day.desk.assessment("Cara")
    with day.somebody(made["sessions"][0], made["path"]) as cara:
        picks = cara.page.locator("[name=pick]")
        picks.nth(0).click()
        picks.nth(5).click(modifiers=["Shift"])
        cara.press("Set answer")
        cara.page.locator('#bulkbox label:has([value="na"])').click()
        cara.page.locator("#bulk-reason").click()
        cara.page.keyboard.type(f"{NOTE}.")
        cara.press("Set 6 answers")
        cara.page.locator("[data-bulk-done]").wait_for()
        return cara.counts


def sent(day):
    made = day.desk.many(1, "Cara")
    with day.somebody(made["sessions"][0], made["path"]) as cara:
        cara.page.keyboard.press("u")
        cara.page.keyboard.press("1")
        cara.press("Send for review", "link")
        cara.press("Send for review")
        cara.sees("In review")
        return cara.counts


def reviewed(day):
    """Six accepts, a return that is looked at again, and a signature."""
    made = day.desk.in_review(7)
    with day.somebody(made["session"], made["path"]) as rev:
        rev.press("Go through all 7 questions", "link")
        for number in range(1, 8):
            rev.page.get_by_role("heading", name=f"Q{number} ").wait_for()
            if number < 7:
                rev.page.keyboard.press("a")
        rev.page.keyboard.press("r")
        rev.page.keyboard.type("Which half of it?")
        rev.page.keyboard.press("Tab")
        rev.page.keyboard.press("Enter")
        rev.sees("All questions: all looked at.")
        rev.press("Look", "link")
        rev.page.get_by_role("heading", name="Q7 ").wait_for()
        rev.page.keyboard.press("a")
        rev.sees("all looked at.")
        rev.type("Signing as", "Reviewer")
        rev.type("Your password", "correct horse battery")
        rev.press("Sign", exact=True)
        rev.sees("Nothing in this assessment changes")
        return rev.counts


def reported(day):
    with day.member("bruno") as bruno:
        path = gdpr(bruno)
    with day.member("bruno", path) as bruno:
        bruno.page.locator(".exports summary").click()
        bruno.page.locator(".exports a").filter(has_text="Report").first.click()
        bruno.press("Make report")
        bruno.page.get_by_text("Ready: ").wait_for(timeout=300_000)
        with bruno.page.expect_download() as taken:
            bruno.press("Download the PDF", "link")
        bruno.press("Verify", "link")
        bruno.page.locator("[type=file]").set_input_files(taken.value.path())
        bruno.press("Check")
        bruno.page.locator("#result").wait_for()
        return bruno.counts


def members(day):
    """Invite, change a role, remove."""
    with day.member("ada") as ada:
        ada.page.locator(".topbar details summary, .topbar .menu summary").first.click()
        ada.press("Members", "link")
        ada.type("Email", "lotte@nordhavn.example")
        ada.page.keyboard.press("Tab")
        ada.page.keyboard.type("Lotte Berg")
        ada.press("Invite")
        ada.type("Your password", "attest demo 2026")
        ada.press("Go on")
        ada.page.locator("#link").wait_for()
        ada.press("I have the link", "link")
        ada.page.get_by_role("heading", name="Invitations", exact=True).wait_for()
        ada.press("Members", "link")
        ada.press("Change Νίκος", "link")
        ada.page.get_by_role("heading", name="Νίκος").wait_for()
        ada.page.locator("main select").first.select_option(label="Officer")
        ada.press("Change", exact=True)
        ada.sees("Officer now")
        ada.press("Change Νίκος", "link")
        ada.page.get_by_role("heading", name="Νίκος").wait_for()
        ada.press("Remove")
        ada.sees("is no longer a member")
        return ada.counts


def audited(day):
    """From the seat to an answer of the sample, and a question about it."""
    with day.member("eloise@audit.example", "/o/nordhavn/audit/") as eloise:
        eloise.press("GDPR, Nordhavn Credit", "link")
        eloise.press("Sample", "link", exact=True)
        eloise.page.get_by_role("heading", name="Sample", exact=True).wait_for()
        eloise.page.locator("main .rows a").first.click()
        asked = eloise.page.locator("[aria-labelledby=ask]")
        asked.get_by_role("textbox").first.click()
        eloise.page.keyboard.type("Register")
        asked.get_by_role("textbox").nth(1).click()
        eloise.page.keyboard.type("Please show it.")
        eloise.press("Ask", within=asked)
        eloise.page.get_by_role("link", name="Register").first.wait_for()
        return eloise.counts


def read(day):
    with day.member("tomas") as tomas:
        tomas.press("GDPR, Nordhavn Credit", "link")
        tomas.page.locator(".exports summary").click()
        tomas.page.locator(".exports a").filter(has_text="Spreadsheet").first.click()
        with tomas.page.expect_download():
            tomas.press("Download sheet")
        return tomas.counts


def moved(day):
    made = day.desk.moving()
    with day.somebody(made["session"], made["path"]) as cara:
        cara.press("Newer edition", "link")
        cara.page.get_by_role("group", name="R1").get_by_text("Carry over as it is").click()
        cara.page.get_by_label("Answer to T1 in the new form").click()
        cara.page.keyboard.type("9")
        cara.press("Move to 2")
        cara.sees("Moved to edition 2.")
        return cara.counts


def to_own_copy(day):
    """The running GDPR assessment, from the page of the own copy that was published."""
    with day.member("bruno", day.desk.published_copy("GDPR")) as bruno:
        bruno.page.get_by_text("could move to this edition").click()
        bruno.press("Nordhavn Credit", "link", bruno.page.locator("details[open]"))
        bruno.press("Move to")
        bruno.page.wait_for_url("**/assessments/*/")
        bruno.page.locator("[data-q]").first.wait_for()
        return bruno.counts


def own_copy(day):
    """Copied, a question reworded, one added, published by a second person."""
    with day.member("bruno", f"{HOME}checklists/") as bruno:
        bruno.press("Data sovereignty", "link", exact=True)
        bruno.press("Make our own copy")
        asked = bruno.page.get_by_label("Question", exact=True)
        asked.click()
        bruno.page.keyboard.press("Control+End")
        bruno.page.keyboard.type(" Since when?")
        bruno.sees("Saved")
        bruno.page.locator(".addquestion summary").first.click()
        bruno.page.locator(".addquestion textarea, .addquestion input[type=text]").first.click()
        bruno.page.keyboard.type("Do you test it once a year?")
        bruno.press("Add", exact=True)
        bruno.press("Publish", "link")
        bruno.press("Send to review")
        bruno.sees("Sent by")
        counts = bruno.counts
    with day.member("ada") as ada:
        ada.press("Data sovereignty, Nordhavn Credit", "link")
        ada.press("Publish edition")
        return {kind: number + ada.counts[kind] for kind, number in counts.items()}


def contributed(day):
    with day.member("maria", "/", has_touch=True) as maria:
        maria.page.set_viewport_size({"width": 390, "height": 800})
        maria.page.get_by_role("link", name="Availability and resilience").tap()
        row = maria.page.locator("form[data-q]").first
        row.locator('label:has([value="met"])').first.tap()
        row.locator("[name=note]").tap()
        maria.page.keyboard.type("Drill of 3 May; all came back.")
        row.get_by_text("Add a photo").tap()
        with maria.page.expect_file_chooser() as chooser:
            maria.page.get_by_role("button", name="Photo", exact=True).tap()
        photo = {"name": "drill.pdf", "mimeType": "application/pdf", "buffer": PDF}
        chooser.value.set_files(photo)
        maria.page.locator(".proofs").get_by_text("drill").first.wait_for()
        return maria.counts


JOBS = {
    "a1": ("officer: start GDPR from its facts", (18, 21, 3), start),
    "a2": ("20 answers, 9 notes of 54 letters", (0, 477, 0), twenty),
    "a3": ("one file", (4, 0, 1), one_file),
    "a4": ("assign a section", (4, 10, 2), section_assigned),
    "a5": ("six do not apply, one reason", (5, 57, 0), not_applicable),
    "a6": ("the last answer, sent for review", (2, 0, 1), sent),
    "b": ("reviewer: 7 answers, signed", (5, 70, 8), reviewed),
    "c": ("report, download, verify", (5, 0, 3), reported),
    "d": ("own copy, published by a second", (15, 0, 8), own_copy),
    "d2": ("a running one to the own copy", ("-", "-", "-"), to_own_copy),
    "d3": ("move to the next edition", (3, 0, 1), moved),
    "e": ("auditor: an answer, a question", (4, 0, 4), audited),
    "f": ("contributor: answer, note, photo", (6, 0, 2), contributed),
    "g": ("owner: invite, role, remove", (8, 0, 1), members),
    "h": ("reader: the spreadsheet", (3, 0, 2), read),
}
"""What each was, its clicks, keys and pages on 27 November 2026, and how it is done."""


def main():
    wanted = sys.argv[1:] or list(JOBS)
    print(f"{'job':39}{'clicks':>10}{'keys':>13}{'page loads':>12}")
    total = [0, 0]
    with (
        tempfile.TemporaryDirectory(prefix="attest-bench-") as folder,
        served(Path(folder)) as site,
        at_desk(site) as desk,
        sync_playwright() as player,
    ):
        browser = launch(player)
        day = Day(browser, site, desk)
        for letter in wanted:
            title, before, work = JOBS[letter]
            now = work(day).values()
            clicks, keys, loads = (f"{was} to {is_}" for was, is_ in zip(before, now, strict=True))
            print(f"{letter:4}{title:35}{clicks:>10}{keys:>13}{loads:>12}", flush=True)
            if before[2] != "-":  # it could not be done
                total[0] += before[2]
            total[1] += [*now][2]
        print(f"{'all':62}{total[0]} to {total[1]}")
        browser.close()


if __name__ == "__main__":
    main()
