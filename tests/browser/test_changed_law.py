"""A change of the law shows on every page that rests on it, without a fault."""

import re

import pytest

from tests.browser.conftest import own_desk, own_site
from tests.browser.test_accessible import looks

pytestmark = [pytest.mark.browser, pytest.mark.slow]
site, desk = own_site, own_desk


def test_changed_law_has_no_fault(desk, open_window):
    places = desk.demo_places()
    session = desk.session_of("ada@nordhavn.example")
    cite = desk.change_law(places["answer"])
    window = open_window(session, "/o/nordhavn/checklists/law/")
    window.page.get_by_role("heading", name=cite).first.wait_for()
    wrong = looks(window.page)
    window.page.goto(f"{places['assessment']}answers/{places['answer']}/panel/law/")
    window.page.get_by_text("Changed on").first.wait_for()
    wrong += looks(window.page)
    window.page.goto("/o/nordhavn/work/")  # the home page shows the first few
    line = re.compile("^The law changed under")
    window.page.get_by_role("link", name=line).wait_for()
    assert wrong + looks(window.page) + window.faults == []
