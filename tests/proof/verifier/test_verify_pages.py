"""The pages of a report against its data: whoever has the key may still not lie on them.

Each attack is sealed with the installation's own key, so signature, hashes and files
inside are all in order.
"""

import hashlib
import io
import json
import re
from dataclasses import replace
from datetime import date

import pikepdf
import pypdf
import pytest
from django.utils.translation import gettext, override

from compliance.assurance.bundles import report_data as record
from compliance.content.checklists.force import Mark
from compliance.content.checklists.rating import ratings_of
from compliance.content.legal_index.choices import Force
from compliance.ground.web.own_languages import OwnLanguage
from compliance.proof.audit.chain import canonical
from compliance.proof.press import sealing
from compliance.proof.press.keys import Place, fingerprint, seal_of
from compliance.proof.verifier import verify_pages
from compliance.proof.verifier.verify_events import FaultError, proven_words
from compliance.proof.verifier.verify_report import verify
from compliance.reporting.reports.choices import ReportKind
from compliance.reporting.reports.kinds import ReportOptions
from compliance.work.assessments.choices import Verdict
from compliance.work.assessments.stand_ins import StandIn
from compliance.work.snapshots.content import Remark, RestsOn
from tests.proof.verifier.test_verify_report import small_paper, unsealed
from tests.reporting.reports.hostile import hostile
from tests.reporting.reports.papers import (
    AT,
    make_content,
    make_full_paper,
    make_line,
    make_proof,
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return Place(str(tmp_path_factory.mktemp("keys")), "attest.example")


def paper(**fields):
    lines = [
        make_line("Q1", proofs=(make_proof(),), remarks=(Remark("Ada", AT, "Seen."),)),
        make_line("Q2", verdict="not_met", note="Nobody does it.", owner="Ada Lindqvist"),
        make_line("Q3", verdict="na", reason="No such system.", note=""),
        make_line("Q4", applies=False, applicability="Applies only when Role is X."),
        make_line("Q5", value="2026-05-01", later_until=date(2027, 2, 1)),
    ]
    return small_paper(content=make_content(lines, [make_proof()]), **fields)


def test_report_with_rated_answers_agrees_with_its_data(place, tmp_path):
    """Level and points stand beside the verdict of the data, below or not."""
    lines = [
        make_line("Q1", verdict="not_met"),
        make_line("Q2", verdict="not_met", value="Mainly theirs"),
        make_line("Q3", verdict="met", value="Ours"),
        make_line("Q4", verdict="not_met", note="Not measured."),
    ]
    levels = ratings_of(
        [
            ("Mainly theirs", "Mainly theirs", {"level": 0, "points": 0}),
            ("Ours", "Ours", {"level": 4, "points": 200}),
        ]
    )
    rated = {key: Mark(Force.PROCUREMENT) for key in ("Q2", "Q3")}
    report = small_paper(
        content=make_content(lines),
        marks=rated | {"Q4": Mark(Force.LAW, is_yardstick=True)},
        ratings={"Q2": levels, "Q3": levels},
    )
    path = unsealed(tmp_path, report)
    sealing.sealed(path, place)
    pins = frozenset({fingerprint(seal_of(place).certificate)})
    checks = verify(path.read_bytes(), pins).checks
    assert [check for check in checks if check.state == "fault"] == []
    assert any(check.words.startswith("4 questions have") for check in checks)
    pages = pypdf.PdfReader(path).pages
    text = "".join("".join(page.extract_text() for page in pages).split())
    assert "Level0,0of200points" in text
    assert "1met,0partly,2below" in text


@pytest.fixture(scope="module")
def draft(tmp_path_factory):
    return unsealed(tmp_path_factory.mktemp("draft"), paper())


@pytest.fixture
def resealed(draft, place, tmp_path):
    """The findings about the pages of a report, changed and sealed with the right key."""

    def made(change=lambda pdf: None):
        path = tmp_path / "changed.pdf"
        with pikepdf.open(draft) as pdf:
            change(pdf)
            pdf.save(path)
        sealing.sealed(path, place)
        pins = frozenset({fingerprint(seal_of(place).certificate)})
        checks = verify(path.read_bytes(), pins).checks
        assert {"signature", "certificate"} <= {c.name for c in checks if c.state == "ok"}
        return [(c.name, c.words) for c in checks if c.state == "fault"]

    return made


def drawn_on(pdf, number):
    page = pdf.pages[number]
    page.contents_coalesce()
    return page, page.Contents.read_bytes()


def answers(pdf):
    """The number of the page with the answer to Q2."""
    held = io.BytesIO()
    pdf.save(held)
    texts = [page.extract_text() for page in pypdf.PdfReader(held).pages]
    wanted = {"Nobody does it.", "Do you keep this duty?"}
    return next(n for n, text in enumerate(texts) if all(w in text for w in wanted))


def shows(pdf, number, text):
    """The codes of a text in each font of a page, with the name of the font."""
    page = pdf.pages[number]
    for name, font in page.Resources.Font.items():
        cmap = font.ToUnicode.read_bytes().decode("latin-1").lower()
        pairs = re.findall(r"<([0-9a-f]{4})>\s*<([0-9a-f]{4})>", cmap)
        codes = {chr(int(to, 16)): code for code, to in pairs}
        if set(text) <= set(codes):
            return name, "".join(codes[one] for one in text)
    raise LookupError(text)


def putting(operators, text=""):
    """Draws more on the page of the answers."""

    def change(pdf):
        number = answers(pdf)
        page, data = drawn_on(pdf, number)
        name, codes = shows(pdf, number, text) if text else ("", "")
        more = operators.format(font=name, codes=codes).encode()
        page.Contents = pdf.make_stream(data + b"\n" + more)

    return change


ALL_MET = "BT /{font} 12 Tf 1 0 0 1 90 500 Tm [<{codes}>] TJ ET".replace("/{", "{")
WHITE = "q 1 1 1 rg 0 0 3000 3000 re f Q"


def other_verdict(pdf):
    """The "Not met" of Q2 becomes "Met", in the letters of the page itself."""
    number = answers(pdf)
    page, data = drawn_on(pdf, number)
    _, before = shows(pdf, number, "Not met")
    _, after = shows(pdf, number, "Met")
    texts = list(re.finditer(rb"\[[^\]]*\]\s*TJ", data))
    codes = [b"".join(re.findall(rb"<([0-9a-f]*)>", one[0])).decode() for one in texts]
    [at] = [n for n, one in enumerate(codes) if one == before]
    whole = data[: texts[at].start()] + f"[<{after}>] TJ".encode() + data[texts[at].end() :]
    page.Contents = pdf.make_stream(whole)


def other_note(pdf):
    """One letter of a note."""
    number = answers(pdf)
    page, data = drawn_on(pdf, number)
    _, wanted = shows(pdf, number, "Nobody")
    letters = re.findall("....", wanted)
    path = rb"(?:[-.\d<>\s]*)".join(letter.encode() for letter in letters)
    found = re.search(path, data)
    changed = found[0].replace(letters[0].encode(), letters[2].encode(), 1)
    page.Contents = pdf.make_stream(data.replace(found[0], changed, 1))


def page_taken_out(pdf):
    del pdf.pages[answers(pdf)]


def pages_swapped(pdf):
    one, two = pdf.pages[3], pdf.pages[4]
    one.Contents, two.Contents = two.Contents, one.Contents


def image_over(pdf):
    picture = pdf.make_stream(b"\xff" * 3, Type=pikepdf.Name.XObject, Width=1, Height=1)
    picture.Subtype, picture.ColorSpace = pikepdf.Name.Image, pikepdf.Name.DeviceRGB
    picture.BitsPerComponent = 8
    page = pdf.pages[answers(pdf)]
    if "/XObject" not in page.Resources:
        page.Resources.XObject = pikepdf.Dictionary()
    page.Resources.XObject.Im0 = picture
    putting("q 3000 0 0 3000 0 0 cm /Im0 Do Q")(pdf)


def stamp_upon(pdf):
    note = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Stamp)
    note.Rect = pikepdf.Array([0, 0, 600, 800])
    pdf.pages[answers(pdf)].Annots = pikepdf.Array([pdf.make_indirect(note)])


def turned(pdf):
    pdf.pages[answers(pdf)].CropBox = pikepdf.Array([0, 0, 10, 10])


def layered(pdf):
    pdf.Root.OCProperties = pikepdf.Dictionary(OCGs=pikepdf.Array())


SCRIPT = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))
LAUNCH = pikepdf.Dictionary(S=pikepdf.Name.Launch, F=pikepdf.String("calc.exe"))


def launched(pdf):
    pdf.Root.OpenAction = LAUNCH


def page_with_script(pdf):
    pdf.pages[1].AA = pikepdf.Dictionary(O=SCRIPT)


def named_script(pdf):
    if "/Names" not in pdf.Root:
        pdf.Root.Names = pikepdf.Dictionary()
    pdf.Root.Names.JavaScript = pikepdf.Dictionary(Names=pikepdf.Array())


def portfolio(pdf):
    pdf.Root.Collection = pikepdf.Dictionary(D=pikepdf.String("answers.csv"))


def bookmark_with_script(pdf):
    pdf.Root.Outlines.First.A = SCRIPT


def link_to(**action):
    def change(pdf):
        note = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link)
        note.Rect, note.A = pikepdf.Array([0, 0, 9, 9]), pikepdf.Dictionary(**action)
        pdf.pages[1].Annots = pikepdf.Array([pdf.make_indirect(note)])

    return change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (launched, "when it is opened"),
        (page_with_script, "starts something"),
        (named_script, "when it is opened"),
        (portfolio, "when it is opened"),
        (bookmark_with_script, "A bookmark starts something"),
        (link_to(**SCRIPT), "starts something"),
        (link_to(**LAUNCH), "starts something"),
        (
            link_to(S=pikepdf.Name.URI, URI=pikepdf.String("https://evil.example/")),
            "leads elsewhere than is printed",
        ),
    ],
)
def test_report_that_starts_something_is_refused_though_sealed_anew(resealed, change, words):
    assert [what for _, what in resealed(change) if words in what]


def unstructured(pdf):
    """The pages of one report, the structure of which says nothing."""
    pdf.Root.StructTreeRoot.K = pikepdf.Array()


def hashes_covered(pdf):
    page, data = drawn_on(pdf, -1)
    page.Contents = pdf.make_stream(data + b"\n" + WHITE.encode())


def twice(pdf):
    """A structure that runs in a circle would be read for ever."""
    root = pdf.Root.StructTreeRoot
    kids = root.K if isinstance(root.K, pikepdf.Array) else pikepdf.Array([root.K])
    root.K = pikepdf.Array([*kids, *kids])


def elements(node):
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from elements(kid)


def second_verdict(pdf):
    """Text that the structure holds as well, as one more paragraph of the second answer."""
    putting("/Span <</MCID 900>> BDC 0 0 0 rg " + ALL_MET + " EMC", "Met")(pdf)
    found = [one for one in elements(pdf.Root.StructTreeRoot) if one.S == "/Art"]
    page = pdf.pages[answers(pdf)].obj
    more = pikepdf.Dictionary(Type=pikepdf.Name.StructElem, S=pikepdf.Name.P, K=900)
    more.P, more.Pg = found[1], page
    found[1].K.append(pdf.make_indirect(more))


BESIDE = "/Artifact BMC 0 0 0 rg " + ALL_MET.replace("500", "200") + " EMC"


def unlike(**state):
    """Draws "Met" in a state of the page that names more than how dense a colour is."""

    def change(pdf):
        names = {name: pikepdf.Name(f"/{value}") for name, value in state.items()}
        page = pdf.pages[answers(pdf)]
        page.Resources.ExtGState.Odd = pikepdf.Dictionary(**names)
        putting("/Odd gs " + ALL_MET, "Met")(pdf)

    return change


def under_edge(pdf):
    """White on the white beside a black triangle, in the box of the triangle."""
    number = answers(pdf)
    page, data = drawn_on(pdf, number)
    name, codes = shows(pdf, number, "Met")
    low = "q 0 0 0 rg 0 0 m 595 0 l 0 20 l h f Q q 1 1 1 rg BT "
    low += f"{name} 6 Tf 1 0 0 1 560 16 Tm [<{codes}>] TJ ET Q "
    page.Contents = pdf.make_stream(data + b"\n" + low.encode())


def in_a_frame(pdf):
    """White on white, inside a frame of any colour."""
    number = answers(pdf)
    page, data = drawn_on(pdf, number)
    name, codes = shows(pdf, number, "Met")
    first = "q 0 0 0 RG 1 1 593 840 re S Q "
    more = "q 1 1 1 rg " + ALL_MET.format(font=name, codes=codes) + " Q"
    page.Contents = pdf.make_stream(first.encode() + data + b"\n" + more.encode())


MOVED = ALL_MET.replace("[<", "[{moved}<")
MET = "BT {font} 12 Tf 1 0 0 1 90 500 Tm [<{codes}>]"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (putting("1 Tr 1 1 1 RG " + ALL_MET, "Met"), "text that cannot be seen"),
        (putting("5 Tr " + ALL_MET, "Met"), "text that cannot be seen"),
        (putting("0 0 0 0 k " + ALL_MET, "Met"), "text that cannot be seen"),
        (putting("/DeviceGray cs 1 sc " + ALL_MET, "Met"), "text that cannot be seen"),
        (unlike(BM="Screen"), "text that cannot be seen"),
        (unlike(SMask="Luminosity"), "text that cannot be seen"),
        (
            putting(MOVED.replace("{moved}", "-90000"), "Met"),
            "text that cannot be seen",
        ),
        (putting(MOVED.replace("{moved}", "90000"), "Met"), "text that cannot be seen"),
        (putting(MET + " TJ [-90000 <{codes}>] TJ ET", "Met"), "that cannot be seen"),
        (putting(MET + " TJ [-90000] TJ [<{codes}>] TJ ET", "Met"), "cannot be seen"),
        (
            putting(
                "{font} 0.1 Tf q {font} 12 Tf Q BT 1 0 0 1 90 500 Tm [<{codes}>] TJ ET",
                "Met",
            ),
            "text that cannot be seen",
        ),
        (
            putting(
                "BT 1 0 0 1 90 500 Tm ET BT {font} 12 Tf [<{codes}>] TJ ET",
                "Met",
            ),
            "text that cannot be seen",
        ),
        (
            putting("0 0 1 1 re 3000 3000 1 1 re W n " + ALL_MET, "Met"),
            "text that cannot be seen",
        ),
        (
            putting("0 0 m 3000 0 l 3000 3000 l W n " + ALL_MET, "Met"),
            "text that cannot be seen",
        ),
        (in_a_frame, "text that cannot be seen"),
        (under_edge, "text that cannot be seen"),
    ],
)
def test_text_that_only_the_program_would_see_is_named(resealed, change, words):
    """Whoever opens the file sees nothing there, or something else."""
    faults = resealed(change)
    assert any(words in said for _, said in faults), faults


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (second_verdict, "give a second verdict to Q2"),
        (putting(BESIDE, "Met"), "has foreign text between its own lines"),
        (putting(BESIDE.replace("0 0 0", "1 1 1"), "Met"), "text that cannot be seen"),
        (other_verdict, "do not give the data's verdict to Q2"),
        (other_note, "do not show the note of Q2"),
        (page_taken_out, "does not say that it is"),
        (pages_swapped, "does not say that it is"),
        (putting(WHITE), "Something is drawn over a text"),
        (putting(WHITE + " " + ALL_MET, "Met"), "Something is drawn over a text"),
        (putting(ALL_MET, "Met"), "shows text outside the document's structure"),
        (image_over, "Something is drawn over a text"),
        (stamp_upon, "Something lies on top of page"),
        (turned, "is turned or cut"),
        (layered, "layers"),
        (unstructured, "shows text outside the document's structure"),
        (hashes_covered, "Something is drawn over a text"),
        (twice, "structure occurs twice"),
        (putting("3 Tr " + ALL_MET, "Met"), "text that cannot be seen"),
        (
            putting(ALL_MET.replace("12 Tf", "0.1 Tf"), "Met"),
            "text that cannot be seen",
        ),
        (putting(ALL_MET.replace("90 500", "9000 1"), "Met"), "cannot be seen"),
        (putting("5000 Ts q 0 Ts Q " + ALL_MET, "Met"), "text that cannot be seen"),
        (putting("0 0 1 1 re W n " + ALL_MET, "Met"), "text that cannot be seen"),
        (putting("BT (Met) Tj ET"), "cannot be compared"),
        (putting("% (Met) Tj"), "cannot be compared"),
        (putting("BI /W 1 /H 1 ID x EI"), "cannot be compared"),
    ],
)
def test_pages_that_lie_are_named_though_the_right_key_sealed_them(resealed, change, words):
    faults = resealed(change)
    assert {name for name, _ in faults} <= {"pages", "printed hashes"}
    assert any(words in said for _, said in faults), faults


def test_pages_of_another_assessment_are_named(resealed, tmp_path):
    """All pages but the last are those of another; the data inside are the first one's."""
    others = small_paper(content=make_content([make_line(f"Q{n}", note="All good.") for n in (1, 2, 3, 5)]))
    path = unsealed(tmp_path, others)

    def change(pdf):
        with pikepdf.open(path) as other:
            for number in range(len(other.pages) - 1):
                pdf.pages[number] = other.pages[number]

    assert [name for name, _ in resealed(change)] == ["pages"]


def standing_in(verdict="met", **fields):
    """A paper whose second question another assessment answers."""
    values = {
        "missing": "",
        "value": "",
        "reason": "Kept by the group.",
        "evidence": ("a" * 64, "https://intranet.example.org/policy"),
        "answered_at": AT,
    }
    found = StandIn(verdict=verdict, **(values | fields))
    away = make_line("Q2", applies=False, applicability="Asked once.", stands_in=found)
    lines = [make_line("Q1"), away, make_line("Q3")]
    day = date(2026, 1, 1)
    other = RestsOn("Acme", "Privacy", "2026.1", day, day, 1, "running", "")
    return small_paper(content=replace(make_content(lines), rests_on=other))


@pytest.mark.parametrize(
    "printed",
    [
        "Not met. Kept by the group. " + "a" * 64,
        "Met. Not kept. " + "a" * 64,
        "Met. Kept by the group. " + "b" * 64,
    ],
)
def test_another_answer_of_the_other_assessment_is_named(printed):
    """The pages print one answer of the assessment it rests on, the data hold another."""
    source = json.loads(record.written(standing_in(evidence=("a" * 64,)).record, {}))
    line = source["content"]["sections"][0]["lines"][1]
    tally = verify_pages.Tally()

    def compared(text):
        blocks = [("/TD", line["key"] + line["text"], False), ("/TD", text, False)]
        return verify_pages._compare_elsewhere(blocks, source, tally)

    assert compared("Met. Kept by the group. " + "a" * 64) == 1
    with pytest.raises(FaultError, match="what another assessment says to Q2"):
        compared(printed)


def test_answers_of_the_other_assessment_are_compared(place, tmp_path):
    path = unsealed(tmp_path, standing_in())
    sealing.sealed(path, place)
    found = {check.name: check for check in verify(path.read_bytes()).checks}
    assert "So have 1 that another assessment answers." in found["pages"].words


def test_what_was_not_changed_agrees(resealed):
    assert resealed() == []


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_report_of_every_kind_of_answer_and_script_agrees(language, place, tmp_path):
    """No false alarm: hostile texts, letters from right to left, emoji, long words."""
    full = make_full_paper()
    path = unsealed(
        tmp_path,
        small_paper(content=full.content, wanted=ReportOptions("full", language)),
    )
    sealing.sealed(path, place)
    checks = {one.name: one for one in verify(path.read_bytes()).checks}
    assert checks["pages"].state == "ok", checks["pages"].words
    left = checks["pages, not compared"].words
    assert "texts in a script whose letters change their place" in left
    assert ("the wording of questions, translated" in left) == (language != "en")


LETTERS = {
    "Croatian": "čćđšž ČĆĐŠŽ",
    "Czech": "áčďéěíňóřšťúůýž ÁČĎÉĚÍŇÓŘŠŤÚŮÝŽ",
    "Danish": "æøå ÆØÅ",
    "Dutch": "éëïóöü ĳ ÉËÏÓÖÜ Ĳ",
    "Estonian": "äöõüšž ÄÖÕÜŠŽ",
    "French": "àâæçéèêëîïôœùûüÿ ÀÂÆÇÉÈÊËÎÏÔŒÙÛÜŸ",
    "German": "äöüß ÄÖÜẞ",
    "Hungarian": "áéíóöőúüű ÁÉÍÓÖŐÚÜŰ",
    "Irish": "áéíóúḃċḋḟġṁṗṡṫ ÁÉÍÓÚḂĊḊḞĠṀṖṠṪ",
    "Latvian": "āčēģīķļņšūž ĀČĒĢĪĶĻŅŠŪŽ",
    "Lithuanian": "ąčęėįšųūž ĄČĘĖĮŠŲŪŽ",
    "Maltese": "ċġħż ĊĠĦŻ",
    "Polish": "ąćęłńóśźż ĄĆĘŁŃÓŚŹŻ",
    "Portuguese": "áâãàçéêíóôõú ÁÂÃÀÇÉÊÍÓÔÕÚ",
    "Romanian": "ăâîșțşţ ĂÂÎȘȚŞŢ",
    "Slovak": "áäčďéíĺľňóôŕšťúýž ÁÄČĎÉÍĹĽŇÓÔŔŠŤÚÝŽ",
    "Spanish": "áéíñóúü ¿¡ ÁÉÍÑÓÚÜ",
    "Turkish": "çğıöşü ÇĞİÖŞÜ",
    "Vietnamese": "ăâđêôơư ĩ ấệộử ĂÂĐÊÔƠƯ Ĩ ẤỆỘỬ",
    "Bulgarian": "щъьюя ЩЪЬЮЯ",
    "Greek": "άέήίόύώϊϋΐΰς ΆΈΉΊΌΎΏΪΫ",
}


def test_letters_of_every_language_agree_on_the_cover_and_in_answers(place, tmp_path):
    """Fonts draw some letters of parts: ī as one without its dot, and a macron."""
    notes = [f"a{'a'.join(letters)}a" for letters in LETTERS.values()]
    lines = [make_line(f"Q{n}", note=note) for n, note in enumerate(notes, 1)]
    content = make_content(lines, organisation="Rīgas Satiksme", subject="Bank Śląski, Tập đoàn Đầu tư")
    path = unsealed(tmp_path, small_paper(content=content))
    sealing.sealed(path, place)
    checks = {one.name: one for one in verify(path.read_bytes()).checks}
    assert checks["pages"].state == "ok", checks["pages"].words
    copied = "".join(page.extract_text() for page in pypdf.PdfReader(path).pages)
    for whole in ("Rīgas Satiksme", "Bank Śląski", "aąaćaęałańaóaśaźaża"):
        assert verify_pages.plain(whole) in verify_pages.plain(copied)


@pytest.mark.parametrize("language", OwnLanguage.values)
def test_verifier_says_the_verdicts_as_the_pages_do(language):
    with override(language):
        said = [gettext(Verdict(name).label) for name in verify_pages.NAMES]
    assert sorted(verify_pages.NAMES) == sorted(Verdict.values)
    assert verify_pages.WORDS[language].split("|") == said


def test_hostile_texts_and_archived_answers_are_compared(place, tmp_path):
    path = unsealed(tmp_path, hostile())
    sealing.sealed(path, place)
    found = {check.name: check for check in verify(path.read_bytes()).checks}
    assert found["pages"].state == "ok"
    assert found["pages"].words.startswith("13 questions")


BOARD = ReportOptions("board")


def board_paper(wanted=BOARD):
    return paper(wanted=wanted)


def sealed_checks(folder, place, report, change=lambda files: files):
    """What is found in a report whose files inside were changed before its seal."""
    path = unsealed(folder, report, change)
    sealing.sealed(path, place)
    pins = frozenset({fingerprint(seal_of(place).certificate)})
    return verify(path.read_bytes(), pins).checks


@pytest.mark.parametrize("language", ["en", "de", "fr"])
@pytest.mark.parametrize("make", [board_paper, make_full_paper, lambda: hostile("board")])
def test_board_report_agrees_with_its_figures(make, language, place, tmp_path):
    report = replace(make(), wanted=ReportOptions("board", language))
    checks = sealed_checks(tmp_path, place, report)
    assert [c for c in checks if c.state == "fault"] == []
    [words] = [c.words for c in checks if c.name == "figures"]
    assert re.match(r"\d tiles, \d decisions and \d+ questions are on", words)
    assert any("board.json" in words for words in proven_words(checks))


def rewritten(edit):
    """Changes the figures of a board report, and the hash that its data name."""

    def change(files):
        source, board = files
        values = json.loads(board.content)
        edit(values)
        content = canonical(values).encode()
        told = json.loads(source.content)
        told["files"][board.name] = hashlib.sha256(content).hexdigest()
        data = canonical(told).encode()
        return [replace(source, content=data), replace(board, content=content)]

    return change


def other_number(values):
    says = values["tiles"][0][1]
    values["tiles"][0][1] = re.sub(r"\d+", lambda n: str(int(n[0]) + 1), says, count=1)


def other_last_number(values):
    values["tiles"][0][2] = values["tiles"][0][2][:-1] + "9"


def other_key(values):
    values["duties"]["rows"][0]["key"] = "Q3"


def other_matter(values):
    values["decisions"][0]["matters"] = ["Q7 Duty"]


def other_count(values):
    values["decisions"][0]["more"] += 1


def other_hash(values):
    values["content_hash"] = "0" * 64


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (other_number, "do not answer “Do we keep the law?”"),
        (other_last_number, "do not answer “Do we keep the law?”"),
        (other_key, "do not name Q3 in its place"),
        (other_matter, "do not ask for what board.json does"),
        (other_count, "do not ask for what board.json does"),
        (other_hash, "another content hash"),
    ],
)
def test_figure_that_is_not_on_the_pages_is_refused(edit, words, place, tmp_path):
    checks = sealed_checks(tmp_path, place, board_paper(), rewritten(edit))
    [(name, said)] = [(c.name, c.words) for c in checks if c.state == "fault"]
    assert name == "figures"
    assert words in said


@pytest.mark.parametrize("language", ["en", "de", "fr"])
@pytest.mark.parametrize("kind", sorted({*ReportKind.values} - {"board"}))
def test_report_of_each_kind_and_language_is_as_it_was_sealed(kind, language, place, tmp_path):
    report = replace(hostile(kind, language), wanted=ReportOptions(kind, language))
    checks = sealed_checks(tmp_path, place, report)
    assert [c for c in checks if c.state == "fault"] == []
