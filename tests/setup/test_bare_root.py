"""The two commands of the README on a machine that has Python and nothing else."""

import pytest

from tests.support.bare_root import bare_root, demo_with_report, inside

pytestmark = [pytest.mark.long, pytest.mark.needs("mmdebstrap")]


def test_demo_makes_a_report_and_the_tests_bring_their_programs(tmp_path):
    tests = "tests/browser/test_weight.py tests/proof/press/test_sealing.py"
    with bare_root(tmp_path) as root:
        demo_with_report(root)
        printed = inside(root, f"python3 manage.py test {tests} --yes")
    assert " passed" in printed
    assert "skipped" not in printed
