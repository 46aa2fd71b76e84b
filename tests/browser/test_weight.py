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
    own = [size for path, size in weights if path.startswith("/static/js/")]
    assert len(own) == 14
    assert sum(own) <= 24_000  # packed, with their comments and types
    assert sum(size for _, size in weights) <= 200_000
