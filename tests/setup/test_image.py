"""The recipe of the image and of its neighbours: what they name is there."""

import re
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands, load_command_class

ROOT = Path(__file__).parents[2]
IMAGE = (ROOT / "deploy/Containerfile").read_text()
COMPOSE = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text())
OWN = {
    name: service for name, service in COMPOSE["services"].items() if service["image"] == "localhost/attest"
}
MORE = yaml.safe_load((ROOT / "deploy/compose.workers.yaml").read_text())["services"]
LOCKS = ["locks/app.lock", *re.findall(r"locks/[\w-]+\.lock", IMAGE)]
IGNORED = (ROOT / "deploy/Containerfile.dockerignore").read_text()
KEPT = re.findall("^!(.+)$", IGNORED, re.MULTILINE)


def assert_called(line):
    """A command of Attest is there and takes such arguments."""
    python, manage, command, *rest = line
    assert (python, manage) == ("python", "manage.py")
    found = load_command_class(get_commands()[command], command)
    found.create_parser("manage.py", command).parse_args(rest)


def test_image_gets_what_it_copies_and_no_tests_or_data():
    copied = [*re.findall(r"^COPY (?!--from)(\S+) (?:\./|\1)$", IMAGE, re.MULTILINE), *LOCKS]
    assert {"locks", "pyproject.toml"} < set(copied)
    assert [name for name in copied if name not in KEPT and not (ROOT / name).is_dir()] == []
    for name in KEPT:
        assert (ROOT / name).exists()
    for name in ("tests", "data", ".git", "deploy"):
        assert not any(fnmatch(name, kept) for kept in KEPT)


def test_packages_come_by_hash_and_nobody_is_root():
    installs = re.findall(r"pip install (.+?)(?: \\)?$", IMAGE, re.MULTILINE)
    assert len(installs) == 2
    assert all("--require-hashes" in one for one in installs)
    assert re.findall(r"^USER (.+)$", IMAGE, re.MULTILINE) == ["10001"]


def test_a_container_is_healthy_when_it_can_serve():
    (image,) = re.findall(r"localhost:8000(/\w+)", IMAGE)
    check = " ".join(OWN["app"]["healthcheck"]["test"])
    assert (image, "localhost:8000/readyz" in check) == ("/readyz", True)


@pytest.mark.parametrize("name", OWN)
def test_services_call_commands_that_are_there_and_cannot_write_their_root(name):
    service = OWN[name]
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert_called(service.get("command") or ["python", "manage.py", "serve"])


def test_more_workers_call_commands_that_are_there_with_packages_of_the_image():
    assert MORE.keys() - COMPOSE["services"].keys() == {"redis", "quick"}
    for service in (service for name, service in MORE.items() if name != "redis"):
        locks = service["build"]["args"]["MORE"].split()
        assert locks == [name for name in locks if name in KEPT]
        if "command" in service:
            assert_called(service["command"])


def test_settings_of_services_are_documented():
    known = (ROOT / "docs" / "settings.md").read_text()
    named = {name for service in OWN.values() for name in service["environment"]}
    more = {name for service in MORE.values() for name in service.get("environment", ())}
    named |= {name for name in more if not name.startswith("AWS_")}
    named |= set(re.findall(r"\b(ATTEST_\w+|NO_BOOTSTRAP)=", IMAGE))
    assert [name for name in sorted(named) if f"`{name}`" not in known] == []


@pytest.mark.parametrize("service", [COMPOSE["services"]["database"], MORE["redis"]], ids=["sql", "redis"])
def test_database_and_broker_are_reached_from_inside_only(service):
    assert "ports" not in service
    assert [COMPOSE["networks"][one] for one in service["networks"]] == [{"internal": True}]
