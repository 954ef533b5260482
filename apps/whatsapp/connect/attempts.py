"""A connection under way, kept as a row: its checks run one by one, and go on after any interruption."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.dateparse import parse_datetime

from apps.core.clock import now
from apps.core.text import clean_text
from apps.organizations.models import Membership
from apps.organizations.tenancy import platform_scope
from apps.whatsapp.connect import numbers
from apps.whatsapp.connect.checks import STEPS, TITLES
from apps.whatsapp.connect.report import Check, Credentials, Report, Verdict, Words
from apps.whatsapp.models import ConnectionAttempt, Number

GOOD = (Verdict.PASSED, Verdict.WARNING)
KEPT = timedelta(days=7)
RESUMABLE = timedelta(days=1)
LONGEST = 500


@dataclass(frozen=True, slots=True)
class Line:
    """One check on the screen. `is_next`: it runs now; `may_repeat`: a person may ask for it again."""

    key: str
    title: Words
    verdict: Verdict
    found: str
    advice: str
    is_next: bool
    may_repeat: bool


def begin(credentials: Credentials, *, actor: Membership, number: Number | None = None) -> ConnectionAttempt:
    """Keep what was pasted, secrets sealed; with a number, its account's token is to be replaced."""
    attempt = ConnectionAttempt(started_by=actor, number=number, replaces_token=number is not None)
    _fill(attempt, credentials)
    attempt.save()
    return attempt


def change(attempt: ConnectionAttempt, credentials: Credentials) -> None:
    """Other values: every check begins anew, and one that is still running with the old values counts no more."""
    _fill(attempt, credentials)
    attempt.revision += 1
    attempt.findings, attempt.learnt = {}, {}
    attempt.save()


def _fill(attempt: ConnectionAttempt, credentials: Credentials) -> None:
    attempt.waba_id, attempt.phone_number_id = credentials.waba_id, credentials.phone_number_id
    attempt.app_id, attempt.app_secret = credentials.app_id, credentials.app_secret
    attempt.access_token = credentials.access_token


def credentials_of(attempt: ConnectionAttempt) -> Credentials:
    return Credentials(
        waba_id=attempt.waba_id,
        phone_number_id=attempt.phone_number_id,
        app_id=attempt.app_id,
        app_secret=attempt.app_secret.reveal(),
        access_token=attempt.access_token.reveal(),
    )


def unfinished_of(member: Membership) -> ConnectionAttempt | None:
    """The member's own newest connection that may go on."""
    waiting = ConnectionAttempt.objects.filter(started_by=member, finished_at=None, replaces_token=False)
    return waiting.filter(created_at__gt=now() - RESUMABLE).order_by("-id").first()


def next_key(attempt: ConnectionAttempt) -> str:
    """The check that is to run; empty when a failure stands in the way, or nothing is left."""
    for key in STEPS:
        found = attempt.findings.get(key)
        if found is None:
            return key
        if found["verdict"] == Verdict.FAILED:
            return ""
    return ""


def is_complete(attempt: ConnectionAttempt) -> bool:
    return all(attempt.findings.get(key, {}).get("verdict") in GOOD for key in STEPS)


def may_run(attempt: ConnectionAttempt, key: str) -> bool:
    """The next check, or one that ran before."""
    return attempt.finished_at is None and (key == next_key(attempt) or key in attempt.findings)


def lines(attempt: ConnectionAttempt) -> list[Line]:
    following = "" if attempt.finished_at else next_key(attempt)
    return [_line(attempt, key, following) for key in STEPS]


def _line(attempt: ConnectionAttempt, key: str, following: str) -> Line:
    found = attempt.findings.get(key) or {}
    verdict = Verdict(found.get("verdict", Verdict.WAITING))
    may_repeat = attempt.finished_at is None and verdict in (Verdict.FAILED, Verdict.WARNING)
    texts = {name: found.get(name, "") for name in ("found", "advice")}
    return Line(key, TITLES[key], verdict, **texts, is_next=key == following, may_repeat=may_repeat)


def report_of(attempt: ConnectionAttempt) -> Report:
    """What the checks so far learned."""
    learnt = attempt.learnt
    expires: datetime | None = parse_datetime(learnt.get("token_expires_at") or "")
    return Report(expires, learnt.get("portfolio_id", ""), learnt.get("account", {}), learnt.get("number", {}))


@transaction.atomic
def note(attempt: ConnectionAttempt, check: Check, report: Report) -> ConnectionAttempt:
    """Keep what a check found, unless the values were changed while it ran; returns the row as it is now."""
    fresh = ConnectionAttempt.objects.select_for_update().get(pk=attempt.pk)
    if fresh.revision != attempt.revision or fresh.finished_at:
        return fresh
    found = {"found": str(check.found), "advice": str(check.advice)}
    kept = {name: clean_text(text)[:LONGEST] for name, text in found.items()}
    fresh.findings = {**fresh.findings, check.key: {"verdict": check.verdict.value, **kept}}
    fresh.learnt = {**fresh.learnt, **_learnt(report)}
    fresh.save(update_fields=["findings", "learnt"])
    return fresh


def _learnt(report: Report) -> dict[str, Any]:
    expires = report.token_expires_at.isoformat() if report.token_expires_at else ""
    told = {"account": _texts(report.account), "number": _texts(report.number)}
    return {"token_expires_at": expires, "portfolio_id": report.portfolio_id, **told}


def _texts(told: Mapping[str, Any]) -> dict[str, Any]:
    """Meta's words that can be stored: texts, one level deep."""
    found: dict[str, Any] = {}
    for name, value in told.items():
        if isinstance(value, str):
            found[name] = clean_text(value)[:LONGEST]
        elif isinstance(value, Mapping):
            found[name] = {key: clean_text(text)[:LONGEST] for key, text in value.items() if isinstance(text, str)}
    return found


@transaction.atomic
def finish(attempt: ConnectionAttempt, *, actor: Membership) -> Number:
    """Every check is well: connect the number (or use the new token), and forget the pasted secrets.

    Raises TakenElsewhere when another company was faster.
    """
    credentials, report = credentials_of(attempt), report_of(attempt)
    if attempt.number is not None and attempt.replaces_token:
        number = attempt.number
        numbers.replace_token(number, credentials, report, actor=actor)
    else:
        number = numbers.keep(credentials, report, actor=actor)
    attempt.number, attempt.finished_at = number, now()
    attempt.app_secret = attempt.access_token = ""
    attempt.save()
    return number


def forget_old() -> int:
    """Connections that nobody finished go after a week, with the secrets in them."""
    with platform_scope(reason="abandoned connections of all tenants are forgotten together"):
        return ConnectionAttempt.objects.filter(created_at__lt=now() - KEPT).delete()[0]
