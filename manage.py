#!/usr/bin/env python3
"""Attest's command line. The first run makes .venv, every run continues in it.

This file runs before anything is installed and under whatever Python is called
python3, so it keeps to the standard library and to what Python 3.8 can read.

  NO_BOOTSTRAP=1   stay with the Python that was started (images, packagers)
  --data DIR       with any command: database and files live there
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
LOCK = ROOT / "requirements.lock"
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed-from"  # written last, so a half-made .venv has none

NO_PYTHON = "Attest needs Python 3.12 or newer: apt-get install python3 python3-venv"
NO_VENV = "Attest needs Python's venv module: apt-get install python3-venv"
NO_PACKAGES = "Attest could not install its packages (no network?). To see why: "
PROBE = "import sys; print(sys._base_executable); sys.exit(sys.version_info < (3, 12))"


def main() -> None:
    arguments = take_data_folder(sys.argv[1:])
    if not os.environ.get("NO_BOOTSTRAP"):
        enter_venv(arguments)
    if arguments[:1] == ["test"]:
        os.chdir(ROOT)
        pytest = [sys.executable, "-m", "pytest", *pytest_arguments(arguments[1:])]
        os.execv(sys.executable, pytest)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compliance.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line([sys.argv[0], *arguments])


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


def pytest_arguments(arguments: list[str]) -> list[str]:
    """Two processes, unless the caller says how many or wants the debugger.

    Each begins with half of the files, so that few files are set up in both.
    """
    chosen = any(a.startswith(("-n", "--numprocesses", "--pdb")) for a in arguments)
    return arguments if chosen else ["-n", "2", "--dist", "worksteal", *arguments]


def enter_venv(arguments: list[str]) -> None:
    """Continue in .venv, made first if the lock file or its Python has changed."""
    if is_installed() and Path(sys.prefix) == VENV:
        return
    try:
        if not is_installed():
            make_venv()
        os.execv(VENV_PYTHON, [str(VENV_PYTHON), __file__, *arguments])
    except OSError as error:
        sys.exit(f"Attest could not make {VENV}: {error}")


def is_installed() -> bool:
    return STAMP.exists() and STAMP.read_text() == expected_stamp()


def expected_stamp() -> str:
    """What .venv is made from: the lock file, and the Python behind its link."""
    return f"{hashlib.sha256(LOCK.read_bytes()).hexdigest()} {VENV_PYTHON.resolve()}\n"


def make_venv() -> None:
    with open(ROOT / ".venv.lock", "w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if is_installed():  # by the process we waited for
            return
        python = find_python()
        print("Installing packages into .venv, this once ...", file=sys.stderr)
        install(python)
        STAMP.write_text(expected_stamp())


def find_python() -> str:
    """Path of the first Python that runs and is new enough, never one in a venv."""
    for candidate in candidates():
        try:
            probe = subprocess.run(
                [candidate, "-c", PROBE], capture_output=True, text=True, check=False
            )
        except OSError:
            continue
        if probe.returncode == 0:
            return probe.stdout.strip()
    sys.exit(NO_PYTHON)


def candidates() -> list[str]:
    """Pythons that may exist; pyenv has shims for versions that do not."""
    on_path = map(shutil.which, ("python3.14", "python3.13", "python3.12"))
    return [sys.executable, *filter(None, on_path), "/usr/bin/python3"]


def install(python: str) -> None:
    """Fill a new .venv from the lock file: with uv if that works, else with pip."""
    locked = ["--quiet", "--require-hashes", "-r", str(LOCK)]
    uv, inside = shutil.which("uv"), str(VENV_PYTHON)
    shutil.rmtree(VENV, ignore_errors=True)
    if (
        uv
        and succeeds(uv, "venv", "--python", python, str(VENV))
        and succeeds(uv, "pip", "install", "--python", inside, *locked)
    ):
        return
    if not succeeds(python, "-c", "import ensurepip, venv"):
        sys.exit(NO_VENV)
    for step in (
        [python, "-m", "venv", "--clear", str(VENV)],
        [inside, "-m", "pip", "install", "--disable-pip-version-check", *locked],
    ):
        if not succeeds(*step):
            sys.exit(NO_PACKAGES + shlex.join(step))


def succeeds(*command: str) -> bool:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    return done.returncode == 0


if __name__ == "__main__":
    main()
