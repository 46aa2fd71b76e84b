"""manage.py makes its own environment; nothing is installed here.

A copy of manage.py runs in an empty folder. On its PATH, `uv` is a shell script
that writes down how it was called and makes a .venv whose Python does nothing but
say how it was called.
"""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

MANAGE = Path(__file__).parents[2] / "manage.py"
SAY = """#!/bin/sh
echo "$@ [$ATTEST_DATA_DIR]"
"""
FAKE_UV = f"""#!/bin/sh
echo "uv $1" >> calls
echo "$@" | grep -o "locks/[a-z-]*.lock" >> installed
[ "$1" = "$UV_FAILS" ] && exit 1
[ "$1" = venv ] && mkdir -p .venv/bin && cat > .venv/bin/python <<'END'
{SAY}END
chmod +x .venv/bin/python
"""
FAKE_PYTHON = """#!/bin/sh
if [ "$1" = -c ]; then echo "$0"; exit; fi
echo "python $1 $2" >> calls
if [ "$2" = venv ]; then mkdir -p .venv/bin; cp "$0" .venv/bin/python; exit; fi
exit 0
"""


def script(path, text):
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


@pytest.fixture
def project(tmp_path):
    (tmp_path / "manage.py").write_bytes(MANAGE.read_bytes())
    call_stack = MANAGE.parent / "compliance" / "call_stack.py"
    script(tmp_path / "compliance" / "call_stack.py", call_stack.read_text())
    script(tmp_path / "locks/app.lock", "django==6.1.3\n")
    (tmp_path / "locks/test.lock").write_text("pytest==9.2.0\n")
    script(tmp_path / "tools" / "uv", FAKE_UV)
    return tmp_path


@pytest.fixture
def run(project):
    def run(*arguments, python=sys.executable, **environment):
        path = f"{project / 'tools'}:/usr/bin:/bin"
        return subprocess.run(
            [python, "manage.py", *arguments],
            cwd=project,
            env={"PATH": path, **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture
def manage(project, monkeypatch):
    """The copy, imported, with `tools/python` as the only Python it can find."""
    monkeypatch.setenv("PATH", f"{project / 'tools'}:/usr/bin:/bin")
    spec = importlib.util.spec_from_file_location("copied_manage", project / "manage.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.candidates = lambda: [str(project / "tools" / "python")]
    return module


def calls(project):
    written = project / "calls"
    return written.read_text().split("\n")[:-1] if written.exists() else []


INSTALL = ["uv venv", "uv pip"]


def test_first_run_installs_and_continues_in_venv(run, project):
    done = run("migrate", "--plan")
    assert done.stdout == f"{project}/manage.py migrate --plan []\n"
    assert done.stderr == "Installing packages into .venv, this once ...\n"
    assert calls(project) == INSTALL


def test_second_run_installs_nothing(run, project):
    run("check")
    done = run("check")
    assert (done.stdout, done.stderr) == (f"{project}/manage.py check []\n", "")
    assert calls(project) == INSTALL


def test_changed_lock_installs_anew(run, project):
    run("check")
    (project / ".venv" / "left-over").touch()
    (project / "locks/app.lock").write_text("django==6.1.4\n")
    run("check")
    assert calls(project) == INSTALL * 2
    assert not (project / ".venv" / "left-over").exists()


def test_vanished_python_installs_anew(run, project):
    run("check")
    (project / ".venv" / "bin" / "python").unlink()
    (project / ".venv" / "bin" / "python").symlink_to("/nowhere/python3.12")
    run("check")
    assert calls(project) == INSTALL * 2


def test_half_made_venv_is_made_again(run, project):
    (project / ".venv" / "bin").mkdir(parents=True)
    script(project / ".venv" / "bin" / "python", "#!/bin/sh\nexit 1\n")
    done = run("check")
    assert done.stdout == f"{project}/manage.py check []\n"
    assert calls(project) == INSTALL


@pytest.mark.slow
def test_two_at_once_install_once(project):
    slow = FAKE_UV.replace("chmod", "sleep 0.2; chmod")
    script(project / "tools" / "uv", slow)
    environment = {"PATH": f"{project / 'tools'}:/usr/bin:/bin"}
    command = [sys.executable, "manage.py", "check"]
    both = [
        subprocess.Popen(
            command,
            cwd=project,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(2)
    ]
    assert [one.wait(timeout=20) for one in both] == [0, 0]
    assert calls(project) == INSTALL


@pytest.mark.parametrize(
    "arguments",
    [
        ["demo", "--no-serve", "--data", "files"],
        ["demo", "--data", "files", "--no-serve"],
        ["--data=files", "demo", "--no-serve"],
    ],
)
def test_data_folder_is_taken_from_anywhere(run, project, arguments):
    done = run(*arguments, ATTEST_DATA_DIR="/elsewhere")
    assert done.stdout == f"{project}/manage.py demo --no-serve [{project}/files]\n"


def test_data_folder_of_environment_stays(run, project):
    done = run("demo", ATTEST_DATA_DIR="/elsewhere")
    assert done.stdout == f"{project}/manage.py demo [/elsewhere]\n"


@pytest.mark.parametrize("arguments", [["demo", "--data"], ["demo", "--data="]])
def test_data_without_folder_is_one_line(run, arguments):
    done = run(*arguments)
    assert (done.returncode, done.stderr) == (1, "--data needs a folder: --data DIR\n")


@pytest.mark.slow
def test_no_bootstrap_runs_django_here(run, project):
    done = run("version", NO_BOOTSTRAP="1")
    assert done.stdout.startswith("6.1.")
    assert calls(project) == []
    assert not (project / ".venv").exists()


def test_tests_are_handed_to_pytest(run, project):
    say = script(project / "tools" / "python", SAY)
    launcher = "import sys, runpy; sys.executable = sys.argv.pop(1); " + (
        "runpy.run_path('manage.py', run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", launcher, say, "test", "-k", "sign", "--data", "/d"],
        cwd=project,
        env={**os.environ, "NO_BOOTSTRAP": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    (called,) = done.stdout.splitlines()
    number = os.cpu_count() + 1
    assert called.startswith(f"-m pytest -n {number} --dist worksteal -k sign")
    assert called.endswith("[/d]")


@pytest.fixture
def pytests(manage, monkeypatch):
    """The arguments of pytest, where there is a browser; each run ends with 1."""
    called = []

    def run(command, *, env, check):
        called.append(command[3:])
        assert "PYTHONDONTWRITEBYTECODE" not in env
        assert env["PATH"] == os.environ["PATH"]
        return SimpleNamespace(returncode=1)

    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setattr(manage.subprocess, "run", run)
    monkeypatch.setattr(manage.shutil, "which", lambda name: f"/usr/bin/{name}")
    return called


@pytest.mark.parametrize("chosen", [["-n", "4"], ["-n0"], ["--numprocesses=1"]])
def test_chosen_number_of_processes_stays(manage, pytests, chosen):
    assert manage.run_tests([*chosen, "-x"]) == 1
    assert pytests == [[*chosen, "-x"]]


def test_every_lane_runs_though_one_fails(manage, pytests):
    assert manage.run_tests([]) == 1
    lanes = [[word for word in run if "tests" in word or word == "-m"] for run in pytests]
    assert lanes == [["tests", "--ignore=tests/browser"], ["tests/browser"]]


def test_lane_is_asked_for_by_its_name(manage, pytests):
    manage.run_tests(["browser", "-k", "sign"])
    assert pytests[0][-3:] == ["tests/browser", "-k", "sign"]


def test_fast_lane_has_a_process_for_each_core(manage, pytests):
    manage.run_tests(["fast", "-x"])
    assert pytests[0][:2] == ["-n", str(os.cpu_count())]


def test_suite_runs_without_a_browser_and_says_so(manage, pytests, monkeypatch, capsys):
    monkeypatch.setattr(manage.shutil, "which", lambda name: None)
    manage.run_tests(["fast"])
    assert "--ignore=tests/browser" in pytests[0]
    assert "Browser tests are left out" in capsys.readouterr().err


@pytest.fixture
def machine(manage, monkeypatch):
    """A machine with apt-get that lacks all that pip does not bring, and its commands."""
    ran = []
    monkeypatch.setattr(manage, "loads", lambda library: False)
    monkeypatch.setattr(manage, "succeeds", lambda *command: False)
    monkeypatch.setattr(manage, "find_python", lambda: "python3")
    monkeypatch.setattr(manage.sys, "platform", "linux")
    monkeypatch.setattr(manage.os, "geteuid", lambda: 0)
    monkeypatch.setattr(manage.subprocess, "run", lambda command, **_: ran.append(command))
    have = {"apt-get"}
    monkeypatch.setattr(manage.shutil, "which", lambda name: name if name in have else None)
    return SimpleNamespace(ran=ran, have=have)


def test_lacking_packages_are_installed_when_agreed(manage, machine, capsys):
    manage.offer_system_packages(["run"], is_agreed=True)
    assert machine.ran[0][:2] == ["apt-get", "update"]
    assert machine.ran[1][:3] == ["apt-get", "install", "python3-venv"]
    assert {"libpango-1.0-0", "--yes"} <= set(machine.ran[1])
    assert "chromium-headless-shell" not in machine.ran[1]
    assert "This machine lacks python3-venv and libpango" in capsys.readouterr().err


def test_tests_ask_for_a_browser_too(manage, machine):
    manage.offer_system_packages(["run", "test"], is_agreed=True)
    assert "chromium-headless-shell" in machine.ran[1]


@pytest.mark.parametrize(
    "command",
    [
        "sudo apt-get install python3-venv libpango-1.0-0",
        "sudo dnf install pango",
        "sudo apk add pango",
        "brew install pango",
    ],
)
def test_elsewhere_the_command_is_printed(manage, machine, monkeypatch, capsys, command):
    machine.have.clear()
    machine.have.add(command.replace("sudo ", "").split()[0])
    monkeypatch.setattr(manage.os, "geteuid", lambda: 1000)
    manage.offer_system_packages(["run"], is_agreed=True)
    assert machine.ran == []
    assert f"Install it with: {command}" in capsys.readouterr().err


@pytest.mark.parametrize(("said", "does"), [("", True), ("n", False)])
def test_question_at_the_terminal_decides(manage, machine, monkeypatch, said, does):
    terminal = SimpleNamespace(isatty=lambda: True)
    monkeypatch.setattr(manage.sys, "stdin", terminal)
    monkeypatch.setattr("builtins.input", lambda asked: said)
    manage.offer_system_packages(["run"], is_agreed=False)
    assert bool(machine.ran) == does


def test_nothing_is_asked_where_nothing_lacks(manage, monkeypatch, capsys):
    monkeypatch.setattr(manage, "system_lacks", lambda wanted: [])
    manage.offer_system_packages(["run"], is_agreed=False)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("command", ["demo", "serve", "test"])
def test_lacks_are_looked_for_though_venv_stands(manage, machine, monkeypatch, command):
    monkeypatch.setattr(manage, "is_installed", lambda wanted: True)
    monkeypatch.setattr(manage.os, "execv", lambda *_: None)
    wanted = ["run", "test"] if command == "test" else ["run"]
    monkeypatch.setenv(manage.OFFERED, "")
    manage.enter_venv([command], wanted, is_agreed=True)
    installed = machine.ran[1]
    assert "libpango-1.0-0" in installed
    assert "python3-venv" not in installed
    assert ("poppler-utils" in installed) == (command == "test")
    manage.enter_venv([command], wanted, is_agreed=True)  # in .venv, which was told
    assert len(machine.ran) == 2


def test_other_commands_of_a_complete_venv_look_for_nothing(manage, machine, monkeypatch):
    monkeypatch.setattr(manage, "is_installed", lambda wanted: True)
    monkeypatch.setattr(manage.os, "execv", lambda *_: None)
    monkeypatch.setenv(manage.OFFERED, "")
    manage.enter_venv(["migrate"], ["run"], is_agreed=True)
    assert machine.ran == []


def test_last_lines_say_what_was_skipped_and_why(manage, tmp_path, capsys):
    path = tmp_path / "skipped"
    path.write_text("Without a no c.\ttests/t.py::x[1 2]\nWithout a no c.\ttests/u.py::y\n")
    manage.say_skipped(path)
    assert capsys.readouterr().out == "2 skipped: Without a no c.\n"


def test_missing_python_is_one_line(manage):
    with pytest.raises(SystemExit) as stopped:
        manage.find_python()
    assert stopped.value.code == ("Attest needs Python 3.12 or newer: apt-get install python3 python3-venv")


@pytest.mark.parametrize("status", [1, 127])
def test_python_that_is_old_or_a_broken_shim_is_passed_over(manage, project, status):
    script(project / "tools" / "python", f"#!/bin/sh\nexit {status}\n")
    manage.candidates = lambda: [str(project / "tools" / "python"), sys.executable]
    assert Path(manage.find_python()).samefile(sys.executable)


def test_missing_venv_module_is_one_line(manage, project, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    python = script(project / "tools" / "python", '#!/bin/sh\n[ "$1" != -c ]\n')
    with pytest.raises(SystemExit) as stopped:
        manage.new_venv(str(python))
    assert stopped.value.code == ("Attest needs Python's venv module: apt-get install python3-venv")


def test_unreachable_registry_is_one_line_and_no_stamp(manage, project, monkeypatch):
    script(project / "tools" / "uv", "#!/bin/sh\nexit 1\n")
    fails = FAKE_PYTHON.replace("exit 0", '[ "$1$2" != -mpip ]')
    script(project / "tools" / "python", fails)
    with pytest.raises(SystemExit) as stopped:
        manage.make_venv(["run"])
    assert stopped.value.code == (
        "Attest could not install its packages (no network?). To see why: "
        f"{project}/.venv/bin/python -m pip install --disable-pip-version-check "
        f"--no-compile --quiet --require-hashes -r {project}/locks/app.lock"
    )
    assert not manage.is_installed(["run"])


def test_pip_installs_where_uv_fails(manage, project, monkeypatch):
    script(project / "tools" / "uv", "#!/bin/sh\nexit 1\n")
    script(project / "tools" / "python", FAKE_PYTHON)
    manage.make_venv(["run"])
    assert calls(project) == ["python -m venv", "python -m pip"]
    assert manage.is_installed(["run"])


def test_tests_add_their_packages_to_what_runs(run, project):
    run("check")
    run("test")
    run("test")
    assert calls(project) == ["uv venv", "uv pip", "uv pip"]
    installed = (project / "installed").read_text().splitlines()
    assert installed == ["locks/app.lock", "locks/test.lock"]


def test_unwritable_folder_is_one_line(manage, project):
    (project / ".venv.lock").mkdir()
    with pytest.raises(SystemExit) as stopped:
        manage.enter_venv([], ["run"], is_agreed=False)
    assert stopped.value.code.startswith(f"Attest could not make {project}/.venv: ")
