"""Checklists for tests of files: made by chance from a seed, of every kind of part."""

import random

from compliance.content.checklists.translations import (
    LISTS,
    mark,
    of_edition,
    of_fact,
    of_question,
    of_section,
)
from compliance.content.formats.findings import Sheet

WORDS = (
    "Who", "keeps", "the", "list", "of", "processing", "Ärger", "naïve", "日本", "🔐",
    "=SUM(A1)", "+1", "-2", "@here", "'quoted'", '"double"', "a;b,c", "_x0041_", "100%",
    "{{ insert: param, x }}", "*bold*", "[link](https://e.eu)", "<b>", "&amp;", "yes",
    "null", "1.10", "2026-01-01", "#!", "a: b", "- item", "\uff1dfull", "عربي", "~",
)  # fmt: skip
KINDS = ("verdict", "stage", "choice", "choices", "number", "date", "text")
VERDICTS = ("", "met", "partly", "not_met", "na")


class Chance:
    """Values of one seed."""

    def __init__(self, seed):
        self.random = random.Random(seed)  # noqa: S311 - no secret hangs on it
        self.languages = ("de", "pt-BR", "sr-Latn") if seed % 2 else ()

    def maybe(self, value, otherwise=""):
        return value if self.random.random() < 0.6 else otherwise

    def line(self, most=8, length=0):
        count = self.random.randint(1, most)
        text = "Do " + " ".join(self.random.choices(WORDS, k=count))
        return text[: length or len(text)].strip()

    def odd(self):
        """A line that begins with whatever comes."""
        return " ".join(self.random.choices(WORDS, k=3))

    def prose(self):
        ends = ("\n", "\n\n", "\n\n\n", "\r\n", " \n")
        lines = [self.odd() for _ in range(self.random.randint(1, 4))]
        return self.random.choice(ends).join(lines)

    def lines(self, most=4):
        return [self.odd() for _ in range(self.random.randint(0, most))]

    def extra(self):
        return {"from": self.odd(), "n": [1, 2.5, None, True, {"deep": self.prose()}]}

    def rule(self):
        return self.random.choice(
            [
                {"data": ["health", "children"]},
                {"small": "yes"},
                {"all": [{"data": "health"}, {"not": {"small": "no"}}]},
                {"any": [{"small": ["yes"]}, {"data": ["children"]}]},
            ]
        )

    def choices(self):
        return [
            {
                "key": f"c{at}",
                "label": self.line(4),
                "help": self.maybe(self.prose()),
                "verdict": self.random.choice(VERDICTS),
            }
            for at in range(self.random.randint(2, 5))
        ]

    def question(self, number):
        kind = self.random.choice(KINDS)
        long = self.random.random() < 0.05
        values = {
            "key": self.random.choice([f"Q{number:03}", f"ac-{number}(2)", f"{number}.1"]),
            "title": self.line(6, 60),
            "text": self.odd() * (300 if long else 1),
            "kind": kind,
            "weight": self.random.randint(1, 5),
            "binds": self.maybe(["maker"], []),
            "rule": self.maybe(self.rule(), None),
            "applies_from": self.maybe(
                [{"date": "2027-12-02", "when": self.rule()}, {"date": "2028-08-02"}],
                [],
            ),
            "number": None,
            "good": self.lines(),
            "how_to_check": self.maybe(self.prose()),
            "when_partly": self.maybe(self.prose()),
            "common_mistake": self.maybe(self.odd()),
            "evidence_hints": self.lines(),
            "remedy": self.maybe(self.prose()),
            "background": self.maybe(self.prose()),
            "related": self.maybe([f"Q{number + 1:03}"], []),
            "choices": self.choices() if kind in KINDS[1:4] else [],
            "cites": [],
        }
        if kind == "number":
            values["number"] = {"unit": "days", "at_most": 30, "partly_at_most": 45.5}
        if number % 3:
            values["source"] = f"urn:made:of:{number} {self.odd()}"[:300].strip()
        values |= self.translated(of_question(values))
        return values | self.maybe({"extra": self.extra()}, {})

    def translated(self, texts):
        """Translations of some of the texts, one in four of them stale."""
        found = {}
        for code in self.languages:
            for name, text in texts.items():
                if text and self.random.random() < 0.5:
                    said = self.lines() or ["Ja"] if name in LISTS else self.prose()
                    stale = self.random.random() < 0.25
                    of = "0123456789" if stale else mark(text)
                    found.setdefault(code, {})[name] = {"text": said, "of": of}
        return {"translations": found} if found else {}


def make_sheet(seed):
    """A checklist with its words, always the same for one seed."""
    chance = Chance(seed)
    numbers = iter(range(1, 1000))
    facts = [
        {
            "key": "data",
            "label": "Data",
            "text": chance.odd(),
            "help": chance.maybe(chance.prose()),
            "kind": "several",
            "choices": [
                {"key": "health", "label": chance.odd(), "help": ""},
                {"key": "children", "label": "Children", "help": chance.prose()},
            ],
        },
        {
            "key": "small",
            "label": "Small",
            "text": "Are you small?",
            "help": "",
            "kind": "yesno",
            "choices": [],
        },
    ]
    document = {
        "checklist": f"made-{seed}",
        "edition": {
            "number": chance.random.choice(["2026.1", "1", "=2"]),
            "release_notes": chance.prose(),
            "subject_label": chance.line(3),
            "subject_help": chance.maybe(chance.prose()),
            "roles": {"maker": chance.odd(), "user": "User"},
            "role_fact": "",
            "law_as_of": "2026-11-24",
        }
        | chance.maybe({"extra": chance.extra()}, {}),
        "facts": facts,
        "sections": [
            {
                "key": f"part-{at}",
                "title": chance.line(5),
                "intro": chance.maybe(chance.prose()),
                "questions": [chance.question(next(numbers)) for _ in range(chance.random.randint(1, 6))],
            }
            for at in range(chance.random.randint(1, 4))
        ],
    }
    title, summary = chance.line(4), chance.maybe(chance.prose())
    edition = document["edition"]
    for part in facts:
        part.update(chance.translated(of_fact(part)))
    for part in document["sections"]:
        part.update(chance.translated(of_section(part)))
    if chance.languages:
        edition["language"] = "fr"
        found = chance.translated(of_edition(edition, title, summary))
        own = found.get("translations", {})
        edition["translations"] = {c: own.get(c, {}) for c in chance.languages}
    return Sheet(title, summary, "privacy", document)
