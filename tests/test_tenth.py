"""A tenth of a product runs each day, and in ten and more days all of it."""

from types import SimpleNamespace

import pytest

from tests.support import tenth


class Case(SimpleNamespace):
    """A case of a function, as pytest collects it."""

    def get_closest_marker(self, name):
        return pytest.mark.tenth(always="owner").mark if name == "tenth" else None

    def add_marker(self, name):
        self.is_long = True


def cases():
    return [
        Case(
            path="test_x.py",
            originalname="test_page",
            nodeid=f"test_page[{role}-{place}]",
            callspec=SimpleNamespace(params={"role": role, "place": place}),
            is_long=False,
        )
        for role in ("owner", "reader")
        for place in range(25)
    ]


def drawn(seed, monkeypatch):
    monkeypatch.setattr(tenth, "SEED", seed)
    items = cases()
    tenth.mark_rest(items)
    return {item.nodeid for item in items if not item.is_long}


def test_a_tenth_stays_with_all_that_always_does(monkeypatch):
    names = drawn("2026-12-02", monkeypatch)
    assert len([name for name in names if "owner" in name]) == 25
    assert len([name for name in names if "reader" in name]) == 3
    assert drawn("2026-12-02", monkeypatch) == names


def test_all_come_round(monkeypatch):
    seeds = map(str, range(200))
    names = set().union(*(drawn(seed, monkeypatch) for seed in seeds))
    assert len(names) == 50


def test_pages_are_drawn_one_in_ten(monkeypatch):
    monkeypatch.setattr(tenth, "SEED", "2026-12-02")
    number = sum(map(tenth.is_drawn, map(str, range(2000))))
    assert 150 < number < 250
    assert all(tenth.is_drawn(str(name), whole=True) for name in range(20))
