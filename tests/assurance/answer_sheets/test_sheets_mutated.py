"""A sheet with something broken in it, anywhere: refused in words, or previewed."""

import random
import re

import pytest

from tests.assurance.answer_sheets import making as sheets
from tests.assurance.answer_sheets.hostile import packed, parts_of
from tests.assurance.answer_sheets.making import changed, download, send

pytestmark = pytest.mark.slow
NUMBERS = [b"-1", b"0", b"99999999999999999999", b"1e308", b"NaN", b"x"]


def mutated(content, seed):
    """The file with a few random faults in one of its parts, or in the archive."""
    chance = random.Random(seed)  # noqa: S311
    if chance.random() < 0.2:
        return broken(content, chance)
    parts = parts_of(content)
    name = chance.choice(sorted(parts))
    for _ in range(chance.randint(1, 3)):
        parts[name] = broken(parts[name], chance)
    return packed(parts)


def broken(data, chance):
    first = chance.randrange(len(data) or 1)
    end = min(len(data), first + chance.randint(1, 40))
    numbers = list(re.finditer(rb"\d+", data))
    tags = list(re.finditer(rb"<[^>]+>", data))
    kind = chance.choice(["flip", "cut", "double", "number", "tag", "end"])
    if kind == "number" and numbers:
        found = chance.choice(numbers)
        return data[: found.start()] + chance.choice(NUMBERS) + data[found.end() :]
    if kind == "tag" and tags:
        found, other = chance.choice(tags), chance.choice(tags)
        return data[: found.start()] + other[0] + data[found.end() :]
    if kind == "cut":
        return data[:first] + data[end:]
    if kind == "double":
        return data[:end] + data[first:]
    if kind == "end":
        return data[:first]
    return data[:first] + chance.randbytes(end - first) + data[end:]


def check(cast, con, seeds):
    """How many of the files were previewed; the others were refused in words."""
    assessment = sheets.make_kinds(cast)
    content = changed(download(con, assessment), {("Q1", "note"): "New"})
    shown = 0
    for seed in seeds:
        reply = send(con, assessment, mutated(content, seed))
        if reply.status_code == 302:
            assert con.get(reply["Location"]).status_code == 200, seed
            shown += 1
            continue
        [words] = reply.context["form"].errors["upload"]
        assert (reply.status_code, len(words) <= 500) == (422, True), seed
        assert not re.search(r"Error|Exception|Traceback|<|\bNone\b", words), words
    assert not assessment.answers.exclude(version=0)
    return shown


def test_twenty_broken_files_are_refused_or_previewed(cast, con):
    assert 0 < check(cast, con, range(20)) < 20


@pytest.mark.long
def test_twelve_hundred_broken_files_are_refused_or_previewed(cast, con):
    assert 100 < check(cast, con, range(1200)) < 1100
