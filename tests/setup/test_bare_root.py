"""The two commands of the README in a Debian that has Python and nothing else.

``mmdebstrap`` makes the root, which takes root's rights, Debian's archive and minutes.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BARE = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8"}
SHARED = ("/proc", "/sys", "/dev")
FROM_HERE = ("/etc/resolv.conf", "/etc/hosts", "/etc/pip.conf")
"""How this machine reaches its package registries."""

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        os.geteuid() != 0 or not shutil.which("mmdebstrap"),
        reason="needs root and mmdebstrap",
    ),
]


def call(*command, **options):
    return subprocess.run(command, check=True, text=True, **options)


@pytest.fixture
def bare(tmp_path):
    """A root with a copy of the files that Git knows, in ``/attest``."""
    root = tmp_path / "root"
    sources = Path("/etc/apt/sources.list.d/debian.sources")
    include = "--include=python3,ca-certificates"
    suite = "trixie"
    call("mmdebstrap", "--variant=minbase", include, suite, root, sources)
    for file in map(Path, FROM_HERE):
        if file.exists():
            shutil.copy(file, f"{root}{file}")
    for settings in Path("/etc/apt/apt.conf.d").glob("99*"):
        shutil.copy(settings, f"{root}{settings}")
    shutil.copy("/etc/ssl/certs/ca-certificates.crt", root / "etc/ssl/certs")
    known = call("git", "ls-files", "-z", cwd=ROOT, stdout=subprocess.PIPE).stdout
    for name in filter(None, known.split("\0")):
        place = root / "attest" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, place)
    for folder in SHARED:
        call("mount", "--rbind", folder, f"{root}{folder}")
    yield root
    for folder in SHARED:
        call("umount", "--recursive", "--lazy", f"{root}{folder}")


def inside(root, command):
    """Run a line of shell in the root; what it prints."""
    line = ["chroot", str(root), "sh", "-c", f"cd /attest && {command}"]
    done = subprocess.run(line, env=BARE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


def test_demo_makes_a_report_and_the_tests_bring_their_browser(bare):
    said = inside(bare, "python3 manage.py demo --no-serve --yes")
    assert "Sign in with any of these" in said
    assert "Reports are not available" not in said
    ask = (
        "from compliance.models import Assessment as A;"
        " print(A.objects.filter(status='signed').earliest('pk').pk)"
    )
    (number,) = inside(bare, f'python3 manage.py shell -v0 -c "{ask}"').split()
    inside(bare, f"python3 manage.py report {number} --output /attest/report.pdf")
    assert (bare / "attest/report.pdf").read_bytes().startswith(b"%PDF-")
    installed = bare / "attest/.venv/lib"
    assert not list(installed.glob("*/site-packages/playwright"))
    said = inside(bare, "python3 manage.py test tests/browser/test_weight.py --yes")
    assert " passed" in said
    assert "skipped" not in said
