"""The guided connection: each check says what it found and what to do; what depends on a failure is not tried."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from apps.whatsapp.connect.checks import examine
from apps.whatsapp.connect.report import Credentials, Report, Verdict
from apps.whatsapp.errors import NO_ANSWER, GraphError

CREDENTIALS = Credentials("7001", "8001", "123456", "hush", "EAAtoken")
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
GOOD_NUMBER = {
    "id": "8001",
    "display_phone_number": "+55 11 99999-0000",
    "verified_name": "Acme",
    "name_status": "APPROVED",
    "status": "CONNECTED",
    "code_verification_status": "VERIFIED",
    "quality_rating": "GREEN",
}


class FakeMeta:
    """Answers by path; an exception in an answer is raised."""

    def __init__(self, **changes: Any) -> None:
        token = {"app_id": "123456", "is_valid": True, "expires_at": 0, "scopes": SCOPES} | changes.get("token", {})
        self.answers: dict[str, Any] = {
            "debug_token": {"data": token},
            "7001": {"id": "7001", "name": "Acme", "account_review_status": "APPROVED"} | changes.get("account", {}),
            "7001/phone_numbers": {"data": [GOOD_NUMBER | changes.get("number", {})]},
            "7001/subscribed_apps": {"success": True},
        } | changes.get("answers", {})
        self.asked: list[tuple[str, str]] = []

    def __call__(self, token: str) -> "FakeMeta":
        self.token = token
        return self

    async def get(self, *path: str, **params: str) -> dict[str, Any]:
        return self._answer("/".join(path))

    async def post(self, *path: str) -> dict[str, Any]:
        return self._answer("/".join(path))

    async def delete(self, *path: str) -> dict[str, Any]:
        return self._answer("/".join(path))

    def _answer(self, path: str) -> dict[str, Any]:
        self.asked.append((path, self.token))
        answer = self.answers[path]
        if isinstance(answer, Exception):
            raise answer
        return dict(answer)


SCOPES = ["whatsapp_business_messaging", "whatsapp_business_management"]
REFUSAL = GraphError(190, "Invalid OAuth access token", http_status=401)


def verdicts(report: Report) -> dict[str, str]:
    return {check.key: check.verdict.value for check in report.checks}


async def test_all_checks_pass_and_the_app_token_asks_about_the_access_token():
    meta = FakeMeta()
    report = await examine(CREDENTIALS, meta)
    assert set(verdicts(report).values()) == {"passed"}
    assert not report.blocked
    assert report.passed_count == 7
    assert meta.asked[0] == ("debug_token", "123456|hush")
    assert all(token == "EAAtoken" for _path, token in meta.asked[1:])


@pytest.mark.parametrize(
    ("changes", "failed"),
    [
        ({"token": {"is_valid": False}}, "token"),
        ({"token": {"app_id": "999"}}, "token"),
        ({"token": {"scopes": SCOPES[:1]}}, "token"),
        ({"answers": {"debug_token": REFUSAL}}, "token"),
        ({"answers": {"7001": REFUSAL}}, "account"),
        ({"answers": {"7001/phone_numbers": {"data": []}}}, "number"),
        ({"number": {"id": "8999"}}, "number"),
        ({"number": {"status": "PENDING"}}, "registration"),
        ({"number": {"code_verification_status": "NOT_VERIFIED"}}, "registration"),
        ({"answers": {"7001/subscribed_apps": REFUSAL}}, "subscription"),
        ({"answers": {"7001": GraphError(NO_ANSWER, "timeout")}}, "account"),
    ],
)
async def test_a_failure_says_what_to_do_and_stops_what_depends_on_it(changes, failed):
    meta = FakeMeta(**changes)
    report = await examine(CREDENTIALS, meta)
    found = verdicts(report)
    keys = list(found)
    assert found[failed] == "failed"
    assert report.blocked
    assert all(found[key] == "skipped" for key in keys[keys.index(failed) + 1 :])
    check = report.checks[keys.index(failed)]
    assert str(check.found)
    assert str(check.advice)


@pytest.mark.parametrize(
    ("changes", "warned"),
    [
        ({"account": {"account_review_status": "PENDING"}}, "account"),
        ({"number": {"name_status": "DECLINED"}}, "name"),
        ({"number": {"quality_rating": "RED"}}, "quality"),
    ],
)
async def test_a_warning_does_not_stop_the_connection(changes, warned):
    report = await examine(CREDENTIALS, FakeMeta(**changes))
    assert verdicts(report)[warned] == "warning"
    assert not report.blocked


@pytest.mark.parametrize(("days", "verdict"), [(60, Verdict.PASSED), (3, Verdict.WARNING)])
async def test_a_token_that_expires_soon_is_told(days, verdict):
    with time_machine.travel(NOW, tick=False):
        expires = NOW + timedelta(days=days)
        report = await examine(CREDENTIALS, FakeMeta(token={"expires_at": int(expires.timestamp())}))
    assert report.checks[0].verdict is verdict
    assert report.token_expires_at == expires


@pytest.mark.parametrize("odd", ["soon", 10**20, [], {}])
async def test_an_odd_expiry_date_counts_as_unknown(odd):
    report = await examine(CREDENTIALS, FakeMeta(token={"expires_at": odd}))
    assert report.token_expires_at is None


async def test_a_wrong_number_id_lists_the_numbers_of_the_account():
    report = await examine(CREDENTIALS, FakeMeta(number={"id": "8999"}))
    assert "8999" in str(report.checks[2].found)


def test_credentials_never_print_themselves():
    assert "hush" not in repr(CREDENTIALS)
    assert "EAAtoken" not in f"{CREDENTIALS}"
