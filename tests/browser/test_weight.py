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


SHIFT = """() => new Promise((resolve) => {
  let sum = 0;
  const add = (list) => list.forEach((one) => { if (!one.hadRecentInput) sum += one.value; });
  const watch = new PerformanceObserver((list) => add(list.getEntries()));
  watch.observe({ type: "layout-shift", buffered: true });
  setTimeout(() => { add(watch.takeRecords()); resolve(sum); }, 500);
})"""


@pytest.mark.parametrize("questions", [15, 160, 0])
def test_what_is_read_does_not_move_as_the_page_comes(desk, open_window, questions):
    """The sum of layout shifts, as browsers count them; 0 questions stand for home."""
    made = desk.many(questions or 8, "Cara")
    home = made["path"].partition("assessments/")[0]
    window = open_window(made["sessions"][0])
    path = made["path"] if questions else home
    window.page.goto(path, wait_until="networkidle")
    assert window.page.evaluate(SHIFT) < 0.02
