"""Redis as a cache, and gone in the middle: Attest works on, and counts on."""

import pickle
import time
from datetime import timedelta

import pytest
import redis
from django.core.cache import cache, caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from compliance.ground.web import redis_cache
from compliance.ground.web.circuit_breaker import CircuitBreaker
from compliance.models import Presence
from compliance.operations.monitoring import checks
from compliance.work.presence import cache as presence_cache
from tests.support.brokers import HOST, Broker, Proxy
from tests.support.costs import busy
from tests.support.factories import PASSWORD, make_assessment

pytestmark = pytest.mark.slow
DATABASE, PREFIX = 11, "attest-test-of-cache"


@pytest.fixture(scope="module")
def redis_port(tmp_path_factory):
    made = Broker(tmp_path_factory.mktemp("redis")).start()
    yield made.port
    made.kill()


@pytest.fixture
def direct(redis_port):
    client = redis.Redis(HOST, redis_port, DATABASE)
    yield client
    for key in client.scan_iter(match=f"{PREFIX}:*"):
        client.delete(key)


@pytest.fixture
def proxy(direct, redis_port, settings, tmp_path, monkeypatch):
    made = Proxy(redis_port)
    files = "django.core.cache.backends.filebased.FileBasedCache"
    settings.CACHES = {
        "default": {
            "BACKEND": "compliance.ground.web.redis_cache.GuardedRedisCache",
            "LOCATION": f"redis://{HOST}:{made.port}/{DATABASE}",
            "KEY_PREFIX": PREFIX,
        },
        "instead": {"BACKEND": files, "LOCATION": str(tmp_path / "cache")},
    }
    monkeypatch.setattr(redis_cache, "_breaker", CircuitBreaker())
    yield made
    made.shut()


def test_values_lie_in_redis_under_the_prefix(proxy, direct):
    cache.set("words", {"a": [1.5, "b"]}, 60)
    cache.add("count", 0, timeout=60)
    assert cache.incr("count") == 1
    assert cache.get("words") == {"a": [1.5, "b"]}
    assert cache.get_many(["words", "none"]) == {"words": {"a": [1.5, "b"]}}
    keys = {key.decode() for key in direct.scan_iter(match="*")}
    assert keys >= {f"{PREFIX}:1:words", f"{PREFIX}:1:count"}
    assert caches["instead"].get("words") is None


def test_clearing_leaves_what_others_keep_there(proxy, direct):
    direct.set("of-another-program", "stays")
    cache.set("mine", "x", 60)
    cache.clear()
    assert cache.get("mine") is None
    assert direct.getdel("of-another-program") == b"stays"


class Trap:
    """Reading it runs something."""

    def __reduce__(self):
        return (pytest.fail, ("a value of somebody else was run",))


def test_value_of_somebody_else_is_not_read(proxy, direct):
    key = f"{PREFIX}:1:trap"
    cache.set("trap", "mine", 60)
    own = direct.get(key)
    for data in (pickle.dumps(Trap()), b"x" * 32 + pickle.dumps(Trap()), b"", own[:-1]):
        direct.set(key, data)
        assert cache.get("trap", "none") == "none"
        assert cache.get_many(["trap"]) == {}
    direct.set(key, own)
    assert cache.get("trap") == "mine"


def test_value_copied_to_another_key_is_not_read(proxy, direct):
    cache.set("keys-of-acme", "of acme", 60)
    cache.add("keys-of-globex", "of globex", 60)
    cache.set_many({"keys-of-initech": "of initech"}, 60)
    for other in ("globex", "initech"):
        to = f"keys-of-{other}"
        assert cache.get(to) == f"of {other}"
        assert direct.copy(f"{PREFIX}:1:{to}", f"{PREFIX}:1:keys-of-acme", replace=True)
        assert cache.get("keys-of-acme") is None
        assert cache.get_many(["keys-of-acme", to]) == {to: f"of {other}"}
    assert direct.copy(f"{PREFIX}:1:keys-of-globex", f"{PREFIX}:2:keys-of-globex")
    assert cache.get("keys-of-globex", version=2) is None


def test_gone_in_the_middle_another_cache_goes_on(proxy):
    cache.set("count", 5, 60)
    proxy.shut()
    assert cache.get("count") is None
    assert cache.add("count", 0, timeout=60)
    assert [cache.incr("count") for _ in range(3)] == [1, 2, 3]
    assert caches["instead"].get("count") == 3


def test_nobody_waits_for_one_that_is_mute(proxy):
    cache.set("count", 5, 60)
    proxy.is_mute = True
    began = time.monotonic()
    assert cache.get("count") is None
    first = time.monotonic() - began
    for _ in range(50):
        cache.get("count")
    assert first < 2 * busy()
    assert time.monotonic() - began - first < 0.5 * busy()


def test_it_is_asked_again_after_a_rest(proxy, monkeypatch):
    cache.set("word", "there", 60)
    proxy.is_mute = True
    assert cache.get("word") is None
    proxy.is_mute = False
    assert cache.get("word") is None
    monkeypatch.setattr(redis_cache._breaker, "until", 0)
    assert cache.get("word") == "there"


def tries(client, password, count):
    form = {"login": "ada@example.org", "password": password}
    return [client.post("/accounts/login/", form).text for _ in range(count)]


def test_throttle_does_not_open_when_redis_is_killed(proxy, cast):
    client = Client()
    assert not any("Too many" in page for page in tries(client, "wrong", 9))
    proxy.shut()
    pages = tries(client, "wrong", 14)
    assert "Too many tries" in pages[-1]
    assert sum("do not go together" in page for page in pages) <= 10
    assert "Too many tries" in tries(client, PASSWORD, 1)[0]


def test_signing_in_works_without_redis(proxy, cast):
    proxy.shut()
    client = Client()
    form = {"login": "ada@example.org", "password": PASSWORD}
    assert client.post("/accounts/login/", form).status_code == 302
    assert client.get("/o/acme/").status_code == 200


@pytest.fixture
def in_redis(proxy, settings):
    settings.REDIS_URL = settings.CACHES["default"]["LOCATION"]
    return proxy


def look(client, assessment, **fields):
    place = f"/o/acme/assessments/{assessment.pk}/presence/"
    return client.post(place, fields)


def test_who_is_there_is_seen_through_redis_and_no_row_is_written(in_redis, cast, sign_in):
    here = make_assessment(cast.acme, cast.ada)
    answer = here.answers.first()
    look(sign_in(cast.con), here, answer=answer.pk)
    assert cast.con.name in look(sign_in(cast.ada), here).text
    assert not Presence.objects.exists()
    look(sign_in(cast.con), here)
    with CaptureQueriesContext(connection) as seen:
        look(sign_in(cast.con), here)
    assert not [one for one in seen if "compliance_presence" in one["sql"]]
    moment = timezone.now() + timedelta(seconds=5)
    presence_cache.forget(here.pk, cast.con.pk, moment)
    assert cast.con.name not in look(sign_in(cast.ada), here).text


def test_nobody_of_another_organisation_is_seen(in_redis, cast, sign_in):
    here = make_assessment(cast.acme, cast.ada)
    presence_cache.say(here.pk, cast.zoe.pk, None, timezone.now(), timedelta(seconds=70))
    assert cast.zoe.name not in look(sign_in(cast.ada), here).text


def test_without_redis_fewer_are_seen_and_the_page_works(in_redis, cast, sign_in):
    here = make_assessment(cast.acme, cast.ada)
    look(sign_in(cast.con), here)
    in_redis.shut()
    reply = look(sign_in(cast.ada), here)
    assert reply.status_code in {200, 204}
    assert cast.con.name not in reply.text
    look(sign_in(cast.con), here)
    assert cast.con.name in look(sign_in(cast.ada), here).text


def test_check_says_whether_redis_answers(in_redis):
    [check] = [one for one in checks.CHECKS if one.name == "redis"]
    assert check.measure() == 1
    in_redis.shut()
    assert check.measure() == 0
    assert not check.is_well(0.0)


def test_without_the_setting_there_is_nothing_to_measure():
    [check] = [one for one in checks.CHECKS if one.name == "redis"]
    assert check.measure() is None
    assert check.is_well(None)
