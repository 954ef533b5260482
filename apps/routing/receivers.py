"""What routing does when lower apps have news."""

from apps.core.events import subscribe
from apps.organizations.events import MembershipDeactivated
from apps.organizations.models import Membership
from apps.organizations.tenancy import tenant_scope
from apps.routing.services import return_to_queue


@subscribe(MembershipDeactivated)
def give_back_conversations(event: MembershipDeactivated) -> None:
    """What a deactivated agent held goes back to the queues."""
    with tenant_scope(event.organization_id):
        return_to_queue(Membership.objects.get(pk=event.membership_id), reason="deactivated")
