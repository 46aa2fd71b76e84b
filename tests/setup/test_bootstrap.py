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

import pytest

MANAGE = Path(__file__).parents[2] / "manage.py"
SAY = """#!/bin/sh
echo "$@ [$ATTEST_DATA_DIR]"
"""
FAKE_UV = f"""#!/bin/sh
echo "uv $1" >> calls
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
    (tmp_path / "requirements.lock").write_text("django==6.1.3\n")
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
    spec = importlib.util.spec_from_file_location(
        "copied_manage", project / "manage.py"
    )
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
    (project / "requirements.lock").write_text("django==6.1.4\n")
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
    assert done.stdout == "-m pytest -n 2 --dist worksteal -k sign [/d]\n"


@pytest.mark.parametrize("chosen", [["-n", "4"], ["-n0"], ["--numprocesses=1"]])
def test_chosen_number_of_processes_stays(manage, chosen):
    assert manage.pytest_arguments([*chosen, "-x"]) == [*chosen, "-x"]


def test_missing_python_is_one_line(manage):
    with pytest.raises(SystemExit) as stopped:
        manage.find_python()
    assert stopped.value.code == (
        "Attest needs Python 3.12 or newer: apt-get install python3 python3-venv"
    )


@pytest.mark.parametrize("status", [1, 127])
def test_python_that_is_old_or_a_broken_shim_is_passed_over(manage, project, status):
    script(project / "tools" / "python", f"#!/bin/sh\nexit {status}\n")
    manage.candidates = lambda: [str(project / "tools" / "python"), sys.executable]
    assert Path(manage.find_python()).samefile(sys.executable)


def test_missing_venv_module_is_one_line(manage, project, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    python = script(project / "tools" / "python", '#!/bin/sh\n[ "$1" != -c ]\n')
    with pytest.raises(SystemExit) as stopped:
        manage.install(str(python))
    assert stopped.value.code == (
        "Attest needs Python's venv module: apt-get install python3-venv"
    )


def test_unreachable_registry_is_one_line_and_no_stamp(manage, project, monkeypatch):
    monkeypatch.setenv("UV_FAILS", "pip")
    script(project / "tools" / "python", FAKE_PYTHON.replace("exit 0", "exit 1"))
    with pytest.raises(SystemExit) as stopped:
        manage.make_venv()
    assert stopped.value.code == (
        "Attest could not install its packages (no network?). To see why: "
        f"{project}/.venv/bin/python -m pip install --disable-pip-version-check "
        f"--quiet --require-hashes -r {project}/requirements.lock"
    )
    assert not manage.is_installed()


def test_pip_installs_where_uv_fails(manage, project, monkeypatch):
    monkeypatch.setenv("UV_FAILS", "pip")
    script(project / "tools" / "python", FAKE_PYTHON)
    manage.make_venv()
    assert calls(project) == [*INSTALL, "python -m venv", "python -m pip"]
    assert manage.is_installed()


def test_unwritable_folder_is_one_line(manage, project):
    (project / ".venv.lock").mkdir()
    with pytest.raises(SystemExit) as stopped:
        manage.enter_venv([])
    assert stopped.value.code.startswith(f"Attest could not make {project}/.venv: ")
