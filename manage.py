"""Attest's command line. The first run makes .venv, every run continues in it.

This file runs before anything is installed and under whatever Python is called
python3, so it keeps to the standard library and to what Python 3.8 can read.

  NO_BOOTSTRAP=1   stay with the Python that was started (images, packagers)
  --data DIR       with any command: database and files live there
  --yes            install missing system packages without asking
"""

from __future__ import annotations

import ctypes
import fcntl
import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
LOCKS = {"run": ROOT / "locks/app.lock", "test": ROOT / "locks/test.lock"}
"""Running needs the first; the tests need the second on top."""
BROWSERS = ("chromium-headless-shell", "chromium")
"""Debian's names. The first draws no window, and so needs half the processor time."""
LIBRARIES = ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0")
PANGO = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
PACKAGES = {
    "apt-get install": {
        "venv": "python3-venv",
        "reports": PANGO,
        "browser": BROWSERS[0],
        "pdfsig": "poppler-utils",
    },
    "dnf install": {
        "reports": "pango harfbuzz",
        "browser": "chromium-headless",
        "pdfsig": "poppler-utils",
    },
    "apk add": {
        "reports": "pango harfbuzz-subset",
        "browser": "chromium",
        "pdfsig": "poppler-utils",
    },
    "brew install": {"reports": "pango", "browser": "chromium", "pdfsig": "poppler"},
}
"""The packages that bring what pip does not, by the command that installs them."""
STARTS = ("demo", "serve", "test")
"""Commands that look for those packages each time; the others do when they make .venv."""
OFFERED = "ATTEST_OFFERED"
"""Tells the process in .venv that the one before it has looked."""
SKIPPED = "SKIPPED_TESTS"
"""A file that gets a line for each skipped test: a reason, a tab, the test."""
PIP = ["--disable-pip-version-check", "--no-compile"]  # what runs is compiled then
UNASKED = "--yes --quiet --no-install-recommends -o Dpkg::Use-Pty=0"

NO_PYTHON = "Attest needs Python 3.12 or newer: apt-get install python3 python3-venv"
NO_VENV = "Attest needs Python's venv module: apt-get install python3-venv"
NO_PACKAGES = "Attest could not install its packages (no network?). To see why: "
PROBE = "import sys; print(sys._base_executable); sys.exit(sys.version_info < (3, 12))"

WITHOUT_BROWSER = ["tests", "--ignore=tests/browser"]
LANES = {
    "fast": [*WITHOUT_BROWSER, "--ignore=tests/load", "-m", "not slow and not long"],
    "load": ["tests/load"],
    "browser": ["tests/browser"],
    "postgres": [*WITHOUT_BROWSER, "-m", "database and not long"],
    "long": ["-m", "long"],
}
"""Arguments of pytest for each part of the suite that can be asked for by its name."""


def main() -> None:
    arguments, is_agreed = without_yes(take_data_folder(sys.argv[1:]))
    is_test = arguments[:1] == ["test"]
    if not os.environ.get("NO_BOOTSTRAP"):
        enter_venv(arguments, ["run", "test"] if is_test else ["run"], is_agreed)
    if is_test:
        os.chdir(ROOT)
        sys.exit(run_tests(arguments[1:]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compliance.settings")
    from django.core.management import execute_from_command_line

    from compliance.call_stack import with_room

    with_room(execute_from_command_line)([sys.argv[0], *arguments])


def take_data_folder(arguments: list[str]) -> list[str]:
    """The arguments without --data, whose folder goes into the environment."""
    kept = []
    rest = iter(arguments)
    for argument in rest:
        name, equals, folder = argument.partition("=")
        if name != "--data":
            kept.append(argument)
            continue
        folder = folder if equals else next(rest, "")
        if not folder:
            sys.exit("--data needs a folder: --data DIR")
        os.environ["ATTEST_DATA_DIR"] = os.path.abspath(os.path.expanduser(folder))
    return kept


def without_yes(arguments: list[str]) -> tuple[list[str], bool]:
    """The arguments for a command, and whether --yes stood among them."""
    return [one for one in arguments if one != "--yes"], "--yes" in arguments


def run_tests(arguments: list[str]) -> int:
    """Run the suite, or the lane that the first argument names; pytest's exit status.

    Without arguments: every lane that one kind of database needs, all of them even
    after a failure.
    """
    with tempfile.TemporaryDirectory() as folder:
        skipped = os.environ.get(SKIPPED, f"{folder}/skipped")
        if arguments and arguments[0] in LANES:
            lanes = [[*LANES[arguments[0]], *arguments[1:]]]
        else:
            lanes = [arguments] if arguments else [WITHOUT_BROWSER, LANES["browser"]]
        status = max(run_pytest(lane, skipped) for lane in lanes)
        say_skipped(Path(skipped))
    return status


def say_skipped(path: Path) -> None:
    """The last lines: why tests were skipped, a sentence for each reason."""
    lines = path.read_text().splitlines() if path.exists() else []
    reasons = [line.partition("\t")[0] for line in lines]
    for reason in sorted(set(reasons)):
        print(f"{reasons.count(reason)} skipped: {reason}")


def run_pytest(arguments: list[str], skipped: str) -> int:
    """A process more than there are cores, for some of them wait, but not in the fast lane.

    The caller may say how many, or want the debugger. Each begins with its share of
    the files, so that few files are set up twice. What they load is compiled once, for
    hundreds of processes load it.
    """
    chosen = any(a.startswith(("-n", "--numprocesses", "--pdb")) for a in arguments)
    fast = LANES["fast"]
    number = (os.cpu_count() or 1) + (arguments[: len(fast)] != fast)
    shared = [] if chosen else ["-n", str(number), "--dist", "worksteal"]
    pytest = [sys.executable, "-m", "pytest", *shared, *arguments, *without_browser()]
    kept = {k: os.environ[k] for k in os.environ if k != "PYTHONDONTWRITEBYTECODE"}
    kept[SKIPPED] = skipped
    return subprocess.run(pytest, check=False, env=kept).returncode


def without_browser() -> list[str]:
    """The arguments that leave the browser tests out without a browser; says so."""
    if any(map(shutil.which, BROWSERS)):
        return []
    print(f"Browser tests are left out: there is no {BROWSERS[0]}.", file=sys.stderr)
    return ["--ignore=tests/browser"]


def enter_venv(arguments: list[str], wanted: list[str], is_agreed: bool) -> None:
    """Continue in .venv, completed first if a lock file or its Python has changed.

    ``wanted`` are names of LOCKS.
    """
    is_offered = os.environ.pop(OFFERED, "")
    if not is_offered and ((arguments or [""])[0] in STARTS or not is_installed(wanted)):
        offer_system_packages(wanted, is_agreed)
    if is_installed(wanted) and Path(sys.prefix) == VENV:
        return
    try:
        if not is_installed(wanted):
            make_venv(wanted)
        os.environ[OFFERED] = "1"
        os.execv(VENV_PYTHON, [str(VENV_PYTHON), __file__, *arguments])
    except OSError as error:
        sys.exit(f"Attest could not make {VENV}: {error}")


def is_installed(wanted: list[str]) -> bool:
    return all(map(has_lock, wanted))


def has_lock(name: str) -> bool:
    return stamp(name).exists() and stamp(name).read_text() == expected_stamp(name)


def stamp(name: str) -> Path:
    """Written last, so what was half installed has none."""
    return VENV / f"installed-{name}"


def expected_stamp(name: str) -> str:
    """What .venv is made from: the lock file, and the Python behind its link."""
    lock = hashlib.sha256(LOCKS[name].read_bytes()).hexdigest()
    return f"{lock} {VENV_PYTHON.resolve()}\n"


def make_venv(wanted: list[str]) -> None:
    with open(ROOT / ".venv.lock", "w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if is_installed(wanted):  # by the process we waited for
            return
        print("Installing packages into .venv, this once ...", file=sys.stderr)
        if not has_lock("run"):
            new_venv(find_python())
        missing = [name for name in wanted if not has_lock(name)]
        fill(missing)
        for name in missing:
            stamp(name).write_text(expected_stamp(name))


def offer_system_packages(wanted: list[str], is_agreed: bool) -> None:
    """Name what this machine lacks, and install it if that is agreed to.

    With apt-get as root or with sudo it asks, or is told by --yes; elsewhere it
    prints the one command.
    """
    managers = (one for one in PACKAGES if shutil.which(one.split()[0]))
    manager = next(managers, "")
    brought = PACKAGES.get(manager, {})
    packages = [brought[lack] for lack in system_lacks(wanted) if lack in brought]
    if not packages:
        return
    print(f"This machine lacks {' and '.join(packages)}.", file=sys.stderr)
    is_free = os.geteuid() == 0 or manager.startswith("brew")
    elevated = "" if is_free else "sudo "
    install = f"{elevated}{manager} {' '.join(packages)}"
    can_install = manager.startswith("apt") and (is_free or shutil.which("sudo"))
    if can_install and (is_agreed or agrees(install)):
        for step in (f"{elevated}apt-get update --quiet", f"{install} {UNASKED}"):
            subprocess.run(step.split(), check=False, stdout=sys.stderr)
    else:
        print(f"Install it with: {install}", file=sys.stderr)


def system_lacks(wanted: list[str]) -> list[str]:
    """Which of the things that PACKAGES bring are not here."""
    is_test = "test" in wanted
    has = {
        "venv": is_installed(wanted)
        or shutil.which("uv")
        or succeeds(find_python(), "-c", "import ensurepip"),
        "reports": sys.platform != "linux" or all(map(loads, LIBRARIES)),
        "browser": not is_test or any(map(shutil.which, BROWSERS)),
        "pdfsig": not is_test or shutil.which("pdfsig"),
    }
    return [name for name, is_here in has.items() if not is_here]


def loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def agrees(command: str) -> bool:
    """Ask at the terminal; without one, nobody agrees."""
    if not sys.stdin or not sys.stdin.isatty():
        return False
    return input(f"Run {command} now? [Y/n] ").strip().lower() in {"", "y", "yes"}


def find_python() -> str:
    """Path of the first Python that runs and is new enough, never one in a venv."""
    for candidate in candidates():
        try:
            probe = subprocess.run([candidate, "-c", PROBE], capture_output=True, text=True, check=False)
        except OSError:
            continue
        if probe.returncode == 0:
            return probe.stdout.strip()
    sys.exit(NO_PYTHON)


def candidates() -> list[str]:
    """Pythons that may exist; pyenv has shims for versions that do not."""
    on_path = map(shutil.which, ("python3.14", "python3.13", "python3.12"))
    return [sys.executable, *filter(None, on_path), "/usr/bin/python3"]


def new_venv(python: str) -> None:
    """An empty .venv with pip: from uv if that works, else from Python."""
    uv = shutil.which("uv")
    shutil.rmtree(VENV, ignore_errors=True)
    if uv and succeeds(uv, "venv", "--seed", "--python", python, str(VENV)):
        return
    if not succeeds(python, "-c", "import ensurepip, venv"):
        sys.exit(NO_VENV)
    make = [python, "-m", "venv", "--clear", str(VENV)]
    if not succeeds(*make):
        sys.exit(NO_PACKAGES + shlex.join(make))


def fill(names: list[str]) -> None:
    """Install what lock files name: with uv if that works, else with pip."""
    locked = ["--quiet", "--require-hashes"]
    for name in names:
        locked += ["-r", str(LOCKS[name])]
    uv, inside = shutil.which("uv"), str(VENV_PYTHON)
    if uv and succeeds(uv, "pip", "install", "--python", inside, *locked):
        return
    pip = [inside, "-m", "pip", "install", *PIP, *locked]
    if not succeeds(*pip):
        sys.exit(NO_PACKAGES + shlex.join(pip))


def succeeds(*command: str) -> bool:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    return done.returncode == 0


if __name__ == "__main__":
    main()
