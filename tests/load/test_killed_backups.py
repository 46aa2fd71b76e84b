"""Backup, restore and removal are killed: a backup is whole or not there, so is what it restores."""

import pytest

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("step", [120, pytest.param(3, marks=[pytest.mark.long], id="each")])
def test_a_killed_backup_leaves_none_and_a_killed_restore_nothing(prepared, make_site, step):
    folder = prepared.folder / "backups"
    folder.mkdir(exist_ok=True)
    path = folder / "killed.zip"
    outcome = prepared.ask("backup", path, step // 3, module="backing")
    print(outcome)  # noqa: T201
    assert outcome["faults"] == []
    assert outcome["left"] == []
    assert outcome["kills"] >= 2
    outcome = prepared.ask("remove", path, 1, module="backing")
    print(outcome)  # noqa: T201
    assert outcome["faults"] == []
    assert outcome["kills"] >= 3
    target = make_site()
    outcome = target.ask("restore", path, step, module="backing")
    print(outcome)  # noqa: T201
    assert outcome["faults"] == []
    assert outcome["kills"] >= 2
    assert outcome["rows"] > 200
