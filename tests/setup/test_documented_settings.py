"""Every address and value of a setting that docs and recipes name can be started with."""

import os
import re
import runpy
from pathlib import Path

import pytest
import yaml
from django.core.cache import caches
from django.test import override_settings
from django.utils.module_loading import import_string

from compliance.ground.web import cache_tables

ROOT = Path(__file__).parents[2]
COMPOSE = ("compose.yaml", "compose.workers.yaml")
RECIPES = ROOT / "deploy"
SETTING = r"(?:ATTEST_[A-Z_]+|DATABASE_URL)"
SECRET = "of-this-test-" + "x" * 50


def filled(text):
    """A value as someone fills it in: variables and what an ellipsis stands for."""
    text = re.sub(r"\$\{(\w+)(?::-)?([^}]*)\}", filled_variable, text)
    text = text.replace("s3://…", "s3://bucket").replace("postgres://…", "postgres://a")
    return text.replace("…", "secret")


def filled_variable(match):
    name, default = match.groups()
    addresses = {"FILES_URL": "s3://bucket/a", "BACKUPS_URL": "s3://bucket/b"}
    return "" if default.startswith(" ") else addresses.get(name, name.lower())


def of_compose(name):
    parts = [yaml.safe_load((RECIPES / part).read_text()) for part in COMPOSE]
    own = parts[0]["x-attest"]["environment"]
    more = parts[1]["x-more"]["environment"] if name == COMPOSE[1] else {}
    return {key: filled(value) for key, value in (own | more).items()}


def of_lines(path):
    """Settings of an environment file, or of the list of literals of kustomize."""
    rows = re.findall(rf"^[\s-]*({SETTING})=(.+)$", path.read_text(), re.MULTILINE)
    return {name: filled(value) for name, value in rows}


def of_page(path):
    """Each value that a page gives to a setting, alone."""
    text = path.read_text()
    rows = re.findall(rf"\b({SETTING})=('[^']+'|[^\s`|,)]+)", text)
    return [(name, filled(value.strip("'"))) for name, value in rows if value != "…"]


def of_table():
    """The addresses in the table of settings, each with the setting of its row."""
    rows = re.findall(rf"^\| `({SETTING})`(.+)", PAGE.read_text(), re.MULTILINE)
    return [
        (name, filled(value))
        for name, row in rows
        for value in re.findall(r"`([a-z0-9]+://[^`]+|[\w.]+:\d+)`", row)
        if value != "http://"
    ]


PAGE = ROOT / "docs" / "settings.md"
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
WHOLE = {name: of_compose(name) for name in COMPOSE} | {
    path.name: of_lines(path)
    for path in (RECIPES / "systemd" / "attest.env", RECIPES / "kubernetes" / "kustomization.yaml")
}
SINGLE = sorted({*of_table(), *(row for page in PAGES for row in of_page(page))})


@pytest.fixture
def start(monkeypatch, tmp_path):
    """Reads the settings as a start would, with these in the environment alone."""

    def settings_of(environment):
        for name in list(os.environ):
            if re.fullmatch(SETTING, name):
                monkeypatch.delenv(name)
        monkeypatch.setenv("ATTEST_SECRET_KEY", SECRET)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("ATTEST_DATA_DIR", str(tmp_path))
        # Celery is there where its setting is; not on every machine of the tests
        monkeypatch.setattr("importlib.util.find_spec", lambda _name: True)
        return runpy.run_path(str(ROOT / "compliance" / "settings.py"))

    return settings_of


@pytest.mark.parametrize("name", WHOLE)
def test_recipe_starts(name, start):
    assert len(WHOLE[name]) > 6
    settings = start(WHOLE[name])
    for cache in settings["CACHES"].values():
        import_string(cache["BACKEND"])


@pytest.mark.parametrize(("name", "value"), SINGLE)
def test_documented_value_starts(name, value, start):
    beside = {}
    if name == "ATTEST_REPLICA_URL":
        beside["DATABASE_URL"] = "postgres://a"
    for cache in start(beside | {name: value})["CACHES"].values():
        import_string(cache["BACKEND"])


def test_values_are_read_from_the_docs():
    names = {name for name, _value in SINGLE}
    assert {"ATTEST_CACHE_URL", "ATTEST_FILES_URL", "ATTEST_TASKS_URL"} <= names


def test_unknown_cache_is_refused_in_words(start):
    with pytest.raises(Exception, match=r"ATTEST_CACHE_URL.*Unknown backend"):
        start({"ATTEST_CACHE_URL": "dbcache://attest_cache"})


@pytest.mark.django_db
def test_shared_cache_of_the_docs_counts_in_the_table_that_migrate_makes(start):
    settings = start({"ATTEST_CACHE_URL": "db://attest_cache"})
    with override_settings(CACHES=settings["CACHES"]):
        cache_tables.keep()
        caches["default"].set("tries", 1)
        assert caches["default"].incr("tries") == 2
