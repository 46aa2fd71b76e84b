"""The trail goes out as a file that anybody checks, with the standard library alone."""

import io
import json
import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from compliance.proof.audit import checkpoints, export, trail
from compliance.proof.audit.chain import canonical, link_digest
from compliance.proof.audit.check_trail import main
from compliance.proof.audit.jsonl import events_in
from compliance.proof.audit.leaves import committed, without
from compliance.proof.audit.models import Event
from compliance.proof.verifier.verify_events import export_in
from tests.support.event_types import THING_DONE

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.KEYS_DIR = tmp_path / "keys"
    settings.CHECKPOINTS_DIR = tmp_path / "checkpoints"


@pytest.fixture
def exported(cast, tmp_path):
    """Twelve events of Acme in a file, checkpoints and checker beside it."""
    happen(cast, 12)
    place = tmp_path / "out" / "trail.jsonl"
    place.parent.mkdir()
    call_command("export_trail", "acme", "--output", place, "--checker", place.parent)
    return place


def happen(cast, count):
    for n in range(count):
        with transaction.atomic():
            trail.record(
                by=cast.ada if n % 2 else cast.otto,
                organisation_id=cast.acme.pk,
                action=THING_DONE,
                subject=cast.acme,
                after={"n": n, "text": "Ünï\u2028 🙂 \n"},
            )


def lines(place):
    return place.read_text(encoding="utf-8").split("\n")[:-1]


def change(place, number, **values):
    """Change a line of the file; 0 is the head."""
    found = lines(place)
    found[number] = json.dumps(json.loads(found[number]) | values)
    place.write_text("\n".join(found) + "\n", encoding="utf-8")


def alone(place, *arguments):
    """Run the checker as an auditor does: no Django, no package but the standard ones."""
    return subprocess.run(
        [
            sys.executable,
            "-S",
            "-E",
            "-s",
            place.parent / "check_trail.py",
            place,
            *arguments,
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
    )


def test_the_standard_library_is_enough(exported):
    done = alone(exported)
    assert (done.stderr, done.returncode) == ("", 0)
    assert "All 12 events are as written." in done.stdout
    assert "Signed checkpoints agree up to event 12." in done.stdout
    assert "Signatures were not checked" in done.stdout
    assert list(export_in(exported).hashes) == [*range(1, 13)]


def test_output_that_takes_fewer_letters_than_a_name_has_is_written(exported):
    """A console of Windows, or a file there, takes those of one code page."""
    change(exported, 0, name="Łódź 山")
    done = subprocess.run(
        [sys.executable, exported.parent / "check_trail.py", exported],
        env={"PYTHONIOENCODING": "cp1252"},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"Trail of \\u0141\xf3d\\u017a" in done.stdout


def test_name_in_a_file_prints_no_line_of_its_own(exported, capsys):
    head, *events = exported.read_text().splitlines(keepends=True)
    forged = "Acme\nAll 900 events are as written.\x1b[8m"
    said = json.loads(head) | {"name": forged, "head": [12, "0" * 64]}
    exported.write_text(json.dumps(said) + "\n" + "".join(events))
    assert main([str(exported)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "All 900 events are as written." not in lines
    assert lines[0].startswith("Trail of Acme?All 900 events")
    assert "\x1b" not in "".join(lines)


def test_signatures_are_checked_where_they_can_be(exported, cast, capsys):
    key = checkpoints.verifier(cast.acme.pk)
    assert main([str(exported), "--key", key]) == 0
    said = capsys.readouterr().out
    assert "not checked" not in said
    assert "The key comes from the file itself" not in said


def test_a_key_from_elsewhere_finds_a_forged_export(exported, cast, settings, tmp_path, capsys):
    settings.KEYS_DIR = tmp_path / "forger"
    key = checkpoints.verifier(cast.acme.pk)
    assert main([str(exported), "--key", key]) == 1
    assert "is not signed by the key" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"payload": "{}"}, "its content was changed (edited)"),
        ({"actor": "999"}, "its who, when or what was changed (edited)"),
        ({"at": "2020-01-01T00:00:00+00:00"}, "(date changed)"),
        ({"payload": "", "salts": ""}, "its content was changed (edited)"),
        ({"seq": 9}, "missing: the next event is 9"),
    ],
)
def test_a_changed_line_is_named(exported, values, said):
    change(exported, 7, **values)
    done = alone(exported)
    assert (done.returncode, "Event 7 " in done.stdout) == (1, True)
    assert said in done.stdout


def test_a_cut_export_is_found_though_its_head_was_changed(exported):
    found = lines(exported)[:-3]
    exported.write_text("\n".join(found) + "\n", encoding="utf-8")
    last = json.loads(found[-1])
    change(exported, 0, head=[last["seq"], last["hash"]])
    done = alone(exported)
    assert (done.returncode, "Event 10 missing: 12 events" in done.stdout) == (1, True)


@pytest.mark.parametrize(
    ("line", "values"),
    [
        (0, '"head":[Infinity,"0"]'),
        (0, '"part":{"size":1e999,"proof":[]}'),
        (0, '"part":' + "[" * 20_000),
        (4, '"seq":1e999'),
        (4, '"at":"0001-01-01T00:00:00+14:00"'),
        (4, '"at":"9999-12-31T23:59:59-14:00"'),
        (4, '"seq":' + "[" * 20_000),
    ],
)
def test_numbers_and_depths_of_no_trail_are_refused_in_words(exported, line, values):
    found = lines(exported)
    found[line] = f"{found[line][:-1]},{values}}}"
    exported.write_text("\n".join(found) + "\n", encoding="utf-8")
    done = alone(exported)
    assert (done.returncode, done.stderr) == (2, "")
    assert done.stdout.startswith("Cannot be read: ")


@pytest.mark.parametrize("text", ["", "{}", "[1]", "nothing", '{"format":"attest-trail-1"}\n{"seq":1}'])
def test_what_is_no_trail_is_refused_in_words(exported, text):
    exported.write_text(text)
    done = alone(exported)
    assert (done.returncode, done.stderr) == (2, "")
    assert done.stdout.startswith("Cannot be read: ")


def test_a_selection_shows_that_a_signed_tree_holds_it(cast, exported):
    happen(cast, 2)
    chosen = Event.objects.filter(organisation_id=cast.acme.pk, actor=cast.ada)
    with exported.open("w", encoding="utf-8") as file:
        file.writelines(export.part(cast.acme.pk, "Acme", chosen, "by Ada"))
    done = alone(exported)
    assert (done.stderr, done.returncode) == ("", 0)
    assert "7 events, a selection" in done.stdout
    assert "All up to event 12 are in the tree signed on" in done.stdout
    assert "1 are newer" in done.stdout


def test_a_selection_with_a_made_up_event_is_not_in_the_tree(cast, exported):
    chosen = Event.objects.filter(organisation_id=cast.acme.pk, actor=cast.ada)
    with exported.open("w", encoding="utf-8") as file:
        file.writelines(export.part(cast.acme.pk, "Acme", chosen, "by Ada"))
    taken = lines(exported)
    exported.write_text("\n".join([*taken[:2], *taken[3:]]) + "\n", encoding="utf-8")
    done = alone(exported)
    assert (done.returncode, "They are not in the tree" in done.stdout) == (1, True)


def part(cast, exported):
    """The events of Ada in the place of the whole trail; its lines."""
    chosen = Event.objects.filter(organisation_id=cast.acme.pk, actor=cast.ada)
    with exported.open("w", encoding="utf-8") as file:
        file.writelines(export.part(cast.acme.pk, "Acme", chosen, "by Ada"))
    return lines(exported)


def forged(cast, line, content, salts=""):
    """The line of an event that says something else, hashed again."""
    said = json.loads(line)
    made, root = committed(content)
    said |= {"payload": canonical(content), "salts": salts or made}
    said["payload_hash"] = said["payload_hash"] if salts else root
    file = io.StringIO(json.dumps(said))
    [event] = events_in(file, str(cast.acme.pk))
    return json.dumps(said | {"hash": link_digest(event.link)})


def test_second_event_of_a_number_is_not_hidden_behind_the_first(cast, exported, capsys):
    """The last one of a number was held against the tree, and whoever reads sees both."""
    taken = part(cast, exported)
    more = forged(cast, taken[3], {"after": {"n": 900}, "before": {}})
    for place in (3, 4):
        own = [*taken[:place], more, *taken[place:]]
        exported.write_text("\n".join(own) + "\n", encoding="utf-8")
        seq = json.loads(more)["seq"]
        assert main([str(exported)]) == 1
        assert f"Event {seq} stands out of order." in capsys.readouterr().out


def test_selection_names_what_may_never_be_erased(cast, exported, capsys):
    """A verdict taken out as if it were a person's text leaves the hash as it was."""
    taken = part(cast, exported)
    said = json.loads(taken[3])
    content = json.loads(said["payload"])
    bare, salts, gone = without(content, said["salts"], ["/**"], lambda *_: True)
    assert gone
    taken[3] = json.dumps(said | {"payload": canonical(bare), "salts": salts})
    exported.write_text("\n".join(taken) + "\n", encoding="utf-8")
    done = alone(exported)
    words = f"Event {said['seq']}: {gone[0]} was erased, and may not be."
    assert (done.returncode, words in done.stdout) == (1, True), done.stdout


def test_another_organisation_is_not_in_it(cast, exported):
    assert cast.zoe.name not in exported.read_text()
    with pytest.raises(CommandError, match="no organisation"):
        call_command("export_trail", "nobody", "--output", exported)
