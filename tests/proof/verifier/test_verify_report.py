"""The stand-alone check: a report as sealed passes, whatever was done to it is named."""

import asyncio
import hashlib
import io
import json
import random
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest
from asn1crypto import cms, core
from cryptography.hazmat.primitives import serialization
from pyhanko.sign.signers import PdfSigner

from compliance.assurance.bundles import report_data as record
from compliance.proof.audit.chain import canonical, digest
from compliance.proof.audit.leaves import root
from compliance.proof.press import sealing
from compliance.proof.press.keys import Place, fingerprint, seal_of
from compliance.proof.verifier import verify_events, verify_report
from compliance.proof.verifier.verify_report import (
    UnreadableError,
    pins_in,
    verify,
)
from compliance.reporting.reports.attachments import attachments_of, laid_out
from compliance.reporting.reports.html import html_of, stylesheet
from compliance.reporting.reports.kinds import ReportOptions
from compliance.reporting.reports.pdf_engine import render
from tests.assurance.bundles.report_data import ASSESSMENT, make_events
from tests.reporting.reports import seals
from tests.reporting.reports.papers import make_paper

pytestmark = pytest.mark.slow
PROGRAM = Path(verify_report.__file__)


def small_paper(**fields):
    events = make_events()
    values = {
        "assessment_id": ASSESSMENT,
        "events": events,
        "head_seq": 9,
        "head_hash": events[-1].hash,
    }
    return replace(make_paper(), **(values | fields))


def unsealed(folder, paper, change=lambda files: files):
    files = laid_out(change(attachments_of(paper)), folder)
    path = folder / "report.pdf"
    render([html_of(paper)], stylesheet(), path, lambda *step: None, files)
    return path


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return Place(str(tmp_path_factory.mktemp("keys")), "attest.example")


@pytest.fixture(scope="module")
def pins(place):
    return frozenset({fingerprint(seal_of(place).certificate)})


@pytest.fixture(scope="module")
def draft(tmp_path_factory):
    return unsealed(tmp_path_factory.mktemp("draft"), small_paper())


@pytest.fixture(scope="module")
def sealed(draft, place, tmp_path_factory):
    path = tmp_path_factory.mktemp("sealed") / "report.pdf"
    path.write_bytes(draft.read_bytes())
    sealing.sealed(path, place)
    return path.read_bytes()


def found(data, pins=frozenset()):
    """The faults of a file by name, or what makes it no report."""
    try:
        checks = verify(data, pins).checks
    except UnreadableError as error:
        return {"unreadable": str(error)}
    return {one.name: one.words for one in checks if one.state == "fault"}


@pytest.fixture
def resealed(draft, place, tmp_path):
    """``resealed(change)``: a report changed, then sealed with a key of this kind."""

    def made(change):
        path = tmp_path / "changed.pdf"
        with pikepdf.open(draft) as pdf:
            change(pdf)
            pdf.save(path)
        sealing.sealed(path, place)
        return path.read_bytes()

    return made


def test_fresh_report_agrees_with_itself(sealed, pins):
    result = verify(sealed, pins)
    states = {check.name: check.state for check in result.checks}
    assert result.is_ok
    assert states == {
        "signature": "ok",
        "certificate": "ok",
        "time stamp": "note",
        "data": "ok",
        "printed hashes": "ok",
        "pages": "ok",
        "pages, not compared": "note",
        "trail": "ok",
        "trail head": "ok",
    }
    paper = small_paper()
    assert result.facts["content_hash"] == paper.content.content_hash
    assert result.facts["organisation"] == paper.content.organisation
    assert (result.facts["number"], result.facts["head_seq"]) == (3, 9)


def test_report_of_a_part_agrees_and_says_what_it_lacks(place, pins, tmp_path):
    path = unsealed(tmp_path, small_paper(wanted=ReportOptions("summary", "de")))
    sealing.sealed(path, place)
    result = verify(path.read_bytes(), pins)
    assert result.is_ok
    [data] = [check for check in result.checks if check.name == "data"]
    assert (data.state, "part" in data.words) == ("note", True)
    words = {check.name: check.words for check in result.checks}
    assert words["trail"].startswith("It carries no events")
    assert "was not compared" in words["trail head"]


def test_words_follow_what_a_report_carries(place, pins, sealed, tmp_path, capsys):
    path = unsealed(tmp_path, small_paper(wanted=ReportOptions("summary", "en")))
    sealing.sealed(path, place)
    [pin] = pins
    assert verify_report.main([str(path), "--certificate", pin]) == 0
    said = capsys.readouterr().out
    assert said.startswith("As it was sealed, by the expected certificate.\n")
    assert "Not proven: Any number on its pages" in said
    assert "the data inside have" not in said.lower()
    path.write_bytes(sealed)
    assert verify_report.main([str(path), "--certificate", pin]) == 0
    said = capsys.readouterr().out
    assert ("the pages show\neach answer" in said, "Any number" in said) == (
        True,
        False,
    )
    assert "[[" not in said
    path.write_bytes(sealed[:-1])
    verify_report.main([str(path), "--certificate", pin])
    assert capsys.readouterr().out.startswith("FAULT: ")


def test_shortened_fingerprint_is_explained(sealed, tmp_path, capsys):
    path = tmp_path / "report.pdf"
    path.write_bytes(sealed)
    assert verify_report.main([str(path), "--certificate", "1d44f08e"]) == 2
    assert "all 64 digits" in capsys.readouterr().out


def evidence_of(folder):
    """A folder of files as in a pack, and the data that name them."""
    proofs = []
    for number, name in enumerate(("a.txt", "b.txt"), 1):
        (folder / f"{number:03d} {name}").write_text(name)
        sha256 = hashlib.sha256(name.encode()).hexdigest()
        proofs.append({"number": number, "file_name": name, "sha256": sha256})
    return {"content": {"proofs": proofs}}


def swapped(folder):
    one, two = sorted(folder.iterdir())
    text = one.read_text()
    one.write_text(two.read_text())
    two.write_text(text)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda folder: (folder / "001 a.txt").write_text("x"),
            "001 a.txt was changed",
        ),
        (lambda folder: (folder / "001 a.txt").unlink(), "E1 a.txt is missing"),
        (
            lambda folder: (folder / "003 c.txt").write_text("x"),
            "003 c.txt was changed, or",
        ),
        (swapped, "001 a.txt holds the file E2"),
    ],
)
def test_files_of_a_pack_are_compared_with_the_data(tmp_path, change, words):
    source, result = evidence_of(tmp_path), verify_events.Result()
    verify_report._evidence(result, source, tmp_path)
    assert result.is_ok
    change(tmp_path)
    with pytest.raises(verify_events.FaultError, match=words):
        verify_report._evidence(result, source, tmp_path)


BESIDE = "verify_events.py is missing: it belongs next to verify_report.py.\n"


def test_program_alone_says_the_same_by_its_exit_status(sealed, tmp_path, pins):
    """Copied to an empty folder, without Django, as an auditor has it."""
    program = tmp_path / "verify_report.py"
    program.write_bytes(PROGRAM.read_bytes())
    (tmp_path / "compliance").mkdir()  # that of the pack, which hides any other
    (tmp_path / "compliance" / "__init__.py").touch()
    (tmp_path / "good.pdf").write_bytes(sealed)
    (tmp_path / "cut.pdf").write_bytes(sealed[:-1])
    (tmp_path / "none.pdf").write_bytes(b"none")

    def run(name, *more):
        command = [sys.executable, "-E", "-s", str(program), name, *more]
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
        return done.returncode, done.stdout

    assert run("good.pdf") == (2, BESIDE)
    for name in verify_report.BESIDE:
        (tmp_path / name).write_bytes(PROGRAM.with_name(name).read_bytes())
    (tmp_path / "none.pem").write_bytes(b"no certificate")
    code, said = run("good.pdf")
    assert (code, "NOTHING TO COMPARE WITH" in said) == (3, True)
    assert run("good.pdf", "--trail", "none.jsonl")[0] == 2
    code, said = run("good.pdf", "--certificate", *pins)
    assert (code, "NOTHING TO COMPARE WITH" in said) == (0, False)
    assert run("good.pdf", "--certificate", "none.pem")[0] == 2
    assert run("good.pdf", "--certificate", "0" * 64)[0] == 1
    assert run("cut.pdf")[0] in {1, 2}
    assert run("none.pdf") == (2, "The file is not a PDF.\n")
    assert "Not proven: That an answer is true." in said


def test_output_that_takes_fewer_letters_than_a_name_has_is_written(sealed, tmp_path):
    """A console of Windows, or a file there, takes those of one code page."""
    (tmp_path / "good.pdf").write_bytes(sealed)
    (tmp_path / "Łódź.jsonl").touch()
    command = [sys.executable, "-m", "compliance.proof.verifier.verify_report"]
    done = subprocess.run(
        [*command, tmp_path / "good.pdf", "--trail", tmp_path / "Łódź.jsonl"],
        env={"PYTHONIOENCODING": "cp1252"},
        cwd=PROGRAM.parents[3],
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, b"")
    assert b"\\u0141\xf3d\\u017a.jsonl is not an exported trail." in done.stdout


def test_program_without_its_library_says_what_to_install():
    command = [sys.executable, "-I", "-S", str(PROGRAM), "any.pdf"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "")
    assert "python3 -m pip install pyHanko" in done.stdout


def test_program_needs_only_the_standard_library_and_pyhanko():
    beside = [PROGRAM.with_name(name) for name in verify_report.BESIDE]
    text = "\n".join(path.read_text() for path in [PROGRAM, *beside])
    used = re.findall(r"^ *(?:import|from) (\w+)", text, re.M)
    own = {"compliance", *(path.stem for path in beside)}
    others = set(used) - set(sys.stdlib_module_names) - own
    assert others == {"asn1crypto", "pyhanko", "pyhanko_certvalidator"}


def test_expected_certificate_is_given_by_digits_or_file(place, pins, tmp_path):
    path = tmp_path / "certificate.pem"
    certificate = seal_of(place).certificate
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    [digits] = pins
    by_two = ":".join(re.findall("..", digits.upper()))
    assert pins_in(str(path)) == pins_in(digits) == pins_in(by_two) == pins


def flipped(data, position, bit):
    changed = bytearray(data)
    changed[position] ^= 1 << bit
    return bytes(changed)


def survivors(data, positions, rng):
    return [p for p in positions if not found(flipped(data, p, rng.randrange(8)))]


def test_one_bit_flipped_anywhere_is_found(sealed):
    rng = random.Random(20)  # noqa: S311
    assert survivors(sealed, rng.sample(range(len(sealed)), 60), rng) == []


def test_file_states_no_fact_of_its_seal_and_no_line_of_the_program(place, tmp_path, capsys):
    """Whoever has no certificate to compare with reads what is printed."""
    evil = dict.fromkeys(verify_report.SEALED, "0" * 64)
    evil["version"] = "1\n\x1b[Aok    certificate: The expected one: 0000."

    def forged(files):
        source, *others = files
        said = json.loads(source.content)
        said["report"] |= evil
        return [replace(source, content=canonical(said).encode()), *others]

    path = unsealed(tmp_path, small_paper(), forged)
    own = sealing.sealed(path, place)
    facts = verify(path.read_bytes()).facts
    assert facts["certificate"] == own
    assert "0" * 64 not in [facts[name] for name in verify_report.SEALED]
    assert verify_report.main([str(path)]) == 3
    lines = capsys.readouterr().out.splitlines()
    assert not [line for line in lines if line.startswith("ok    certificate")]
    assert "\x1b" not in "".join(lines)


@pytest.mark.parametrize("many", [40, pytest.param(400, marks=pytest.mark.long)])
def test_one_bit_flipped_in_the_seal_itself_is_found(sealed, many):
    """The one place that a signature does not cover is its own."""
    rng = random.Random(21)  # noqa: S311
    numbers = re.findall(rb"/ByteRange \[0 (\d+) (\d+) ", sealed)[-1]
    own = range(*map(int, numbers))
    assert survivors(sealed, rng.sample(own, many), rng) == []


@pytest.mark.long
def test_many_bits_flipped_are_found(sealed):
    rng = random.Random(22)  # noqa: S311
    assert survivors(sealed, rng.sample(range(len(sealed)), 3000), rng) == []


@pytest.mark.parametrize("share", [0, 0.001, 0.3, 0.9, 0.999])
def test_file_that_is_cut_is_found(sealed, share):
    assert found(sealed[: int(len(sealed) * share)])


def test_file_without_its_last_byte_is_found(sealed):
    assert found(sealed[:-1])


@pytest.mark.parametrize("more", [b"\n", b"%x"])
def test_bytes_put_behind_are_found(sealed, more):
    assert "added to the file" in found(sealed + more)["signature"]


def test_second_version_put_behind_is_found(sealed, tmp_path, place):
    """An update as an editor writes it, which most readers show without a word."""
    stream = io.BytesIO(sealed)
    writer = sealing._Appending(stream)
    page = writer.find_page_for_modification(0)[0].get_object()
    page["/Rotate"] = sealing.pdf_name("/Nothing")
    writer.update_container(page)
    writer.write_in_place()
    assert "added to the file" in found(stream.getvalue())["signature"]


def test_unsealed_report_is_named(draft):
    assert "not sealed" in found(draft.read_bytes())["signature"]


def test_report_sealed_by_somebody_else_is_named(draft, tmp_path, pins):
    path = tmp_path / "other.pdf"
    path.write_bytes(draft.read_bytes())
    sealing.sealed(path, Place(str(tmp_path / "keys"), "attest.example"))
    assert list(found(path.read_bytes(), pins)) == ["certificate"]
    assert found(path.read_bytes()) == {}


def test_seal_that_names_the_certificate_of_another_key_is_found(draft, tmp_path, place, pins, monkeypatch):
    """A forged fingerprint: the expected certificate, and a key of the forger's own."""
    path, own = tmp_path / "forged.pdf", seal_of(place)
    path.write_bytes(draft.read_bytes())
    other = seal_of(Place(str(tmp_path / "keys"), "attest.example"))
    forged = replace(own, key=other.key)
    monkeypatch.setattr(sealing, "seal_of", lambda _: forged)
    sealing.sealed(path, place)
    assert "signature" in found(path.read_bytes(), pins)


def test_second_seal_is_named(sealed, tmp_path, monkeypatch):
    """Sealed again with another key, both signatures whole."""
    other = Place(str(tmp_path / "keys"), "attest.example")
    stream = io.BytesIO(sealed)
    writer = sealing._Appending(stream)
    about = sealing.PdfSignatureMetadata(field_name="Other")
    monkeypatch.setattr(PdfSigner, "_enforce_certification_constraints", lambda *_: None)
    sealing.sign_pdf(writer, about, sealing._signer(seal_of(other)), in_place=True)
    assert "2 signatures" in found(stream.getvalue())["signature"]


def held_in(data):
    """The place of the signature in a file, from where to where, and its bytes."""
    numbers = re.findall(rb"/ByteRange \[0 (\d+) (\d+) ", data)[-1]
    before, after = map(int, numbers)
    held = cms.ContentInfo.load(bytes.fromhex(data[before + 1 : after - 1].decode()))
    return before, after, held


def beside_the_signature(data, attribute):
    """The file with something in the one place of a signature that it does not cover."""
    before, after, held = held_in(data)
    signer = held["content"]["signer_infos"][0]
    signer["unsigned_attrs"] = cms.CMSAttributes([cms.CMSAttribute(attribute)])
    digits = held.dump(force=True).hex().upper().encode()
    room = after - before - 2
    assert len(digits) <= room
    return data[: before + 1] + digits.ljust(room, b"0") + data[after - 1 :]


@pytest.mark.parametrize(
    "attribute",
    [
        {"type": "1.2.3.4", "values": [core.UTF8String("Hidden words.")]},
        {"type": "signature_time_stamp_token", "values": []},
    ],
)
def test_what_is_put_beside_the_signature_is_found(sealed, pins, attribute):
    changed = beside_the_signature(sealed, attribute)
    assert "more than the signature" in found(changed, pins)["signature"]


def spec_of(pdf, name="assessment.json"):
    return next(spec for spec in pdf.Root.AF if str(spec.UF) == name)


def names_of(pdf):
    node = pdf.Root.Names.EmbeddedFiles
    return node.Names if "/Names" in node else node.Kids[0].Names


def other_for_some(pdf):
    """Readers take /UF first, older ones /F."""
    spec_of(pdf).EF.UF = pdf.make_stream(b"{}")


def other_name_for_some(pdf):
    spec_of(pdf).F = "other.json"


def other_of_that_name(pdf):
    """The document names another file of its own than the list of files does."""
    other = pikepdf.AttachedFileSpec(pdf, b"{}", filename="assessment.json")
    at = [str(spec.UF) for spec in pdf.Root.AF].index("assessment.json")
    pdf.Root.AF[at] = other.obj


def two_of_that_name(pdf):
    other = pikepdf.AttachedFileSpec(pdf, b"{}", filename="assessment.json")
    names_of(pdf).extend([pikepdf.String("assessment.json"), other.obj])
    pdf.Root.AF.append(other.obj)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (other_for_some, "assessment.json is one file to one reader, another to the"),
        (other_name_for_some, "assessment.json is one file to one reader"),
        (other_of_that_name, "not those that the document names"),
        (two_of_that_name, "Too much: assessment.json"),
    ],
)
def test_two_files_of_one_name_are_named_though_sealed_anew(resealed, change, words):
    faults = found(resealed(change))
    assert list(faults) == ["files inside"]
    assert words in faults["files inside"]


@pytest.mark.parametrize("change", [other_for_some, other_of_that_name])
def test_files_swapped_behind_the_seal_are_found(sealed, pins, change, tmp_path):
    """The whole file written anew, its signature kept; and as an update behind it."""
    path = tmp_path / "swapped.pdf"
    with pikepdf.open(io.BytesIO(sealed)) as pdf:
        change(pdf)
        pdf.save(path)
    assert "signature" in found(path.read_bytes(), pins)
    stream = io.BytesIO(sealed)
    writer = sealing._Appending(stream)
    del writer.root["/Names"]
    writer.update_root()
    writer.write_in_place()
    assert "added to the file" in found(stream.getvalue(), pins)["signature"]


def removes(name):
    def change(pdf):
        del pdf.attachments[name]
        kept = [spec for spec in pdf.Root.AF if str(spec.UF) != name]
        pdf.Root.AF = pikepdf.Array(kept)

    return change


def puts(name, content):
    def change(pdf):
        spec = next(spec for spec in pdf.Root.AF if str(spec.UF) == name)
        spec.EF.F.write(content)

    return change


def adds(pdf):
    spec = pikepdf.AttachedFileSpec(pdf, b"x", filename="more.txt")
    pdf.attachments["more.txt"] = spec


def unlinks(pdf):
    del pdf.Root.AF[0]


@pytest.mark.parametrize(
    ("change", "name", "words"),
    [
        (removes("answers.csv"), "data", "answers.csv is missing"),
        (removes("assessment.json"), "files inside", "assessment.json is missing"),
        (puts("answers.csv", b"a,b\r\n"), "data", "answers.csv is not the file"),
        (puts("assessment-results.json", b"{}"), "data", "is not the file"),
        (puts("assessment.json", b"{}"), "data", "not built as Attest builds it"),
        (adds, "data", "more.txt is not the file"),
        (unlinks, "files inside", "not those that the document names"),
    ],
)
def test_change_of_the_files_is_named_though_sealed_anew(resealed, change, name, words):
    faults = found(resealed(change))
    assert list(faults) == [name]
    assert words in faults[name]


def breaks(*_given, **_named):
    """Fail as a program with a bug does."""
    raise KeyError("what only the file knows")


def test_fault_of_the_program_is_no_damage_of_the_file(sealed, monkeypatch):
    monkeypatch.setattr(verify_report.pages, "check_printed", breaks)
    said = found(sealed)["printed hashes"]
    assert "this program has a fault (KeyError, test_verify_report.py line" in said
    assert "damaged" not in said
    assert "what only the file knows" not in said
    monkeypatch.setattr(verify_report.pages, "Reader", breaks)
    with pytest.raises(KeyError):
        verify(sealed)


def rewrites(edit):
    """Changes the data inside, writes them as Attest does, and keeps what is printed."""

    def change(pdf):
        file = pdf.attachments["assessment.json"].get_file()
        value = json.loads(file.read_bytes())
        edit(value)
        puts("assessment.json", canonical(value).encode())(pdf)

    return change


def verdict(value):
    value["content"]["sections"][0]["lines"][0]["verdict"] = "not_met"


def verdict_and_hash(value):
    verdict(value)
    value["content_hash"] = digest(canonical(value["content"]))


def drop(value):
    value["trail"]["entries"].pop()
    value["trail"]["entries"][1]["previous_hash"] = "0" * 64


def swap(value):
    entries = value["trail"]["entries"]
    entries[0], entries[1] = entries[1], entries[0]


def head(value):
    value["trail"]["hash"] = "0" * 64


def newer(value):
    value["version"] = 3


def event(field, text):
    def edit(value):
        value["trail"]["entries"][1][field] = text

    return edit


def rehashed(value):
    """An event of another person, with a hash that fits it."""
    trail = value["trail"]
    entry = trail["entries"][1] | {"organisation_id": trail["organisation"]}
    entry["actor_id"] = "99"
    covered = [entry[name] for name in verify_events.COVERED]
    trail["entries"][1] |= {"actor_id": "99", "hash": digest(canonical(covered))}


@pytest.mark.parametrize(
    ("edit", "name", "words"),
    [
        (verdict, "data", "do not have the content hash"),
        (verdict_and_hash, "printed hashes", "content hash that the data name is not"),
        (newer, "data", "does not know"),
        (event("actor_id", "99"), "trail", "Event 4 was changed"),
        (event("at", "2020-01-01T00:00:00+00:00"), "trail", "Event 4 was changed"),
        (rehashed, "trail", "Event 5 does not follow on event 4"),
        (drop, "trail", "Event 4 was changed"),
        (swap, "trail", "Event 3 stands out of order"),
    ],
)
def test_change_of_the_data_is_named_though_sealed_anew(resealed, edit, name, words):
    faults = found(resealed(rewrites(edit)))
    assert next(iter(faults)) == name
    assert set(faults) <= {name, "pages"}
    assert words in faults[name]


def test_head_that_was_changed_is_named_twice(resealed):
    faults = found(resealed(rewrites(head)))
    assert "head of the trail that the data name" in faults["printed hashes"]
    assert "does not agree with its event 9" in faults["trail"]


def test_data_written_otherwise_are_named(resealed):
    """A key that appears twice says one thing to one reader, another to the next."""

    def change(pdf):
        text = pdf.attachments["assessment.json"].get_file().read_bytes()
        puts("assessment.json", text[:-1] + b',"version":1}')(pdf)

    faults = found(resealed(change))
    assert "not written as Attest writes it" in faults["data"]


@pytest.fixture
def stamped(draft, tmp_path, place):
    """``stamped(name)``: the report with a stamp of a service, and its certificate."""

    def made(name, **options):
        path, named = tmp_path / f"{name}.pdf", tmp_path / f"{name}.pem"
        path.write_bytes(draft.read_bytes())
        with seals.time_stamps(named=named, **options) as url:
            sealing.sealed(path, place, url)
        return path.read_bytes(), verify_report.certificates_in(named)

    return made


def stamp_check(data, services):
    [one] = [c for c in verify(data, services=services).checks if c.name == "time stamp"]
    return one.state, one.words


def test_time_stamp_counts_only_from_a_named_service(stamped):
    data, service = stamped("own")
    _, other = stamped("other")
    state, words = stamp_check(data, service)
    assert (state, "Clock, a named service" in words) == ("ok", True)
    assert stamp_check(data, [*other, *service])[0] == "ok"
    state, words = stamp_check(data, other)
    assert (state, "from a service that nobody named" in words) == ("fault", True)
    state, words = stamp_check(data, [])
    assert (state, "It does not count" in words) == ("note", True)


@pytest.mark.parametrize("away", [timedelta(days=3650), timedelta(hours=-20)])
def test_self_made_time_stamp_of_another_day_is_named(stamped, away):
    """The token is exchanged for one over the same seal, dated as the forger likes."""
    data, service = stamped("own")
    _, _, held = held_in(data)
    signature = held["content"]["signer_infos"][0]["signature"].native
    with seals.time_stamps(at=datetime.now(UTC) + away) as url:
        ask = sealing.Stamper(url).async_timestamp
        token = asyncio.run(ask(hashlib.sha256(signature).digest(), "sha256"))
    values = {"type": "signature_time_stamp_token", "values": [token]}
    forged = beside_the_signature(data, values)
    assert found(forged) == {}
    state, words = stamp_check(forged, service)
    assert (state, "from a service that nobody named" in words) == ("fault", True)
    assert stamp_check(forged, [])[0] == "note"


def test_time_stamp_that_was_taken_away_is_named(place, tmp_path):
    path = unsealed(tmp_path, small_paper(is_stamped=True))
    sealing.sealed(path, place)
    assert found(path.read_bytes()) == {"time stamp": "The report was made with one, and it was taken away."}


def test_time_stamp_from_before_the_seal_is_named(draft, tmp_path, place, pins):
    """A stamp is not covered by the seal: somebody may put another in its place."""
    path = tmp_path / "stamped.pdf"
    path.write_bytes(draft.read_bytes())
    with seals.time_stamps(at=datetime.now(UTC) - timedelta(days=2)) as url:
        sealing.sealed(path, place, url)
    faults = found(path.read_bytes(), pins)
    assert list(faults) == ["time stamp"]
    assert "older than the file" in faults["time stamp"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"%PDF-",
        b"%PDF-1.7\n" + b"[" * 100_000,
        b"%PDF-1.7\nxref\n0 99999999\ntrailer\n<</Root 1 0 R>>\nstartxref\n9\n%%EOF",
        b"%PDF-1.7\ntrailer <</Root 1 0 R /Prev 9>>\nstartxref\n9\n%%EOF",
        b"PK\x03\x04",
    ],
)
def test_file_that_is_no_report_is_refused_in_words(data):
    faults = found(data)
    assert faults
    assert all(0 < len(words) <= 500 for words in faults.values())


ALL = range(1, 10)
"""The numbers of all events in the chain of a report."""


def export(folder, source, *, leave=(), change=None, part=False, at="2099-01-01", more=()):
    """The chain of a report as an exported file, with ``more`` lines behind it."""
    trail, lines = source["trail"], []
    head = {"format": "attest-trail-1", "organisation": trail["organisation"]}
    head |= {"name": "Acme", "key": "", "exported_at": at}
    ends = [[one["seq"], one["hash"]] for one in (trail, *more)]
    head |= {"part": {}} if part else {"head": ends[-1]}
    for event in make_events(ALL):
        link = event.link
        line = {"seq": link.seq, "at": record.moment(link.at), "action": link.action}
        line |= {"actor": link.actor_id, "scope": link.scope_id, "hash": event.hash}
        line |= {"subject": [link.subject_label, link.subject_id]}
        line |= {"payload_hash": link.payload_hash, "payload": "", "salts": ""}
        line |= {"previous_hash": link.previous_hash}
        line |= change or {} if link.seq == 9 else {}
        lines += [line] if link.seq not in leave else []
    path = folder / "trail.jsonl"
    whole = (head, *lines, *more)
    path.write_text("".join(canonical(one) + "\n" for one in whole))
    return path


def source_of(sealed):
    with pikepdf.open(io.BytesIO(sealed)) as pdf:
        return json.loads(pdf.attachments["assessment.json"].get_file().read_bytes())


def head_checks(sealed, trail):
    checks = verify(sealed, frozenset(), trail).checks
    return [(one.state, one.words) for one in checks if one.name == "trail head"]


def test_head_and_events_are_compared_with_an_exported_trail(sealed, tmp_path):
    source = source_of(sealed)
    checks = head_checks(sealed, export(tmp_path, source))
    assert checks == [("ok", "Event 9 is the same in trail.jsonl.")]
    checks = head_checks(sealed, export(tmp_path, source, part=True, leave={9}))
    assert checks == [("ok", "Event 9 is the last of the events in this file.")]
    checks = head_checks(sealed, export(tmp_path, source, leave={4}))
    assert checks == [("fault", "Event 4 is missing in trail.jsonl.")]
    changed = export(tmp_path, source, change={"actor": "99"})
    assert head_checks(sealed, changed) == [("fault", "Event 9 was changed in trail.jsonl.")]
    source["trail"]["organisation"] = "0"
    checks = head_checks(sealed, export(tmp_path, source, part=True, leave=ALL))
    assert checks == [("fault", "trail.jsonl is the trail of another organisation.")]
    checks = head_checks(sealed, PROGRAM)
    assert checks == [("fault", "verify_report.py is not an exported trail.")]


def test_trail_that_says_it_is_whole_is(tmp_path):
    """Whoever leaves out the event of a file could call that file made elsewhere."""
    own = "0" * 64
    source = {"trail": {"organisation": "7"}}
    made = []
    for seq in range(1, 6):
        source["trail"] |= {"seq": seq - 1, "hash": made[-1]["hash"] if made else own}
        made.append(making(source, f"{seq:064x}"))

    def fault(lines, **head):
        path = export(tmp_path, source, more=lines, leave=ALL)
        first, _, rest = path.read_text().partition("\n")
        path.write_text(canonical(json.loads(first) | head) + "\n" + rest)
        try:
            verify_events.export_in(path)
        except verify_events.FaultError as error:
            return str(error)
        return ""

    one, two, three, four, five = made
    assert fault(made) == ""
    assert fault([one, two, four, five]) == "Event 3 is missing in trail.jsonl."
    assert fault([two, three]) == "Event 1 is missing in trail.jsonl."
    assert fault([one, one, two]) == "Event 1 stands out of order in trail.jsonl."
    assert fault([one, three, two]) == "Event 2 stands out of order in trail.jsonl."
    cut = fault([one, two], head=[3, three["hash"]])
    assert cut == "Event 3 is missing in trail.jsonl."
    words = "trail.jsonl does not end with the head that it names."
    assert fault(made, head=[4, four["hash"]]) == words
    assert fault(made, head=[5, four["hash"]]) == words
    source["trail"] |= {"seq": 2, "hash": "9" * 64}
    torn = making(source, own)
    words = "Event 3 does not follow on event 2 in trail.jsonl."
    assert fault([one, two, torn]) == words


def test_head_that_no_file_has_is_noted_as_not_compared(sealed, tmp_path):
    source, result = source_of(sealed), verify_events.Result()
    source["trail"] |= {"seq": 12, "hash": "0" * 64}
    verify_events.check_head(result, source, None)
    part = verify_events.export_in(export(tmp_path, source, part=True))
    verify_events.check_head(result, source, part)
    assert [one.state for one in result.checks] == ["note", "note"]
    assert all("the head was not compared" in one.words for one in result.checks)
    source["trail"] |= {"seq": 9, "hash": source["trail"]["entries"][-1]["hash"]}
    cut = replace(part, head=(5, "0" * 64), hashes={3: part.hashes[3]})
    source["trail"]["entries"] = []
    with pytest.raises(verify_events.FaultError, match="ends before event 9"):
        verify_events.check_head(result, source, cut)


def making(source, sha256, **changes):
    """The event of a report's file being made, as a line of an exported trail."""
    content = {"after": {"sha256": sha256}, "before": {}}
    payload, salts = canonical(content), "5a17 5a18"
    seq = source["trail"]["seq"] + 1
    line = {"seq": seq, "at": "2026-12-22T10:06:00.000000+00:00", "actor": "7"}
    line |= {"action": "report.made", "subject": ["report", "1"], "scope": ""}
    line |= {"payload": payload, "salts": salts}
    line["payload_hash"] = root(content, salts)
    line["previous_hash"] = source["trail"]["hash"]
    covered = [source["trail"]["organisation"], seq, line["at"], "7", "report.made"]
    covered += ["report", "1", "", line["payload_hash"], line["previous_hash"]]
    return line | {"hash": digest(canonical(covered))} | changes


def file_checks(sealed, trail):
    checks = verify(sealed, frozenset(), trail).checks
    return [(one.state, one.words) for one in checks if one.name == "file in the trail"]


def test_file_that_an_exported_trail_does_not_know_is_named(sealed, tmp_path):
    """Sealed with the right key, outside of Attest: the trail knows each file it made."""
    source = source_of(sealed)
    own, other = hashlib.sha256(sealed).hexdigest(), "0" * 64

    def checks(*lines, **options):
        return file_checks(sealed, export(tmp_path, source, more=lines, **options))

    known, unknown = making(source, own), making(source, other)
    assert checks(known) == [("ok", "trail.jsonl names this very file, byte for byte.")]
    assert checks(known, part=True)[0][0] == "ok"
    assert checks(unknown)[0][0] == "fault"
    assert checks()[0][0] == "fault"
    assert checks(unknown, part=True)[0][0] == "note"
    today = datetime.now(UTC).date().isoformat()
    assert checks(at=today)[0][0] == "note"  # it may be older than the file
    assert file_checks(sealed, None) == []


def test_event_that_names_another_file_than_it_did_is_found(sealed, tmp_path):
    """The hash of an event covers its content: what stands there by itself is no word of it."""
    source, own = source_of(sealed), hashlib.sha256(sealed).hexdigest()
    honest = making(source, "0" * 64)
    said = {"after": {"sha256": own}, "before": {}}
    first, second = honest["salts"].split()
    place = canonical(["/after/sha256", first, "0" * 64]).encode()
    kept = hashlib.sha256(b"\x00" + place).hexdigest()
    twice = canonical(said)[:-1] + "," + honest["payload"][1:]
    for payload, salts in (
        (canonical(said), honest["salts"]),
        (canonical(said), f"={kept} {second}"),
        (twice, honest["salts"]),
    ):
        forged = honest | {"payload": payload, "salts": salts}
        found = head_checks(sealed, export(tmp_path, source, more=[forged]))
        assert found == [("fault", "Event 10 was changed in trail.jsonl.")]
