"""What Meta refuses for a reason of the account or of a template is not tried again until the reason is gone."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.audit.services import record
from apps.core.clock import now
from apps.notifications.kinds import register
from apps.notifications.services import notify
from apps.organizations.models import Membership
from apps.organizations.permissions import Perm
from apps.organizations.selectors import members_who_may
from apps.whatsapp import template_sync
from apps.whatsapp.errors import policy_for
from apps.whatsapp.models import BusinessAccount, TemplateStop
from apps.whatsapp.payloads.account import normalise_language

PAID_STOPPED = "whatsapp.paid_stopped"

register(
    PAID_STOPPED,
    title=gettext_lazy("%(account)s can't send templates: Meta asks for something. Open it to see what to do."),
    label=gettext_lazy("Templates of an account were stopped"),
    icon="credit-card-off",
    tone="error",
    perm=Perm.MANAGE_NUMBERS,
)


@transaction.atomic
def stop_paid(account_id: UUID, code: int) -> None:
    """Nothing that costs goes out any more from the account; administrators are told when it begins."""
    account = BusinessAccount.objects.select_for_update().get(pk=account_id)
    begins = account.paid_stopped_at is None
    account.paid_stopped_at, account.paid_stop_code = account.paid_stopped_at or now(), code
    account.save(update_fields=["paid_stopped_at", "paid_stop_code"])
    if begins:
        url = reverse("console:numbers", kwargs={"slug": account.organization.slug})
        notify(kind=PAID_STOPPED, recipients=members_who_may(Perm.MANAGE_NUMBERS), url=url, account=str(account))


@transaction.atomic
def allow_paid(account: BusinessAccount, *, actor: Membership) -> None:
    """A person settled it with Meta: the next send shows whether that is so."""
    account.paid_stopped_at = account.paid_stop_code = None
    account.save(update_fields=["paid_stopped_at", "paid_stop_code"])
    record("account.paid_allowed", actor=actor, target=str(account))


def paid_sentence(account: BusinessAccount) -> str:
    """Why nothing that costs goes out, in the reader's language; empty when it does."""
    return str(policy_for(account.paid_stop_code).sentence) if account.paid_stop_code is not None else ""


@transaction.atomic
def stop_template(account_id: UUID, name: str, language: str, code: int) -> None:
    """The template is neither offered nor sent until Meta says something new of it; Meta is asked soon."""
    which: dict[str, Any] = {
        "account_id": account_id,
        "name": name[:512],
        "language": normalise_language(language)[:16],
    }
    TemplateStop.objects.update_or_create(**which, defaults={"code": code, "stopped_at": now()})
    account = BusinessAccount.objects.get(pk=account_id)
    template_sync.ask_soon(account)
    account.save(update_fields=["templates_due_at"])


@transaction.atomic
def allow_template(stop: TemplateStop, *, actor: Membership) -> None:
    """A person wants to try it again."""
    record("template.allowed", actor=actor, target=f"{stop.name} ({stop.language})")
    stop.delete()


def refusal_of(account_id: UUID, name: str, language: str) -> str:
    """Why a template may not be sent now, as a sentence; empty when it may."""
    account = BusinessAccount.objects.only("organization_id", "paid_stop_code").get(pk=account_id)
    if sentence := paid_sentence(account):
        return _("Templates are stopped for this account. %(why)s") % {"why": sentence}
    language = normalise_language(language)
    stop = TemplateStop.objects.filter(account=account_id, name=name, language=language).first()
    return _("This template is stopped. %(why)s") % {"why": stop.sentence} if stop else ""
