"""What this app tells members."""

from django.utils.translation import gettext_lazy as _

from apps.notifications import kinds
from apps.organizations.permissions import Perm

kinds.register(
    "conversations.mention",
    title=_("%(who)s mentioned you: %(text)s"),
    icon="at",
    label=_("Somebody mentions me in a note"),
    perm=Perm.REPLY,
)
kinds.register(
    "conversations.returned",
    title=_("The conversation with %(contact)s is back%(reason)s"),
    icon="alarm",
    label=_("A snoozed conversation comes back"),
    perm=Perm.REPLY,
)
kinds.register(
    "conversations.not_sent",
    title=_("A scheduled message to %(contact)s was not sent: %(why)s"),
    icon="alert-triangle",
    label=_("A scheduled message was not sent"),
    tone="warning",
    perm=Perm.REPLY,
)
