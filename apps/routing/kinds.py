"""What routing tells members."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.conversations.addresses import page_of
from apps.conversations.models import Conversation
from apps.notifications import kinds
from apps.notifications.services import notify
from apps.organizations.models import Membership, Organization
from apps.organizations.permissions import Perm
from apps.routing.models import SlaClock

kinds.register(
    "routing.assigned",
    title=_("The conversation with %(contact)s is yours now%(by)s"),
    icon="user-plus",
    label=_("A conversation is assigned to me"),
    perm=Perm.REPLY,
)
kinds.register(
    "routing.sla_risk",
    title=_("SLA at risk: %(contact)s waits in %(queue)s, due at %(due)s"),
    icon="clock-exclamation",
    label=_("An SLA is at risk"),
    tone="warning",
    perm=Perm.REPLY,
)
kinds.register(
    "routing.sla_breach",
    title=_("SLA broken: %(contact)s is still waiting in %(queue)s, due since %(due)s"),
    icon="alarm",
    label=_("An SLA is broken"),
    tone="error",
    perm=Perm.REPLY,
)
kinds.register(
    "routing.sla_many",
    title=_("SLA: %(risk)s at risk and %(breached)s broken at the same time. See all of them."),
    icon="clock-exclamation",
    label=_("Many SLAs at once"),
    tone="error",
    perm=Perm.ASSIGN,
)


def tell_assigned(conversation: Conversation, to: Membership, actor: Membership | None) -> None:
    """Somebody else, or the queue's rules, gave it to them."""
    notify(
        kind="routing.assigned",
        recipients=[to],
        url=page_of(to.organization.slug, conversation.pk),
        contact=conversation.contact.display_name,
        by=f" ({actor.name})" if actor else "",
    )


def tell_alarm(clock: SlaClock, recipients: Iterable[Membership], organization: Organization, due: str) -> None:
    notify(
        kind="routing.sla_breach" if clock.breached_at else "routing.sla_risk",
        recipients=recipients,
        url=page_of(organization.slug, clock.conversation_id),
        contact=clock.conversation.contact.display_name,
        queue=clock.queue.name,
        due=due,
    )


def tell_many(recipients: Iterable[Membership], organization: Organization, risk: int, breached: int) -> None:
    """One word about many alarms: to whoever leads, where all of them are listed."""
    url = reverse("console:sla_alerts", kwargs={"slug": organization.slug})
    notify(kind="routing.sla_many", recipients=recipients, url=url, risk=str(risk), breached=str(breached))
