"""The secret key is replaced: what the old one signed still counts while it is named."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from allauth.account.forms import default_token_generator
from django.core.signing import Signer
from django.test import Client

from compliance.ground.web import redis_cache

NEW = "n" * 60
STRANGE = "s" * 60
ROOT = Path(__file__).resolve().parents[3]


def read(folder, **more):
    """The keys that an installation in a folder starts with."""
    env = {name: text for name, text in os.environ.items() if "ATTEST" not in name}
    program = "from compliance.settings import *; print(SECRET_KEY, *SECRET_KEY_FALLBACKS)"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=env | {"ATTEST_DATA_DIR": str(folder)} | more,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


@pytest.mark.slow
def test_a_moved_file_is_a_retired_key(tmp_path):
    [old] = read(tmp_path)
    (tmp_path / "secret.key").rename(tmp_path / "secret.key.retired")
    new, retired = read(tmp_path)
    assert (retired, new != old, len(new) >= 50) == (old, True, True)
    assert read(tmp_path) == [new, old]
    (tmp_path / "secret.key.retired").write_text(f"{old}\n\n{STRANGE}\n")
    assert read(tmp_path) == [new, old, STRANGE]
    set_by = {"ATTEST_SECRET_KEY": NEW, "ATTEST_RETIRED_SECRET_KEYS": "one,two"}
    assert read(tmp_path, **set_by) == [NEW, "one", "two", old, STRANGE]


def test_sessions_and_links_outlive_the_key(cast, sign_in, settings):
    client, old = sign_in(cast.ada), settings.SECRET_KEY
    elsewhere, again = sign_in(cast.ada), copy(client)
    link = default_token_generator.make_token(cast.ada)  # ends at her next sign-in
    stop = Signer(salt="compliance.reporting.calendar.stop").sign("7")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [old]
    for one in (client, again, elsewhere):  # the page looks at the others, too
        assert one.get("/security/").status_code == 200
    assert default_token_generator.check_token(cast.ada, link)
    assert Signer(salt="compliance.reporting.calendar.stop").unsign(stop) == "7"
    settings.SECRET_KEY_FALLBACKS = []
    assert client.get("/security/").status_code == 200  # signed anew by its first page
    assert not default_token_generator.check_token(cast.ada, link)


def copy(client):
    """Another page of the same browser, opened before the first one came back."""
    other = Client()
    other.cookies.load(client.cookies.output(header="").strip())
    return other


def test_session_of_a_dropped_key_is_over(cast, sign_in, settings):
    client = sign_in(cast.ada)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [STRANGE]
    assert client.get("/security/").status_code == 302


def test_values_in_redis_outlive_the_key(settings):
    old = settings.SECRET_KEY
    value = redis_cache._digest("k", b"v", old) + b"v"
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [old]
    assert redis_cache._is_signed("k", value)
    assert not redis_cache._is_signed("other", value)
    settings.SECRET_KEY_FALLBACKS = [STRANGE]
    assert not redis_cache._is_signed("k", value)
