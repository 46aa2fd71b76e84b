"""Searching: the same cases give the same hits on both databases."""

import unicodedata

import pytest

from compliance.models import Answer, Citation, Comment
from compliance.work.search.queries import answers_with, find
from tests.support import factories


@pytest.fixture
def acme(cast):
    """Acme with an assessment of six questions, some of them answered."""
    edition = factories.make_draft(6)
    question = edition.questions.get(key="Q3")
    provision = factories.make_provision("Law Art. 26(5)")
    Citation.objects.create(question=question, provision=provision, position=1)
    factories.publish(edition)
    factories.make_assessment(cast.acme, cast.ada)  # no id equals that of its question
    cast.one = factories.make_assessment(cast.acme, cast.ada, edition, subject="Lens")
    cast.answers = list(cast.one.answers.order_by("question__position"))
    return cast


def say(answer, **fields):
    """Write a text below the actions, as bulk work does."""
    Answer.objects.filter(pk=answer.pk).update(**fields)


def found(acme, text, *kinds, **options):
    """ "kind: title" of every hit."""
    return [
        f"{hit.kind}: {shown(hit.title)}"
        for hit in find(acme.acme, text, **({"kinds": kinds} if kinds else {}), **options)
    ]


def shown(runs):
    return "".join(f"[{run.text}]" if run.is_found else run.text for run in runs)


def test_each_kind_is_found(acme):
    note, comment, proof = acme.answers[:3]
    say(note, note="Zebra log kept")
    Comment.objects.create(answer=comment, author=acme.con, text="Which zebra?")
    factories.attach(proof, factories.make_link(acme.acme, acme.ada, "Zebra policy"))
    assert found(acme, "zebra") == [
        "note: Q1 Duty 1",
        "comment: Con Tributor on Q2 Duty 2",
        "evidence: [Zebra] policy",
    ]
    assert found(acme, "lens") == ["assessment: Privacy, [Lens]"]
    assert found(acme, "con tri") == ["person: [Con] [Tri]butor"]
    assert found(acme, "hom", may={"view"}) == ["page: [Hom]e"]


CASES = {
    "word": ("Backups are kept", ["backups", "BACKUPS kept", "back", "kept backu"]),
    "umlaut": ("Prüfung", ["prufung", "PRÜF", unicodedata.normalize("NFD", "Prüf")]),
    "apart": (unicodedata.normalize("NFD", "Prüfung é"), ["prufung", "Prüfung", "é"]),
    "sharp s": ("Maßnahme", ["massnahme", "MASSNAHME", "maßn"]),
    "sharp s apart": ("Massnahme", ["maßnahme", "massnahm"]),
    "greek": ("Ευρωπαϊκή απάντησης", ["ΕΥΡΩΠΑΪΚΉ", "ευρωπαικη", "ΑΠΑΝΤΗΣΗΣ", "απά"]),
    "greek apart": (unicodedata.normalize("NFD", "απάντηση"), ["απαντ", "απάντηση"]),
    "cyrillic": ("Мой Ёж", ["МОЙ", "мой ёж", unicodedata.normalize("NFD", "мой")]),
    "cyrillic apart": (unicodedata.normalize("NFD", "мой"), ["мой", "МОЙ"]),
    "chinese": ("我们保护个人信息。", ["个人", "个人信息", "护个"]),
    "japanese": (
        "個人データの保護",
        ["データ", unicodedata.normalize("NFD", "データ")],
    ),
    "thai": ("นโยบายความเป็นส่วนตัว", ["ความเป็น"]),
    "korean": (
        "개인정보 보호",
        ["개인", "보호", unicodedata.normalize("NFD", "개인정보")],
    ),
    "hindi": ("हिन्दी नीति", ["हिन्दी", "नीति"]),
    "arabic": ("سياسة أمن", ["أمن", unicodedata.normalize("NFD", "أمن"), "سياس"]),
    "hebrew": ("מדיניות אבטחה", ["מדיניות", "אבט"]),
    "turkish": ("İstanbul", ["istanbul", "İSTANBUL"]),
    "emoji": ("All fine 🔥 here", ["🔥", "fine 🔥"]),
    "signs": ("100 % → done (C++)", ["%", "→", "c++", "(c++)", "100%"]),
    "file": ("see policy_v2.pdf", ["pdf", "policy", "policy_v2.pdf", "v2"]),
    "formula": ("CO₂ and m²", ["co₂", "m²", "CO"]),
    "apostrophe": ("It doesn\u2019t", ["doesn\u2019t", "doesn't"]),
    "number": ("Version 2026.1 of 1e5", ["2026.1", "1e5", "202"]),
}


@pytest.mark.parametrize("case", CASES)
def test_text_is_found_however_it_is_spelled(case, acme):
    text, searches = CASES[case]
    say(acme.answers[1], note=f"Before that. {text} And after.")
    for typed in searches:
        assert (typed, found(acme, typed, "note")) == (typed, ["note: Q2 Duty 2"])
        assert answers_with(acme.one, typed) == {acme.answers[1].pk}


@pytest.mark.parametrize("typed", ["ackups", "backups lost", "мои", "kep x", "backupss"])
def test_what_is_not_there_is_not_found(typed, acme):
    say(acme.answers[1], note="Backups kept. Мой.")
    assert found(acme, typed, "note") == []
    assert answers_with(acme.one, typed) == set()


HOSTILE = [
    '"', '""', "*", "a*", "NEAR", "NEAR(a b)", "-kept", "kept -x", "(", ")", "text:kept",
    "scope : x", "^kept", "kept OR", "AND", "NOT kept", "{a b}: c", "a + b", "'", "';--",
    "' OR 1=1 --", "\\", "%", "_", "%%", "a" * 5000, "\x00", "a\x00b", "<script>", "\u202e",
    "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"), "&", "|", "!", ":*",
    "kept:*", "a & !b", "<->", "$$", "x'y", "🔥" * 200, "é" * 200, "ΐ" * 200, "ss" * 100,
    " ".join("abcdefghijklmnopqrstuvwxyz"), "\u0301", "\u0301a", "᠎", "𞤀𞤁", "ﬁle", "Ⅳ",
]  # fmt: skip


@pytest.mark.parametrize("typed", HOSTILE)
def test_any_text_can_be_searched(typed, acme):
    say(acme.answers[0], note="kept")
    find(acme.acme, typed, may={"view"})
    answers_with(acme.one, typed)


def test_nothing_is_found_by_nothing(acme):
    assert [found(acme, text) for text in ("", "  ", "\x00", "\u0301")] == [[]] * 4


def test_key_and_citation_find_their_question_first(acme):
    say(acme.answers[0], note="As in Q4 and in Art. 26(5).")
    for typed, key in {"q4": "Q4", "Art. 26(5)": "Q3", "26(5)": "Q3"}.items():
        assert found(acme, typed, limit=3)[0].startswith(f"question: [{key}]".replace("[Q3]", "Q3"))
    assert [hit.rank for hit in find(acme.acme, "Art. 26(5)", kinds=["question"])] == [0]
    assert found(acme, "Art. 5(26)", "question") == []
    assert answers_with(acme.one, "art. 26") == {acme.answers[0].pk, acme.answers[2].pk}
