"""Recipes for those who run Attest: units, settings and proxy that can be copied."""

import re
import subprocess
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

RECIPES = Path(__file__).parents[2] / "deploy" / "systemd"
UNITS = sorted(RECIPES.glob("*.service")) + sorted(RECIPES.glob("*.timer"))


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_units_call_commands_with_arguments_that_they_take(unit):
    called = re.findall(r"^ExecStart\w*=\S+ manage\.py (\S+)(.*)$", unit.read_text(), re.M)
    assert called or unit.suffix == ".timer"
    for name, rest in called:
        command = load_command_class(get_commands()[name], name)
        command.create_parser("manage.py", name).parse_args(rest.split())


def test_settings_of_recipes_are_documented():
    known = (RECIPES.parents[1] / "docs" / "settings.md").read_text()
    text = "".join(path.read_text() for path in RECIPES.iterdir())
    named = set(re.findall(r"\b(ATTEST_\w+|NO_BOOTSTRAP)=", text))
    assert named
    assert [name for name in sorted(named) if f"`{name}`" not in known] == []


@pytest.mark.needs("systemd-analyze")
def test_units_are_sound(tmp_path):
    for unit in UNITS:
        text = unit.read_text().replace("/opt/attest/.venv/bin/python", "/bin/true")
        (tmp_path / unit.name).write_text(re.sub(r"^(User|Group)=.*\n", "", text, flags=re.M))
    checked = subprocess.run(
        [
            "systemd-analyze",
            "verify",
            "--man=no",
            *map(str, sorted(tmp_path.iterdir())),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    ours = [line for line in checked.stderr.splitlines() if "attest" in line]
    assert ours == []
