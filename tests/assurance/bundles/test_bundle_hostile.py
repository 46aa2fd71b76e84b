"""Files that are no bundle, not all of one, or one that somebody changed."""

import hashlib
import io
import json
import random
import re
import struct
import zipfile

import pytest

from compliance.assurance.bundles import layout
from compliance.assurance.bundles.bundle_check import BundleError, check
from compliance.assurance.bundles.process import UnreadableError
from compliance.assurance.bundles.shape import EventPart
from compliance.assurance.bundles.trails import _link
from compliance.models import Assessment, Event, Evidence, Theme, User
from compliance.proof.audit.chain import canonical, digest, link_digest
from compliance.proof.audit.leaves import committed
from tests.assurance.bundles.making import (
    brought_in,
    bundle_of,
    hash_of,
    make_everything,
    publish,
    reading,
)
from tests.support import signing

pytestmark = pytest.mark.slow
MADE = {}


@pytest.fixture
def parts(cast, settings, tmp_path):
    """Name to bytes of each part of a good bundle; made once."""
    settings.MEDIA_ROOT = tmp_path / "files"
    Theme.objects.get_or_create(key="t", defaults={"name": "Themes", "position": 1})
    if "full" not in MADE:
        MADE["bytes"] = bundle_of(make_everything(cast))
        MADE["full"] = unpacked(MADE["bytes"])
    return dict(MADE["full"])


@pytest.fixture
def signed(cast, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    edition = publish("Q1", "Q2", "Q3", organisation=cast.acme)
    return unpacked(bundle_of(signing.make_signed(cast, edition)))


def unpacked(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts, *, summed=True, more=(), how=None):
    """A ZIP of the parts; with ``summed`` the list of hashes and bundle.json fit."""
    parts = dict(parts)
    if summed:
        head = json.loads(parts["bundle.json"])
        head["rows_hash"] = digest(parts["rows.json"].decode())
        parts["bundle.json"] = json.dumps(head).encode()
        parts.pop("SHA256SUMS")
        parts["SHA256SUMS"] = "".join(
            f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in parts.items()
        ).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in [*parts.items(), *more]:
            kind = (how or {}).get(name, zipfile.ZIP_STORED)
            archive.writestr(zipfile.ZipInfo(name), content, kind)
    return out.getvalue()


def refused(content):
    """Why, in words for a person: short, without markup or class names."""
    parts = []
    with pytest.raises(BundleError) as error:
        check(io.BytesIO(content), parts.append)
    words = str(error.value)
    assert len(words) <= layout.MOST_WORDS
    assert not re.search(r"<|Error|Traceback|pydantic|object at", words)
    return words


def words_of(content):
    """Why it is refused; "" when it is not."""
    try:
        check(io.BytesIO(content), lambda _: None)
    except BundleError as error:
        return str(error)
    return ""


def rows_with(parts, change):
    rows = json.loads(parts["rows.json"])
    change(rows)
    return parts | {"rows.json": canonical(rows).encode()}


def test_good_bundle_is_good_when_it_is_packed_anew(parts):
    sent = []
    check(io.BytesIO(packed(parts)), sent.append)
    assert sent[0]["head"]["subject"] == "Acme <b>& Sons"
    assert len(sent) == 1 + sent[0]["head"]["counts"]["events"]


@pytest.mark.parametrize("name", ["bundle.json", "content.json", "rows.json", "trail/1.jsonl"])
def test_changed_part_is_named(parts, name):
    parts[name] = parts[name][:-3] + b" " + parts[name][-2:]
    words = refused(packed(parts, summed=False))
    assert words == f"{name}: has been changed: its hash is another one"


def test_every_part_that_is_missing_is_named(parts):
    for name in parts:
        less = {n: c for n, c in parts.items() if n != name}
        words = refused(packed(less, summed=False))
        assert name in words or "is missing" in words, name


@pytest.mark.parametrize(
    "name",
    [
        "../evil", "/etc/passwd", "evidence/../../x", "evidence/", "C:\\x", "rows.json/",
        "evidence/" + "a" * 63, "evidence/" + "A" * 64, "trail/100.json", "bundle.json\n",
        "x" * 300, "signed/..json", "editions/d0.yaml",
    ],
)  # fmt: skip
def test_names_that_no_part_has_are_refused(parts, name):
    assert "is not part of a bundle" in refused(packed(parts | {name: b"x"}))


def test_part_twice_is_refused(parts):
    with pytest.warns(UserWarning, match="Duplicate name"):
        content = packed(parts, more=[("rows.json", b"{}")])
    assert refused(content) == "rows.json: is there twice"


def test_too_many_parts_are_refused(parts):
    more = [(f"evidence/{at:064x}", b"") for at in range(10_000)]
    assert "parts; at most 6,000 are read" in refused(packed(parts, more=more))


def test_bundle_in_a_bundle_is_no_part(parts):
    assert "is not part" in refused(packed(parts | {"bundle.zip": packed(parts)}))


def test_part_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(parts):
    bomb = b" " * (layout.MOST_TEXT_BYTES + 1)
    content = packed(parts | {"rows.json": bomb}, how={"rows.json": zipfile.ZIP_DEFLATED})
    assert len(content) < 200_000
    assert refused(content).startswith("rows.json: unpacks to 33,554,433 bytes")


def test_part_that_lies_about_its_size_is_refused(parts):
    content = bytearray(packed(parts, how={"rows.json": zipfile.ZIP_DEFLATED}))
    at = content.rfind(b"rows.json") - 46
    content[at + 24 : at + 28] = struct.pack("<L", 10)
    assert refused(bytes(content)).startswith("rows.json")


def test_evidence_is_not_packed(parts):
    name = next(name for name in parts if name.startswith("evidence/"))
    content = packed(parts, how={name: zipfile.ZIP_DEFLATED})
    assert "is packed in a way that bundles do not use" in refused(content)


def test_password_is_refused(parts):
    content = bytearray(packed(parts))
    at = content.find(b"PK\x01\x02")
    content[at + 8] |= 1
    assert "has a password" in refused(bytes(content))


@pytest.mark.parametrize("length", [0, 3, 100, 0.5, 0.99, -1])
def test_file_that_is_cut_off_is_refused(parts, length):
    content = packed(parts)
    end = int(len(content) * length) if isinstance(length, float) else length
    assert "is cut off or damaged" in refused(content[:end])


@pytest.mark.parametrize("content", [b"", b"PK", b"%PDF-1.7", b"\x00" * 5000, b"{}"])
def test_other_files_are_refused(content):
    assert refused(content) == "The file is not a bundle, or is cut off or damaged"


def test_one_flipped_bit_anywhere_is_noticed(parts):
    content = packed(parts)
    for at in range(40, len(content) - 2000, max(1, len(content) // 60)):
        bent = bytearray(content)
        bent[at] ^= 1
        if not words_of(bytes(bent)):
            # A flag or a date in a header: no word of the bundle is another one.
            assert unpacked(bytes(bent)) == unpacked(content)


@pytest.mark.parametrize("times", [40, pytest.param(2000, marks=pytest.mark.long)])
def test_a_turned_bit_of_what_was_written_is_refused_wherever_it_is(parts, times):
    """Headers, dates and the table of contents have no checksum in a ZIP."""
    content, chance = MADE["bytes"], random.Random()  # noqa: S311
    assert not words_of(content)
    headers = [at for at in range(len(content)) if content[at : at + 4] == b"PK\3\4"]
    dates = [at + chance.choice([10, 11, 12, 13]) for at in headers]
    end = [len(content) - back for back in (1, 64, 65, 79, 80, 81, 100)]
    for at in [*dates, *end, *(chance.randrange(len(content)) for _ in range(times))]:
        bent = bytearray(content)
        bent[at] ^= 1 << chance.randrange(8)
        assert words_of(bytes(bent)), at


def test_bundle_of_version_1_is_read_without_its_versions(cast, parts):
    def older(rows):
        rows["format"] = 1
        for answer in rows["answers"]:
            answer["version"] = 7

    parts = rows_with(parts, older)
    head = json.loads(parts["bundle.json"])
    assert head["version"] == 2
    parts["bundle.json"] = json.dumps(head | {"version": 1}).encode()
    came = brought_in(packed(parts), cast.other)
    assert hash_of(came) == head["content_hash"]
    assert set(came.answers.values_list("version", flat=True)) == {0}


def test_bundle_of_a_later_version_is_refused(parts):
    head = json.loads(parts["bundle.json"]) | {"version": 3}
    parts["bundle.json"] = json.dumps(head).encode()
    assert "bundle.json: version" in refused(packed(parts))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda r: r.update(more=1), "rows.json: more: "),
        (lambda r: r.pop("people"), "people"),
        (lambda r: r["people"].pop(), "is nobody"),
        (lambda r: r["people"].append(r["people"][0]), "is there twice"),
        (lambda r: r["answers"][0].update(key="Q77"), "asks no question Q77"),
        (lambda r: r["answers"][0].update(verdict="fine"), "answers.0.verdict"),
        (lambda r: r["answers"][0].update(note="\x00"), "control character"),
        (lambda r: r["answers"][0].update(due_on="2026-13-01"), "answers.0.due_on"),
        (lambda r: r["answers"][0].update(due_on=20_000), "answers.0.due_on"),
        (lambda r: r["answers"][0].update(changed_at="2026-01-01T00:00:00"), "time zone"),
        (lambda r: r["answers"][0].update(version=-1), "answers.0.version"),
        (lambda r: r["answers"][0].update(version=True), "answers.0.version"),
        (lambda r: r["answers"][0].update(owner="p99"), "p99 is nobody"),
        (lambda r: r["answers"][0]["attachments"].append(
            {"evidence": "0" * 8 + "-0000" * 3 + "-" + "0" * 12,
             "attached_at": "2026-01-01T00:00:00+00:00"}), "there is no evidence"),
        (lambda r: r["evidence"][0].update(url="", sha256=""), "neither a file nor a link"),
        (lambda r: r["evidence"][0].update(replaces=r["evidence"][0]["id"]), "replaces"),
        (lambda r: r["actions"][0].update(answers=[9999]), "is about no answer"),
        (lambda r: r["actions"].append(r["actions"][0]), "is there twice"),
        (lambda r: r["assessment"].update(id="x"), "assessment.id"),
        (lambda r: r["assessment"].update(status="signed"), "signoffs"),
        (lambda r: r["assessment"].update(revision=3), "signoffs"),
        (lambda r: r["editions"][0].update(content_hash="0" * 64), "content hash"),
        (lambda r: r["editions"][0].update(number="9"), "another edition"),
        (lambda r: [a["comments"].clear() for a in r["answers"]], "counts 2 comments"),
    ],
)  # fmt: skip
def test_rows_that_cannot_be_are_refused(parts, change, words):
    assert words in refused(packed(rows_with(parts, change)))


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", "[" * 100_000, "NaN", '{"a": NaN}', "null", "\xff", "7" * 5000],
)
def test_rows_that_are_no_rows_are_refused(parts, text):
    parts["rows.json"] = text.encode("latin-1")
    head = json.loads(parts["bundle.json"])
    head["rows_hash"] = hashlib.sha256(parts["rows.json"]).hexdigest()
    parts["bundle.json"] = json.dumps(head).encode()
    parts["SHA256SUMS"] = "".join(
        f"{hashlib.sha256(content).hexdigest()}  {name}\n"
        for name, content in parts.items()
        if name != "SHA256SUMS"
    ).encode()
    assert refused(packed(parts, summed=False)).startswith("rows.json")


def lines_with(parts, change):
    lines = [json.loads(line) for line in parts["trail/1.jsonl"].decode().splitlines()]
    change(lines)
    text = "".join(f"{canonical(line)}\n" for line in lines)
    return parts | {"trail/1.jsonl": text.encode()}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda e: e[1].update(payload='{"after":{},"before":{}}'),
            "content was changed",
        ),
        (lambda e: e[1].update(action="answer.lied"), "who, when or what was changed"),
        (lambda e: e.pop(), "events, and"),
        (lambda e: e.reverse(), "out of order"),
        (lambda e: e.append(e[-1]), "out of order"),
        (lambda e: e[0].update(scope_id=""), "another assessment"),
        (lambda e: e[0].update(organisation_id="x"), "another organisation"),
        (lambda e: e[0].update(seq=10**12), "who, when or what"),
        (lambda e: e[0].update(at="yesterday"), "is not an event"),
        (lambda e: e[0].update(payload="no json"), "is not an event"),
    ],
)
def test_trail_that_was_changed_is_refused(parts, change, words):
    words_given = refused(packed(lines_with(parts, change)))
    assert words_given.startswith("trail/1.jsonl")
    assert words in words_given


def test_event_made_up_with_fitting_hashes_stands_in_no_chain(parts):
    def lie(lines):
        one = lines[1]
        one["payload"] = '{"after":{"verdict":"met"},"before":{}}'
        made = committed(json.loads(one["payload"]))
        one["salts"], one["payload_hash"] = made
        one["hash"] = link_digest(_link(EventPart(**one)))

    words = refused(packed(lines_with(parts, lie)))
    assert "not in the chain" in words or "does not follow" in words


def test_signed_content_that_was_changed_is_refused(signed):
    name = next(n for n in signed if n.startswith("signed/") and "rows" not in n)
    signed[name] = signed[name].replace(b"Kept since May.", b"Kept since Mai.")
    assert refused(packed(signed)) == f"{name}: is not what its content hash says"


def test_signature_without_what_was_signed_is_refused(signed):
    name = next(n for n in signed if n.startswith("signed/") and "rows" not in n)
    signed.pop(name)
    assert refused(packed(signed)) == f"{name}: is missing"


def test_rows_that_say_something_else_than_the_hash_change_nothing(parts, cast):
    lie = rows_with(parts, lambda r: r["evidence"][0].update(title="A lie"))
    content = packed(lie)
    before = [model.objects.count() for model in (Assessment, Evidence, User, Event)]
    with pytest.raises(Exception, match="does not match its content hash"):
        brought_in(content, cast.other)
    assert before == [m.objects.count() for m in (Assessment, Evidence, User, Event)]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda r: r["evidence"][1].update(file_name="../../x.pdf"),
            "characters that are not",
        ),
        (lambda r: r["evidence"][1].update(file_name="x.exe"), "is something else"),
        (
            lambda r: r["evidence"][0].update(url="javascript:alert(1)"),
            "Begin the link",
        ),
    ],
)
def test_evidence_that_poses_as_something_else_is_refused(parts, cast, change, words):
    rows = json.loads(parts["rows.json"])
    rows["evidence"].sort(key=lambda row: row["url"] == "")
    parts["rows.json"] = canonical(rows).encode()
    with pytest.raises(Exception, match=words):
        brought_in(packed(rows_with(parts, change)), cast.other)
    assert not Assessment.objects.filter(organisation=cast.other).exists()


def test_rows_that_contradict_the_database_are_refused_in_words(parts, cast):
    def change(rows):
        rows["actions"][0].update(answers=[0, 0])

    with pytest.raises(Exception, match="contradict each other"):
        brought_in(packed(rows_with(parts, change)), cast.other)


FORGED = [
    (lambda r: r["signoffs"][0].update(role="Inspector"), "signoffs.0: role is not"),
    (lambda r: r["signoffs"][0].update(method="passkey"), "signoffs.0: method is not"),
    (lambda r: r["signoffs"][0].update(signer="Ada"), "signoffs.0: signer is not"),
    (lambda r: r["signoffs"][0].update(trail_hash="0" * 64), "no trail has the event"),
    (lambda r: r["answers"][0].update(note="Every hour."), "Q1: “note” is not what"),
    (lambda r: r["answers"][1].update(verdict="met"), "Q2: “answer” is not what"),
    (
        lambda r: r["answers"][1].update(answered_by=r["signoffs"][0]["signed_by"]),
        "Q2: “answered by” is not what",
    ),
    (
        lambda r: r["answers"][0].update(answered_at=r["answers"][0]["changed_at"]),
        "Q1: “answered at” is not what",
    ),
    (lambda r: r["answers"][0].update(attachments=[]), "is missing"),
    (
        lambda r: r["answers"][0]["comments"][0].update(text="No."),
        "Q1, comment 1: “text” is not what",
    ),
    (
        lambda r: r["reviews"][0]["checks"][0].update(result="returned", reason="No."),
        "assessment, review 1, check 1: “result” and “reason” are not what",
    ),
    (lambda r: r["reviews"][0].update(checks=[]), "is missing"),
    (
        lambda r: r["reviews"][0].update(sent_by=r["signoffs"][0]["signed_by"]),
        "assessment, review 1: “sent by” is not what",
    ),
    (lambda r: r["reviews"].clear(), "is missing"),
]


def test_rows_that_contradict_the_trail_beside_them_are_refused(cast, settings, tmp_path):
    """Each hash of the bundle fits: only the events show that a row was forged."""
    settings.MEDIA_ROOT = tmp_path / "files"
    edition = publish("Q1", "Q2", "Q3", organisation=cast.acme)
    assessment = signing.make_sent(cast, edition)
    signing.look(cast.rev, assessment, "Q2")
    signing.sign(cast.rev, assessment)
    good = unpacked(bundle_of(signing.fresh(assessment)))
    with reading(packed(good)) as bundle:
        assert bundle.head["subject"] == "Acme"
    for change, words in FORGED:
        forged = packed(rows_with(good, change))
        with pytest.raises(UnreadableError) as error, reading(forged):
            pytest.fail(f"taken: {words}")
        assert words in str(error.value)
        assert str(error.value).endswith("so the bundle contradicts itself")


def test_bundle_without_a_trail_is_refused(parts):
    head = json.loads(parts["bundle.json"])
    head["counts"]["events"] = 0
    kept = {n: part for n, part in parts.items() if not n.startswith("trail/")}
    bare = packed(kept | {"bundle.json": json.dumps(head).encode()})
    with pytest.raises(UnreadableError, match="cannot be verified"), reading(bare):
        pass


def test_child_process_names_the_part_and_nothing_else(parts):
    parts.pop("content.json")
    with pytest.raises(UnreadableError) as error, reading(packed(parts)):
        pass
    assert str(error.value).startswith("content.json: is missing")


def test_child_process_that_is_too_large_is_killed_in_words(parts, monkeypatch):
    """One that takes too long is tested with the walls: limits of work are whole seconds."""
    monkeypatch.setattr(layout, "MEMORY_BYTES", 60 * 2**20)
    parts["content.json"] += b" " * (31 * 2**20)
    with pytest.raises(UnreadableError, match="memory"), reading(packed(parts)):
        pass
