"""The first visit is light."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WEIGHTS = """() => {
  const kinds = ["navigation", "resource"];
  const entries = kinds.flatMap((kind) => performance.getEntriesByType(kind));
  return entries.map((entry) => [new URL(entry.name).pathname, entry.encodedBodySize]);
}"""


def test_first_visit_weighs_at_most_200_kilobytes(desk, open_window):
    made = desk.many(160, "Cara")
    window = open_window(made["sessions"][0])
    window.page.goto(made["path"], wait_until="networkidle")
    weights = window.page.evaluate(WEIGHTS)
    own = [size for path, size in weights if "/js/" in path]
    assert len(own) == 14
    assert sum(own) <= 24_000  # packed, with their comments and types
    assert len([path for path, _ in weights if path.endswith(".css")]) == 1
    assert sum(size for _, size in weights) <= 200_000


SENT = """() => performance.getEntriesByType("resource")
  .filter((entry) => entry.name.includes("/static/") && entry.transferSize)
  .map((entry) => entry.name)"""


def test_second_visit_asks_for_no_file_again(desk, open_window):
    made = desk.many(160, "Cara")
    window = open_window(made["sessions"][0])
    for _ in range(2):
        window.page.goto(made["path"], wait_until="networkidle")
    assert window.page.evaluate(SENT) == []
