"""Every page: no accessibility fault, nothing blocked or missing, no stray space, no sideways
scroll.

A page is looked at wide and light, or narrow and dark, by turns, and the first one of its
family in both. The long form looks at each in all four.
"""

import itertools

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.authenticator import add_authenticator, begin_passkey, confirm
from tests.browser.spacing import stray_spaces
from tests.browser.window import until

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 800}
AXE = Axe().axe_script
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
VIEWS = list(itertools.product((WIDE, NARROW), ("light", "dark")))
BOTH = VIEWS[::3]
OUTSIDE = ["/accounts/login/", "/verify/", "/nothing/here/"]
PLACES = [
    "",
    "work/",
    "overview/",
    "gaps/",
    "compare/",
    "assessments/",
    "assessments/new/",
    "assessments/new/{edition}/",
    "{one}?open={answer}",
    "{one}?open={answer}&panel=law",
    "{one}?open={answer}&panel=history",
    "{one}?open={answer}&panel=comments",
    "{one}details/",
    "{one}facts/",
    "{one}applicability/",
    "{one}bulk/?what=answer&verdict=na&all=1",
    "{sheet}",
    "{one}answers/{answer}/",
    "{one}?show=changed",
    "{one}answers/{answer}/panel/law/",
    "{one}answers/{answer}/panel/comments/",
    "{one}answers/{answer}/evidence/",
    "assessments/na/",
    "{one}?show=to-confirm&open={waits}",
    "{one}answers/{waits}/na/back/",
    "{one}answers/{taken}/take/{source}/",
    "{one}answers/{taken}/related/",
    "{one}answers/{answer}/actions/",
    "{one}views/?show=not-met&q=log",
    "search/?q=log",
    "actions/",
    "actions/board/",
    "actions/new/",
    "actions/1/?q=A1",
    "actions/1/again/",
    "evidence/",
    "evidence/add/",
    "evidence/{evidence}/",
    "evidence/{evidence}/edit/",
    "assessments/evidence/{evidence}/uses/",
    "assessments/evidence/{evidence}/use/",
    "assessments/evidence/{evidence}/replace/",
    "assessments/evidence/{evidence}/swap/",
    "checklists/",
    "checklists/editors/",
    "checklists/law/",
    "checklists/law/index/",
    "checklists/law/index/gdpr/",
    "checklists/law/provision/1/",
    "checklists/{checklist}/",
    "checklists/in/",
    "bundles/in/",
    "exports/of/{plain}/",
    "organisation/",
    "checklists/{draft}/edit/",
    "checklists/{draft}/edit/?section={section}",
    "checklists/{draft}/edit/?find=data",
    "checklists/{draft}/edit/edition/",
    "checklists/{draft}/edit/facts/",
    "checklists/{draft}/edit/roles/",
    "checklists/{draft}/edit/replace/?find=data&put=facts",
    "checklists/{draft}/edit/translations/?language=de&show=all",
    "checklists/{draft}/edit/translate/?language=de&part=section&key={section}",
    "checklists/{draft}/check/",
    "checklists/{draft}/discard/",
    "{one}review/",
    "assessments/{review}/review/",
    "assessments/{review}/review/check/",
    "assessments/{signed}/review/",
    "assessments/{signed}/",
    "reports/",
    "reports/{report}/",
    "reports/ask/{signed}/",
    "reports/as-of/{signed}/?at=2999-01-01T00:00",
    "reports/as-of/{signed}/?at=2999-01-01T00:00&until=2000-01-01T00:00",
    "reports/as-of/{signed}/?at=2999-01-01T00:00&until=2999-01-01T00:00",
    "reports/as-of/{signed}/?at=2000-01-01T00:00",
    "trail/",
    "trail/?check=1",
    "trail/?sort=answer&text=nothing-like-it",
    "members/",
    "invitations/",
    "assessments/mine/",
    "assessments/{moving}/upgrade/",
    "{one}assign/",
    "{one}auditors/",
    "auditors/{seat}/looked/",
    "requests/",
    "requests/{request}/",
    "{one}assign/?which=question:{own}",
    "{one}mine/",
    "{one}mine/?open={own}",
    "{one}mine/{own}/hand-back/",
]
AUDITED = [
    "",
    "calendar/",
    "{seat}/",
    "{seat}/sections/{seat_section}/",
    "{seat}/questions/{seated}/",
    "{seat}/sample/",
    "{seat}/requests/",
    "{seat}/requests/{request}/",
]
"""Pages of the demo's auditor, behind ``audit/``."""
SOON = [n for n, place in enumerate(PLACES) if "&panel=" not in place]
"""Places looked at in every run; the others differ in their side panel only."""


def views_of(place):
    """Both views of the first place of a family, which is what its address begins with."""
    families = [other.partition("/")[0] for other in PLACES]
    is_first = families.index(families[place]) == place
    return BOTH if is_first else BOTH[place % 2 :][:1]


@pytest.fixture(scope="session")
def inside(desk):
    """A session of the demo's owner, and the addresses with their ids filled in."""
    places = desk.demo_places()
    places["one"] = places.pop("assessment").removeprefix("/o/nordhavn/")
    places["sheet"] = places["one"].replace("assessments/", "sheets/")
    places["plain"] = places["one"].replace("assessments/", "").strip("/")
    paths = ["/o/nordhavn/" + place.format(**places) for place in PLACES]
    places["eloise"] = desk.session_of("eloise@audit.example")
    return desk.session_of("ada@nordhavn.example"), paths, places


def faults_here(page):
    """The faults that axe finds, in short; its passes stay there, being most of it."""
    page.wait_for_load_state()
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found = page.evaluate(
        "(options) => axe.run(options).then((said) => said.violations)",
        {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]},
    )
    return [
        f"{page.url} {page.viewport_size['width']} {v['id']}: {node['html'][:160]}"
        for v in found
        for node in v["nodes"]
    ]


CLIPPED = """() => [...document.querySelectorAll("main :is(.card, .tablewrap)")]
  .filter((one) => {
    const row = one.querySelector(":scope > table > tbody > tr");
    if (one.matches(".tablewrap") && (!row || getComputedStyle(row).display === "table-row"))
      return false; // scrolls, as a table may
    return one.scrollWidth > one.clientWidth;
  })
  .map((one) => one.innerText.slice(0, 60))"""
"""Cards, and tables whose rows are blocks on a phone, that hide a part of their words."""


def looks(page, views=BOTH):
    """Faults of the page as it stands: wide and light, narrow and dark."""
    page.wait_for_load_state()
    wrong = stray_spaces(page)
    for size, scheme in views:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        wrong += faults_here(page)
    page.set_viewport_size({"width": 320, "height": 640})
    page.emulate_media(color_scheme="light")
    over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    if over > 0:
        wrong.append(f"{page.url} scrolls {over} px sideways at 320")
    wrong += [f"{page.url} cuts at 320: {text}" for text in page.evaluate(CLIPPED)]
    page.set_viewport_size(WIDE)
    return wrong


@pytest.mark.parametrize(
    "body",
    [
        "<p>7 Sep <b>2026</b> , runs out</p>",
        "<p>as <a href='/'>signed</a>\n. Then</p>",
        "<p>( two )</p>",
        "<p style='display: flex; gap: 4px'><b>2026</b><span>, runs out</span></p>",
    ],
)
def test_stray_space_is_seen(open_window, body):
    page = open_window().page
    page.set_content(body)
    assert len(stray_spaces(page)) == 1
    page.set_content("<p>7 Sep 2026, runs out (soon).</p><p>.env</p>")
    assert stray_spaces(page) == []


def loud(window):
    """Faults heard, but for the missing page that is asked for."""
    return [f for f in window.faults if "404" not in f]


def test_pages_outside_have_no_fault(open_window):
    window = open_window()
    wrong = []
    for path in OUTSIDE:
        window.page.goto(path)
        wrong += looks(window.page)
    assert wrong + loud(window) == []


@pytest.mark.tenth
@pytest.mark.parametrize("place", SOON, ids=lambda n: PLACES[n] or "home")
def test_page_has_no_fault(visit, inside, place):
    session, paths, _ = inside
    window = visit(session, paths[place])
    assert looks(window.page, views_of(place)) + window.faults == []


@pytest.mark.tenth
@pytest.mark.parametrize("place", AUDITED, ids=lambda place: place or "seats")
def test_page_of_an_auditor_has_no_fault(visit, inside, place):
    places = inside[2]
    window = visit(places["eloise"], "/o/nordhavn/audit/" + place.format(**places))
    assert looks(window.page) + window.faults == []


def test_pages_of_passkeys_have_no_fault(desk, open_window):
    """From none to one, with all that the door says, at the places where one is asked for."""
    made = desk.in_review()
    window = open_window(made["session"], "/security/")
    page = window.page
    add_authenticator(page)
    wrong = looks(page)
    page.get_by_role("button", name="Add a passkey").click()
    wrong += looks(page)
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("alert").wait_for()
    wrong += looks(page)
    confirm(page)
    page.get_by_role("alert").wait_for()
    wrong += looks(page)
    begin_passkey(page, "Laptop")
    wrong += looks(page)
    page.get_by_role("button", name="Make the passkey").click()
    page.get_by_text("The passkey “Laptop” is added.").wait_for()
    wrong += looks(page)
    page.get_by_role("link", name="I have kept them").click()
    wrong += looks(page)
    page.get_by_role("link", name="the app with codes").click()
    wrong += looks(page)
    page.go_back()
    page.get_by_role("link", name="Rename or remove").click()
    wrong += looks(page)
    page.goto(made["path"])
    page.get_by_role("button", name="Approve").click()
    page.get_by_role("button", name="Sign with a passkey").wait_for()
    assert wrong + looks(page) + [f for f in window.faults if "422" not in f] == []


@pytest.mark.long
@pytest.mark.parametrize("place", range(len(PLACES)), ids=lambda n: PLACES[n] or "home")
def test_page_has_no_fault_in_any_view(visit, inside, place):
    session, paths, _ = inside
    window = visit(session, paths[place])
    assert looks(window.page, VIEWS) + window.faults == []


def test_rows_with_every_badge_and_mark_have_no_fault(desk, open_window):
    made = desk.marked()
    window = open_window(made["session"], made["path"])
    window.page.locator(".q .qhere").wait_for()
    wrong = looks(window.page, VIEWS)
    pressed = window.page.locator(".qmeta :is(a, button)").all()
    assert min(mark.bounding_box()["height"] for mark in pressed) >= 24
    window.page.goto(f"{made['path']}?show=does-not-apply")
    assert wrong + looks(window.page) + window.faults == []


def test_conflict_and_fault_have_no_fault(desk, open_window):
    made = desk.assessment("Cara", "Ole")
    first, second = made["answers"][:2]
    window = open_window(made["sessions"][1], made["path"])
    window.open(first)
    desk.save(made["people"][0], first, {"note": "Theirs."})
    window.note(first).fill("Mine.")
    window.page.locator("[data-conflict]").wait_for()
    wrong = looks(window.page)
    window.open(second)
    window.note(second).fill("x" * 100_001)
    window.page.locator("[data-fault]").wait_for()
    assert wrong + looks(window.page) == []


def test_conflict_among_ones_own_questions_has_no_fault(desk, open_window):
    made = desk.assessment("Cara", "Ole")
    cara, ole = made["people"]
    answer = made["answers"][0]
    desk.save(ole, answer, {"owner_id": cara})
    window = open_window(made["sessions"][0], f"{made['path']}mine/")
    desk.save(ole, answer, {"note": "Theirs."})
    window.note(answer).fill("Mine.")
    window.page.locator("[data-conflict]").wait_for()
    assert looks(window.page) == []


def test_retiring_an_edition_has_no_fault(desk, open_window):
    made = desk.library("Otto")
    path = f"{made['lists'][0]}{made['edition']}/retire/"
    page = open_window(made["sessions"][0], path).page
    assert page.get_by_role("heading", level=1).inner_text().startswith("Retire")
    assert looks(page) == []


def test_invitation_has_no_fault(desk, open_window):
    made = desk.ask_newcomer("Nele")
    window = open_window(path=made["link"])
    wrong = looks(window.page)
    window.page.get_by_role("button", name="Join").click()
    window.page.get_by_role("heading", name="Join").wait_for()
    wrong += looks(window.page)
    window.page.goto("/invitation/unknown/")
    assert wrong + looks(window.page) == []


def test_key_help_and_toast_have_no_fault(work):
    work.window.focus(work.answers[0])
    work.page.keyboard.press("1")
    work.page.locator("#undo form").wait_for()
    work.page.keyboard.press("?")
    work.page.locator("#keys[open]").wait_for()
    assert looks(work.page) + work.window.faults == []


def test_search_dialog_has_no_fault(open_window, inside):
    session, paths, _ = inside
    window = open_window(session, paths[0])
    window.page.keyboard.press("Control+k")
    window.page.keyboard.type("log")
    window.page.locator('#find [role="option"]').first.wait_for()
    assert looks(window.page) + window.faults == []


def test_bulk_bar_with_its_box_has_no_fault(work):
    work.window.focus(work.answers[0])
    for key in ("x", "Shift+J", "Shift+J"):
        work.page.keyboard.press(key)
    wrong = looks(work.page)
    for name in ("Assign", "Due", "Link evidence", "Set answer"):
        work.page.get_by_role("button", name=name).click()
        work.page.locator("#bulkbox form").get_by_text(
            {"Due": "Due", "Link evidence": "Evidence from"}.get(name, name)
        ).first.wait_for()
    work.page.locator('#bulkbox [value="na"]').check()
    work.page.get_by_role("button", name="Set 3 answers").wait_for()
    assert wrong + looks(work.page) + work.window.faults == []


def test_drawers_on_a_phone_have_no_fault(work):
    work.page.set_viewport_size(NARROW)
    work.page.get_by_role("button", name="Sections").click()
    until(work.page.locator("#sections").is_visible, bool)
    wrong = faults_here(work.page)
    work.page.reload()
    work.page.get_by_role("button", name="Side panel").click()
    until(work.page.locator("#panel").is_visible, bool)
    assert wrong + faults_here(work.page) + work.window.faults == []
