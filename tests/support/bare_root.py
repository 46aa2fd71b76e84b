"""The two commands of the README in a Debian that has Python and nothing else.

``mmdebstrap`` makes the root, which takes root's rights, Debian's archive and a minute.
The gate calls this before anything is installed, so it keeps to the standard library, and
within ``unshare --mount``, so that no mount outlives it:

    unshare --mount python3 tests/support/bare_root.py FOLDER [ARGUMENTS OF manage.py test]

It writes the tests that were skipped there into FOLDER/skipped: a reason, a tab, a test.
"""

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REGISTRIES = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_DEFAULT_TIMEOUT")
PROXIES = ("http_proxy", "https_proxy", "no_proxy")
FROM_HERE = {
    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LANG": "C.UTF-8",
}
BARE = FROM_HERE | {
    name: os.environ[name]
    for name in ("TENTH", *REGISTRIES, *PROXIES, *map(str.upper, PROXIES))
    if name in os.environ
}
SHARED = ("/proc", "/sys", "/dev")
FILES = ("/etc/resolv.conf", "/etc/hosts", "/etc/pip.conf")
"""How this machine reaches its package registries, with apt's settings and pip's own."""
FIRST_SIGNED = (
    "from compliance.models import Assessment as A;"
    " print(A.objects.filter(status='signed').earliest('pk').pk)"
)


def call(*command, **options):
    return subprocess.run(command, check=True, text=True, **options)


def copy(source, root):
    """A file of this machine at the same place below ``root``."""
    target = Path(f"{root}{source}")
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, target)


@contextmanager
def bare_root(folder):
    """A root with a copy of the files that Git knows, in ``/attest``."""
    root = folder / "root"
    sources = Path("/etc/apt/sources.list.d/debian.sources")
    include = "--include=python3,ca-certificates"
    call("mmdebstrap", "--quiet", "--variant=minbase", include, "trixie", root, sources)
    for file in filter(Path.exists, map(Path, FILES)):
        copy(file, root)
    for settings in Path("/etc/apt/apt.conf.d").glob("99*"):
        copy(settings, root)
    own = Path.home() / ".config/pip/pip.conf"
    if own.exists():
        (root / "root/.config/pip").mkdir(parents=True)
        shutil.copy(own, root / "root/.config/pip")
    shutil.copy("/etc/ssl/certs/ca-certificates.crt", root / "etc/ssl/certs")
    git = ("git", "-c", "safe.directory=*")  # a clone may be somebody else's
    known = call(*git, "ls-files", "-z", cwd=ROOT, stdout=subprocess.PIPE).stdout
    for name in filter(None, known.split("\0")):
        target = root / "attest" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, target)
    for shared in SHARED:
        call("mount", "--rbind", shared, f"{root}{shared}")
        call("mount", "--make-rslave", f"{root}{shared}")
    try:
        yield root
    finally:
        for shared in SHARED:
            call("umount", "--recursive", "--lazy", f"{root}{shared}")


def inside(root, command, **more):
    """Run a line of shell in the root; what it prints."""
    line = ["chroot", str(root), "sh", "-c", f"cd /attest && {command}"]
    done = subprocess.run(line, env=BARE | more, check=False, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{command} failed:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return done.stdout


def demo_with_report(root):
    """The first command, and a report of what it made."""
    printed = inside(root, "python3 manage.py demo --no-serve --yes")
    assert "Sign in with any of these" in printed, printed
    assert "Reports are not available" not in printed, printed
    (number,) = inside(root, f'python3 manage.py shell -v0 -c "{FIRST_SIGNED}"').split()
    inside(root, f"python3 manage.py report {number} --output /attest/report.pdf")
    assert (root / "attest/report.pdf").read_bytes().startswith(b"%PDF-")
    installed = root / "attest/.venv/lib"
    assert not list(installed.glob("*/site-packages/playwright"))


def main(folder, *arguments):
    with bare_root(Path(folder)) as root:
        demo_with_report(root)
        sys.stdout.write("The demo stands, and a report of it.\n")
        sys.stdout.flush()
        command = ["python3", "manage.py", "test", *arguments, "--yes"]
        shell = ["sh", "-c", 'cd /attest && exec "$@"', "sh"]
        env = BARE | {"SKIPPED_TESTS": "/attest/skipped"}
        done = subprocess.run(
            ["chroot", str(root), *shell, *command],
            env=env,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        skipped = root / "attest/skipped"
        text = skipped.read_text() if skipped.exists() else ""
        (Path(folder) / "skipped").write_text(text)
        if not (root / "usr/bin/chromium-headless-shell").exists():
            sys.exit("The tests brought no browser with them.")
    sys.exit(done.returncode)


if __name__ == "__main__":
    main(*sys.argv[1:])
