"""An account that stopped working: marked once, and told to those who can mend it."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.notifications.kinds import register
from apps.notifications.services import notify
from apps.organizations.permissions import Perm
from apps.organizations.selectors import members_who_may
from apps.whatsapp.models import BusinessAccount

STOPPED = "whatsapp.stopped"

register(
    STOPPED,
    title=_("%(account)s stopped sending on WhatsApp. Open it to see what to do."),
    label=_("A number stopped sending"),
    icon="plug-connected-x",
    tone="error",
    perm=Perm.MANAGE_NUMBERS,
)


def needs_attention(account: BusinessAccount, problem: str) -> None:
    """Note what is wrong (a sentence). Administrators are told when it begins, not at every further refusal."""
    waiting = BusinessAccount.objects.select_for_update().filter(pk=account.pk)
    was_well = waiting.exclude(status=BusinessAccount.Status.ATTENTION).exists()
    account.status, account.problem = BusinessAccount.Status.ATTENTION, problem[:300]
    account.save(update_fields=["status", "problem"])
    if was_well:
        _tell(account)


def _tell(account: BusinessAccount) -> None:
    url = reverse("console:numbers", kwargs={"slug": account.organization.slug})
    notify(kind=STOPPED, recipients=members_who_may(Perm.MANAGE_NUMBERS), url=url, account=str(account))
