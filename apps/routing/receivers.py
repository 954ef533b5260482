"""What routing does when lower apps have news."""

from apps.conversations import life
from apps.conversations.events import ConversationClosed
from apps.core.events import Event, subscribe
from apps.core.wake import wake
from apps.organizations.events import MembershipDeactivated, MembershipRoleChanged
from apps.organizations.models import Membership
from apps.organizations.permissions import Perm, has_perm
from apps.organizations.tenancy import tenant_scope
from apps.routing import clocks, reviewing
from apps.routing.services import return_to_queue
from apps.teams.events import AgentChanged, PresenceChanged, PromisesChanged, QueueChanged
from apps.teams.models import PresenceState

life.follow_events(clocks.followed)
life.follow_answers(clocks.answered)


@subscribe(MembershipDeactivated)
def give_back_conversations(event: MembershipDeactivated) -> None:
    """What a deactivated agent held goes back to the queues."""
    with tenant_scope(event.organization_id):
        return_to_queue(Membership.objects.get(pk=event.membership_id), reason="deactivated")


@subscribe(MembershipRoleChanged)
def give_back_what_may_not_be_answered(event: MembershipRoleChanged) -> None:
    """Who may not reply any more holds nothing."""
    with tenant_scope(event.organization_id):
        member = Membership.objects.get(pk=event.membership_id)
        if not has_perm(member, Perm.REPLY):
            return_to_queue(member, reason="role_changed")


@subscribe(PresenceChanged)
def give_to_who_came(event: PresenceChanged) -> None:
    if event.new == PresenceState.ONLINE:
        wake("routing.distribute")


def give_to_who_is_free(_event: Event) -> None:
    """Somebody has room, or may take what they could not take before."""
    wake("routing.distribute")


for _news in (ConversationClosed, AgentChanged, QueueChanged):
    subscribe(_news)(give_to_who_is_free)


@subscribe(QueueChanged)
def review_queue(event: QueueChanged) -> None:
    with tenant_scope(event.organization_id):
        reviewing.ask([event.queue_id])


@subscribe(PromisesChanged)
def review_all(event: PromisesChanged) -> None:
    with tenant_scope(event.organization_id):
        reviewing.ask()
