"""How often a stranger may try."""

from django.core.exceptions import ValidationError
from django.utils.translation import ngettext

from apps.core.ratelimit import Limit, Verdict, hit

LOGIN_BY_ACCOUNT = Limit("login-account", times=5, seconds=60)
LOGIN_BY_ADDRESS = Limit("login-address", times=5, seconds=60)
REGISTER_BY_ADDRESS = Limit("register", times=3, seconds=3600)
RESET_BY_ACCOUNT = Limit("reset-account", times=3, seconds=3600)
RESET_BY_ADDRESS = Limit("reset-address", times=10, seconds=3600)
CHANGE_BY_ACCOUNT = Limit("password-change", times=5, seconds=60)


class TooManyAttempts(ValidationError):
    """One sentence that says when to try again; `verdict` is the refusal."""

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict
        minutes = max(1, -(-verdict.retry_after // 60))
        sentence = ngettext(
            "Too many attempts. Wait %(minutes)d minute and try again.",
            "Too many attempts. Wait %(minutes)d minutes and try again.",
            minutes,
        )
        super().__init__(sentence, code="rate_limited", params={"minutes": minutes})


def guard(*uses: tuple[Limit, object]) -> list[Verdict]:
    """Count one use of each limit; raises TooManyAttempts at the first refusal."""
    verdicts = []
    for limit, subject in uses:
        verdict = hit(limit, subject)
        if not verdict.allowed:
            raise TooManyAttempts(verdict)
        verdicts.append(verdict)
    return verdicts
