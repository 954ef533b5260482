"""What teams do when lower apps have news."""

from apps.core.events import subscribe
from apps.organizations.events import MembershipDeactivated
from apps.organizations.tenancy import tenant_scope
from apps.teams import services


@subscribe(MembershipDeactivated)
def sign_off(event: MembershipDeactivated) -> None:
    with tenant_scope(event.organization_id):
        services.sign_off(event.membership_id)
