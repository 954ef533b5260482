"""What teams do when lower apps have news."""

from apps.core.events import subscribe
from apps.organizations.events import MembershipDeactivated, MembershipRoleChanged
from apps.organizations.permissions import Perm, roles_with
from apps.organizations.tenancy import tenant_scope
from apps.teams import services


@subscribe(MembershipDeactivated)
def sign_off(event: MembershipDeactivated) -> None:
    with tenant_scope(event.organization_id):
        services.sign_off(event.membership_id)


@subscribe(MembershipRoleChanged)
def sign_off_who_answers_no_more(event: MembershipRoleChanged) -> None:
    if event.new_role not in roles_with(Perm.REPLY):
        with tenant_scope(event.organization_id):
            services.sign_off(event.membership_id)
