"""The cost of one assessment does not grow with the others; the server stays small."""

import pytest

from tests.load.editing import open_pages

pytestmark = pytest.mark.slow
MOST_MB = 150
GROWTH = 1.3
ROUNDS = 200


def test_served_app_is_small_after_some_work(make_site):
    site = make_site()
    door = site.ask("seed", 60, 1, 1)
    site.start()
    (editor,) = open_pages(site, door, 1)
    for number in range(40):
        editor.send("GET", door["path"])
        editor.persist(door["answers"][number], f"text {number}")
    editor.close()
    used = site.memory_mb()
    print(f"{used:.0f} MB in {len(site.processes())} processes")  # noqa: T201
    assert used <= MOST_MB


def cost(site, editor, door, what):
    """Milliseconds of the server's processor for opening the page, and for a save."""
    for number in range(20):
        editor.persist(door["answers"][number], f"{what} warm {number}")
        editor.send("GET", door["path"])
    costs = []
    for ask in (
        lambda number: editor.send("GET", door["path"]),
        lambda number: editor.persist(door["answers"][number % 150], f"{what} {number}"),
    ):
        before = site.cpu_seconds()
        for number in range(ROUNDS):
            ask(number)
        costs.append((site.cpu_seconds() - before) * 1000 / ROUNDS)
    return costs


@pytest.mark.long
def test_page_and_save_cost_the_same_beside_two_thousand_assessments(make_site):
    site = make_site()
    door = site.ask("seed", 150, 1, 1)
    site.start()
    (editor,) = open_pages(site, door, 1)
    alone = cost(site, editor, door, "alone")
    answers = site.ask("grow", door["assessment"], 2000)
    assert answers == 300_150
    beside = cost(site, editor, door, "beside")
    editor.close()
    print(  # noqa: T201
        f"page and save, ms of CPU: {alone} alone, {beside} beside {answers} answers"
    )
    assert all(b <= GROWTH * a for a, b in zip(alone, beside, strict=True))
