"""A workplace goes with whoever worked there, and takes along what no row names."""

import os
import signal

from compliance.ground.web.staging import put, sweep, workplace


def never(name):
    return False


def names(shelf):
    return sorted(path.name for path in shelf.iterdir())


def killed(shelf, act):
    """A process dies in its workplace after an act."""
    child = os.fork()
    if not child:
        with workplace(shelf, never) as desk:
            act(desk)
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)


def finish(desk):
    (desk / "draft").write_text("whole")
    put(desk / "draft", "file")


def test_file_that_a_row_names_stays(tmp_path):
    with workplace(tmp_path, {"file"}.__contains__) as desk:
        finish(desk)
    assert names(tmp_path) == ["file"]
    assert (tmp_path / "file").read_text() == "whole"


def test_file_that_no_row_names_goes_with_the_workplace(tmp_path):
    (tmp_path / "of another").write_text("x")
    with workplace(tmp_path, never) as desk:
        finish(desk)
    assert names(tmp_path) == ["of another"]


def test_what_a_killed_process_left_goes_and_work_goes_on(tmp_path):
    with workplace(tmp_path, never) as alive:
        killed(tmp_path, lambda desk: (desk / "half").write_text("ha"))
        killed(tmp_path, finish)  # its workplace takes the first one's away
        assert len(names(tmp_path)) == 3
        assert sweep(tmp_path, never) == 1
        assert names(tmp_path) == [alive.name]


def test_killed_after_its_row_was_written_the_file_stays(tmp_path):
    killed(tmp_path, finish)
    assert sweep(tmp_path, {"file"}.__contains__) == 1
    assert names(tmp_path) == ["file"]


def test_file_that_another_has_just_put_stays(tmp_path):
    killed(tmp_path, finish)
    with workplace(tmp_path, {"file"}.__contains__) as desk:
        finish(desk)
        killed(tmp_path, finish)
        assert sweep(tmp_path, never) == 1
        assert (tmp_path / "file").read_text() == "whole"
