"""The recipe of the image and of its neighbours: what they name is there."""

import re
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands, load_command_class

ROOT = Path(__file__).parents[2]
IMAGE = (ROOT / "Containerfile").read_text()
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
OWN = {
    name: told
    for name, told in COMPOSE["services"].items()
    if told["image"] == "localhost/attest"
}
KEPT = [
    line[1:]
    for line in (ROOT / ".containerignore").read_text().splitlines()
    if line.startswith("!")
]


def test_image_gets_what_it_copies_and_no_tests_or_data():
    copied = re.findall(r"^COPY (?!--from)(.+) \./$", IMAGE, re.MULTILINE)
    files = [name for line in copied for name in line.split()]
    assert files
    for name in files:
        assert name in KEPT
    for name in KEPT:
        assert (ROOT / name).exists()
    for name in ("tests", "data", ".git", ".env", "node_modules"):
        assert not any(fnmatch(name, kept) for kept in KEPT)


def test_packages_come_by_hash_and_nobody_is_root():
    installs = re.findall(r"pip install (.+?)(?: \\)?$", IMAGE, re.MULTILINE)
    assert len(installs) == 2
    assert all("--require-hashes" in one for one in installs)
    assert re.findall(r"^USER (.+)$", IMAGE, re.MULTILINE) == ["10001"]


@pytest.mark.parametrize("name", OWN)
def test_services_call_commands_that_are_there_and_cannot_write_their_root(name):
    told = OWN[name]
    assert (told["read_only"], told["cap_drop"]) == (True, ["ALL"])
    line = told.get("command") or ["python", "manage.py", "serve"]
    python, manage, command, *rest = line
    assert (python, manage) == ("python", "manage.py")
    found = load_command_class(get_commands()[command], command)
    found.create_parser("manage.py", command).parse_args(rest)


def test_settings_of_services_are_documented():
    known = (ROOT / "docs" / "settings.md").read_text()
    named = {name for told in OWN.values() for name in told["environment"]}
    named |= set(re.findall(r"\b(ATTEST_\w+|NO_BOOTSTRAP)=", IMAGE))
    assert [name for name in sorted(named) if f"`{name}`" not in known] == []


def test_database_is_reached_from_inside_only():
    database = COMPOSE["services"]["database"]
    assert "ports" not in database
    assert [COMPOSE["networks"][one] for one in database["networks"]] == [
        {"internal": True}
    ]
