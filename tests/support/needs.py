"""What tests need beyond the packages of the tests: each need is written once, here.

A test names it by the mark ``needs("redis-server")``, a fixture by calling ``needs``. Where
it lacks the test is skipped, and the last lines of ``manage.py test`` say why. What nearly
every machine should have is in ``PACKAGES`` of manage.py as well, which installs it.
"""

import os
import shutil
import subprocess
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WITH_SYSTEM = f"{os.environ.get('PATH', '')}:/usr/sbin"
S3 = ("boto3", "flask", "flask_cors", "moto", "py_partiql_parser")


def program(*names):
    """The path of the first of them that is here, "" without any."""
    return next((path for n in names if (path := shutil.which(n, path=WITH_SYSTEM))), "")


def office():
    """LibreOffice that programs may drive."""
    found = program("soffice")
    uno = ["/usr/bin/python3", "-c", "import uno"]
    if not found or not Path(uno[0]).exists():
        return ""
    return found if not subprocess.run(uno, check=False, capture_output=True).returncode else ""


def postgresql():
    """The folder of PostgreSQL's programs."""
    folder = max(Path("/usr/lib/postgresql").glob("*/bin"), default="")
    return str(folder) if program("runuser") else ""


def node():
    return program("node") if (ROOT / "tests/node/node_modules").exists() else ""


NEEDS = {
    "pdfsig": (
        lambda: program("pdfsig"),
        "Without poppler-utils no second reader checks the seal of a report.",
    ),
    "soffice": (
        office,
        "Without libreoffice-calc-nogui and python3-uno no sheet goes through LibreOffice.",
    ),
    "xmlsec1": (
        lambda: program("xmlsec1"),
        "Without xmlsec1 no provider signs people on by SAML.",
    ),
    "redis-server": (
        lambda: program("redis-server", "valkey-server"),
        "Without redis-server no cache and no broker of Celery is there to fail.",
    ),
    "rabbitmq": (
        lambda: program("rabbitmq-server"),
        "Without rabbitmq-server no broker speaks AMQP.",
    ),
    "pgbouncer": (
        lambda: program("pgbouncer"),
        "Without pgbouncer no pool stands before PostgreSQL.",
    ),
    "postgresql": (
        postgresql,
        "Without postgresql no replica follows its server.",
    ),
    "node": (
        node,
        "Without nodejs and what `npm ci` brings to tests/node no foreign provider signs people on.",
    ),
    "systemd-analyze": (
        lambda: program("systemd-analyze"),
        "Without systemd nobody reads the units of the recipes.",
    ),
    "moto": (
        lambda: "moto" if all(map(find_spec, S3)) else "",
        "Without the packages of locks/s3-test.lock no bucket keeps files.",
    ),
    "mmdebstrap": (
        lambda: program("mmdebstrap") if os.geteuid() == 0 else "",
        "Without mmdebstrap and the rights of root no bare machine is set up.",
    ),
}
"""Where a need is found, "" if it is not here; and what is not tested then."""


@cache
def _path(name):
    return NEEDS[name][0]()


def needs(name):
    """Where a need is found; skips the test that asks, if it is not here."""
    return _path(name) or pytest.skip(NEEDS[name][1])


def lacking(lines):
    """Of lines of ``SKIPPED_TESTS``, the tests that were skipped for a need."""
    sentences = {sentence for _, sentence in NEEDS.values()}
    pairs = (line.rstrip("\n").split("\t", 1) for line in lines)
    return [test for reason, test in pairs if reason in sentences]


if __name__ == "__main__":
    sys.stdout.writelines(f"{test}\n" for test in lacking(sys.stdin))
