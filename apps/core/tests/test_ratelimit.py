import pytest
import redis

from apps.core import ratelimit
from apps.core.ids import uuid7
from apps.core.ratelimit import Limit, client_address, forgive, hit, set_headers


class Down:
    """A Redis that does not answer."""

    def eval(self, *args):
        raise redis.ConnectionError("down")

    zrem = eval


@pytest.fixture(params=["redis", "this process"])
def counter(request, monkeypatch):
    if request.param == "this process":
        monkeypatch.setattr(ratelimit, "connection", Down)
        monkeypatch.setattr(ratelimit, "_local", ratelimit._LocalCounter())


@pytest.mark.usefixtures("counter")
class TestEitherWay:
    def test_so_many_uses_are_allowed_and_no_more(self):
        limit, subject = Limit("t", 3, 60), uuid7()
        verdicts = [hit(limit, subject) for _ in range(5)]
        assert [verdict.allowed for verdict in verdicts] == [True, True, True, False, False]
        assert [verdict.remaining for verdict in verdicts] == [2, 1, 0, 0, 0]
        assert 58 <= verdicts[3].retry_after <= 60

    def test_subjects_and_limits_count_apart(self):
        one = Limit("a", 1, 60)
        first, second = uuid7(), uuid7()
        assert hit(one, first).allowed
        assert hit(one, second).allowed
        assert hit(Limit("b", 1, 60), first).allowed
        assert not hit(one, first).allowed

    def test_a_forgiven_use_is_free_again(self):
        limit, subject = Limit("t", 1, 60), uuid7()
        forgive(hit(limit, subject))
        assert hit(limit, subject).allowed

    def test_uses_older_than_the_window_do_not_count(self):
        limit, subject = Limit("t", 1, 0), uuid7()
        assert hit(limit, subject).allowed
        deadline = 200
        while not hit(limit, subject).allowed and deadline:
            deadline -= 1
        assert deadline


def test_memory_of_the_process_is_bounded(monkeypatch):
    monkeypatch.setattr(ratelimit, "_LOCAL_SUBJECTS", 3)
    local = ratelimit._LocalCounter()
    for number in range(10):
        local.hit(Limit("t", 1, 60), str(number), "use")
    assert len(local._uses) == 3


def test_subjects_are_not_stored_in_the_clear():
    assert "ana@example.com" not in hit(Limit("t", 1, 1), "ana@example.com").key


def test_the_answer_says_how_much_is_left():
    limit, subject = Limit("t", 1, 60), uuid7()
    allowed, refused = {}, {}
    set_headers(allowed, hit(limit, subject))
    set_headers(refused, hit(limit, subject))
    assert allowed == {"X-RateLimit-Limit": "1", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "0"}
    assert refused["Retry-After"] == refused["X-RateLimit-Reset"] == "60"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "remote", "expected"),
    [
        (0, "", "198.51.100.7", "198.51.100.7"),
        (0, "203.0.113.1", "198.51.100.7", "198.51.100.7"),
        (1, "10.0.0.1, 203.0.113.1", "127.0.0.1", "203.0.113.1"),
        (2, "203.0.113.1, 198.51.100.9", "127.0.0.1", "203.0.113.1"),
        (2, "203.0.113.1", "127.0.0.1", "127.0.0.1"),
        (1, "spoofed", "127.0.0.1", "unknown"),
        (0, "", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        (0, "", "::ffff:198.51.100.7", "198.51.100.7"),
        (0, "", "", "unknown"),
    ],
)
def test_the_callers_address_is_believed_from_trusted_proxies_only(rf, settings, proxies, forwarded, remote, expected):
    settings.TRUSTED_PROXIES = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    assert client_address(rf.get("/", headers=headers, REMOTE_ADDR=remote)) == expected
