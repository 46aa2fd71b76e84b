"""Workers by Celery on a real broker: killed, parted from it, and many."""

import time

import pytest

from tests.load.crew import Crew, asking, ended
from tests.load.serving import Site
from tests.support.brokers import Broker
from tests.support.costs import busy

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    made = Broker(tmp_path_factory.mktemp("broker"))
    yield made.start()
    made.kill()


@pytest.fixture(scope="module")
def site(tmp_path_factory, new_database, broker):
    folder = tmp_path_factory.mktemp("site")
    made = Site(folder, new_database(folder))
    made.environment |= {"ATTEST_TASKS_URL": broker.url, "ATTEST_LOG_LEVEL": "INFO"}
    return made


@pytest.fixture(scope="module")
def asker(site):
    with asking(site) as ask:
        yield ask


@pytest.fixture(scope="module")
def assessment(asker):
    return asker("seed", 4, 1, 1)["assessment"]


@pytest.fixture(scope="module")
def long(asker):
    """An assessment whose report has so many pieces that a helper comes in time."""
    return asker("seed", 60, 1, 1)["assessment"]


@pytest.fixture
def crew(site, asker):
    made = Crew(site, asker)
    yield made
    made.stop()


def test_worker_killed_in_a_report_leaves_it_to_the_other(crew, assessment):
    first, _ = crew.start("--processes=1"), crew.start("--processes=1")
    crew.ask("begin", assessment, 2, 2, first.pid)
    state = ended(crew, 2)
    assert (state["tries"], state["workers"]) == ([1, 2], 1)


@pytest.mark.long
def test_reports_asked_for_without_a_broker_are_made_when_it_is_back(crew, broker, assessment):
    crew.start("--processes=2")
    crew.ask("begin", assessment, 1, 1)
    broker.kill()
    assert crew.ask("ask", assessment, 2) < 2 * busy()  # seconds that a person waits
    broker.start()
    assert ended(crew, 3)["tries"] == [1, 1, 1]


@pytest.mark.long
def test_report_over_its_time_is_ended_in_words(crew, assessment):
    crew.given |= {
        "REPORT_SECONDS_OF_TESTS": "60",
        "TASK_SECONDS_OF_TESTS": "1",
    }
    crew.start("--processes=1")
    crew.ask("begin", assessment, 1, 1)
    crew.ask("wait", 30)
    state = crew.ask("state")
    assert (state["ends"], state["strays"]) == ({"failed": 1}, [])
    assert "took longer than" in state["problems"][0]


@pytest.mark.long
def test_mail_waits_behind_no_report_and_a_report_nobody_wants_ends_at_once(crew, assessment):
    crew.given["REPORT_SECONDS_OF_TESTS"] = "60"
    crew.start("--queue=default", "--processes=1")
    crew.start("--queue=quick", "--processes=1")
    crew.ask("forge")  # which ends no worker
    crew.ask("begin", assessment, 1, 1)
    assert crew.ask("write", "ada@example.org") < 10 * busy()
    assert crew.ask("cancel") < 2 * busy()
    assert crew.ask("state")["ends"] == {"cancelled": 1}
    assert [worker.poll() for worker in crew.workers] == [None, None]


@pytest.mark.long
def test_two_hundred_reports_while_workers_and_broker_are_killed(crew, broker, assessment):
    crew.given["REPORT_SECONDS_OF_TESTS"] = "1"
    for _ in range(3):
        crew.start("--processes=1")
    crew.ask("begin", assessment, 200, 3)
    for at in range(6):
        time.sleep(8)
        crew.kill(crew.workers[-3])
        crew.start("--processes=1")
        if at % 2:
            broker.kill()
            time.sleep(3)
            broker.start()
    ended(crew, 200)


@pytest.mark.long
def test_pieces_of_a_long_report_go_to_several_workers(crew, long):
    for _ in range(3):
        crew.start("--processes=1", work="lay_out")
    crew.ask("begin", long, 1, 1)
    ended(crew, 1)
    count, is_maker_among = crew.ask("holders")
    assert count > 1
    assert is_maker_among


@pytest.mark.long
def test_piece_of_a_killed_worker_is_made_by_the_report_s_own(crew, long):
    makers = [crew.start("--processes=1", work="lay_out")]
    crew.ask("begin", long, 1, 1)
    helper = crew.start("--processes=1", work="lay_out")
    assert crew.ask("kill_helper", helper.pid)
    state = ended(crew, 1)
    assert state["tries"] == [1]
    assert makers[0].poll() is None


@pytest.mark.long
def test_maker_that_is_killed_leaves_the_report_to_a_helper(crew, long):
    maker = crew.start("--processes=1", work="lay_out")
    crew.ask("begin", long, 1, 1)
    crew.start("--processes=1", work="lay_out")
    assert crew.ask("kill_helper", maker.pid)
    assert ended(crew, 1)["tries"] == [2]
