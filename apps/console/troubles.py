"""What stands in the way of a number, in sentences, each with the step that mends it. The worst comes first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.clock import now
from apps.whatsapp import stops
from apps.whatsapp.models import BusinessAccount, Number

EXPIRES_SOON = timedelta(days=7)
Words = str | Promise


@dataclass(frozen=True, slots=True)
class Trouble:
    """`action` is a console page of the number (with `is_post`: something it does), `label` its name."""

    text: str
    is_grave: bool = False
    action: str = ""
    label: Words = ""
    is_post: bool = False


_REPLACE = gettext_lazy("Replace the token")


def troubles_of(number: Number) -> list[Trouble]:
    """All of them, from rows that `numbers_with_health` loads: no further query."""
    return [*_of_account(number.account), *_of_number(number)]


def trouble_of(number: Number) -> str:
    """The worst one as a sentence; empty when all is well."""
    return next((trouble.text for trouble in troubles_of(number)), "")


def _of_account(account: BusinessAccount) -> Iterator[Trouble]:
    if account.status == BusinessAccount.Status.ATTENTION:
        problem = account.problem or _("Meta refuses the access token of this account.")
        yield Trouble(problem, True, "number_token", _REPLACE)
    elif account.status == BusinessAccount.Status.DISCONNECTED:
        text = _("Meta disconnected this account from the app. Connect it again to send and receive.")
        yield Trouble(text, True, "number_token", _REPLACE)
    yield from _of_token(account)
    if paid := stops.paid_sentence(account):
        text = _("Templates are stopped for this account. %(why)s") % {"why": paid}
        yield Trouble(text, True, "number_allow_paid", _("It is settled: try again"), is_post=True)
    if account.restrictions:
        yield Trouble(_("Meta restricts what this account may do. See the reason in Meta's panel."))


def _of_token(account: BusinessAccount) -> Iterator[Trouble]:
    expires = account.token_expires_at
    if expires is None:
        return
    if expires <= now():
        yield Trouble(_("The access token has expired. Replace it to send again."), True, "number_token", _REPLACE)
    elif expires <= now() + EXPIRES_SOON:
        day = formats.date_format(timezone.localtime(expires), "SHORT_DATE_FORMAT")
        text = _("The access token expires on %(day)s. Replace it before, or the number stops.") % {"day": day}
        yield Trouble(text, action="number_token", label=_REPLACE)


def _of_number(number: Number) -> Iterator[Trouble]:
    if number.paused_until and number.paused_until > now():
        text = number.pause_reason or _("Sending is paused.")
        yield Trouble(text, action="number_resume", label=_("Resume"), is_post=True)
    if number.status and number.status != "CONNECTED":
        yield Trouble(_("Meta says the number is %(status)s.") % {"status": number.status})
    if number.quality == "RED":
        yield Trouble(_("Quality is low: Meta may restrict this number."), True)
    elif number.quality == "YELLOW":
        yield Trouble(
            _("Quality is medium: customers blocked or reported this number. Write only to who asked for it.")
        )
    if not hasattr(number, "route"):
        yield Trouble(_("No queue: what comes in waits without an owner."), action="number_queue", label=_("Choose"))
