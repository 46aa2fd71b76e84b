"""A row, a menu and a dialog as a screen reader gets them, as ``docs/accessibility.md`` says.

``DOCS=write pytest tests/browser/test_screen_reader.py`` writes it again: read it aloud
before you keep it.
"""

import os
import re

import pytest
from django.conf import settings

from tests.browser.window import until

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PAGE = settings.BASE_DIR / "docs" / "accessibility.md"
HINT = re.compile(r"<kbd(?![^>]*aria-hidden)")


def tree(part):
    """The tree of a part of the page, without the addresses behind its links."""
    lines = part.aria_snapshot().splitlines()
    return "\n".join(line.removesuffix(":") for line in lines if "/url:" not in line)


def written(name, found):
    """The tree of that name in the documentation."""
    head, mark, rest = PAGE.read_text().partition(f"<!-- {name} -->\n")
    old, end, tail = rest.partition(f"<!-- end of {name} -->")
    if os.environ.get("DOCS") == "write":
        old = f"\n```\n{found}\n```\n\n"
        PAGE.write_text(f"{head}{mark}{old}{end}{tail}")
    return old.strip().removeprefix("```\n").removesuffix("\n```")


def test_row_menu_and_dialog_read_as_documented(desk, open_window):
    made = desk.assessment("Cara", "Ole Åberg")
    window = open_window(made["sessions"][0], made["path"])
    answer, keys = made["answers"][0], window.page.keyboard
    window.open(answer)
    row = until(lambda: tree(window.row(answer)), lambda said: 'button "Owner' in said)
    assert row == written("row", row)
    window.focus(answer)
    keys.press("o")
    menu = window.page.locator(".menubox")
    menu.get_by_role("option").first.wait_for()
    said = tree(menu)
    assert said == written("menu", said)
    keys.press("Escape")
    window.focus(answer)
    keys.press("?")
    dialog = window.page.locator("dialog[open]")
    dialog.wait_for()
    said = tree(dialog)
    assert said == written("dialog", said)


def test_no_name_holds_the_key_beside_it():
    """The list of keys is their text, so they are read there."""
    pages = (settings.BASE_DIR / "templates").rglob("*.html")
    heard = {page.name for page in pages if HINT.search(page.read_text())}
    assert heard == {"_keys.html"}
