"""The guided connection: each check says what it found and what to do; what depends on a failure is not tried."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from django.utils import translation

from apps.whatsapp.connect.checks import STEPS, TITLES, run
from apps.whatsapp.connect.report import Check, Credentials, Report, Verdict
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
            "8001": GOOD_NUMBER | changes.get("number", {}) | changes.get("fresh", {}),
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


async def examine(meta: FakeMeta, report: Report | None = None) -> dict[str, Check]:
    """The checks in order, up to the first failure: as the page runs them."""
    report, found = report or Report(), {}
    for key in STEPS:
        found[key] = await run(key, CREDENTIALS, meta, report)
        if found[key].verdict is Verdict.FAILED:
            break
    return found


def test_every_check_has_a_title():
    assert set(STEPS) == set(TITLES)


async def test_all_checks_pass_and_the_app_token_asks_about_the_access_token():
    meta = FakeMeta()
    found = await examine(meta)
    assert {check.verdict for check in found.values()} == {Verdict.PASSED}
    assert list(found) == list(STEPS)
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
        ({"answers": {"7001/subscribed_apps": REFUSAL}}, "subscription"),
        ({"number": {"status": "PENDING"}}, "registration"),
        ({"number": {"code_verification_status": "NOT_VERIFIED"}}, "registration"),
        ({"answers": {"8001": REFUSAL}}, "registration"),
        ({"answers": {"7001": GraphError(NO_ANSWER, "timeout")}}, "account"),
    ],
)
async def test_a_failure_says_what_to_do(changes, failed):
    found = await examine(FakeMeta(**changes))
    assert list(found)[-1] == failed
    assert found[failed].verdict is Verdict.FAILED
    assert str(found[failed].found)
    assert str(found[failed].advice)


@pytest.mark.parametrize(
    ("changes", "warned"),
    [
        ({"account": {"account_review_status": "PENDING"}}, "account"),
        ({"number": {"name_status": "DECLINED"}}, "name"),
        ({"number": {"quality_rating": "RED"}}, "quality"),
    ],
)
async def test_a_warning_does_not_stop_the_connection(changes, warned):
    found = await examine(FakeMeta(**changes))
    assert found[warned].verdict is Verdict.WARNING
    assert list(found) == list(STEPS)


async def test_a_repeated_check_of_the_number_asks_meta_anew():
    report = Report()
    await examine(FakeMeta(number={"status": "PENDING"}), report)
    again = await run("registration", CREDENTIALS, FakeMeta(), report)
    assert again.verdict is Verdict.PASSED
    assert report.number["status"] == "CONNECTED"


@pytest.mark.parametrize(
    ("tier", "said", "advised"),
    [("TIER_250", "250 new", True), ("TIER_2K", "2,000 new", False), ("TIER_UNLIMITED", "Unlimited", False)],
)
async def test_the_limit_is_told_in_people_a_day(tier, said, advised):
    with translation.override("en"):
        found = await examine(FakeMeta(number={"whatsapp_business_manager_messaging_limit": tier}))
    assert said in str(found["tier"].found)
    assert bool(found["tier"].advice) == advised


@pytest.mark.parametrize(
    ("owner", "portfolio"),
    [({"id": "5069"}, "5069"), ({"id": "no digits"}, ""), (["5069"], ""), (None, ""), ({"id": "5" * 40}, "")],
)
async def test_the_portfolio_is_learnt_from_the_accounts_owner(owner, portfolio):
    report = Report()
    await examine(FakeMeta(account={"owner_business_info": owner}), report)
    assert report.portfolio_id == portfolio


async def test_an_owner_that_may_not_be_seen_is_no_failure():
    class Shy(FakeMeta):
        async def get(self, *path: str, **params: str) -> dict[str, Any]:
            if params.get("fields") == "owner_business_info":
                raise REFUSAL
            return await super().get(*path, **params)

    report = Report()
    assert (await examine(Shy(), report))["account"].verdict is Verdict.PASSED
    assert report.portfolio_id == ""


@pytest.mark.parametrize(("days", "verdict"), [(60, Verdict.PASSED), (3, Verdict.WARNING)])
async def test_a_token_that_expires_soon_is_told(days, verdict):
    report = Report()
    with time_machine.travel(NOW, tick=False):
        expires = NOW + timedelta(days=days)
        found = await examine(FakeMeta(token={"expires_at": int(expires.timestamp())}), report)
    assert found["token"].verdict is verdict
    assert report.token_expires_at == expires


@pytest.mark.parametrize("odd", ["soon", 10**20, [], {}])
async def test_an_odd_expiry_date_counts_as_unknown(odd):
    report = Report()
    await examine(FakeMeta(token={"expires_at": odd}), report)
    assert report.token_expires_at is None


async def test_a_wrong_number_id_lists_the_numbers_of_the_account():
    found = await examine(FakeMeta(number={"id": "8999"}))
    assert "8999" in str(found["number"].found)


def test_credentials_never_print_themselves():
    assert "hush" not in repr(CREDENTIALS)
    assert "EAAtoken" not in f"{CREDENTIALS}"
