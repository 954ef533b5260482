"""How presence looks to a viewer, on pages and in pushes."""

from uuid import UUID

from django.template.loader import render_to_string
from django.utils import translation

from apps.core.realtime.rendering import Fragment, RenderClass, renders
from apps.organizations.models import Membership
from apps.organizations.tenancy import tenant_scope
from apps.teams.models import Agent, PresenceState


@renders("presence")
def presence_fragments(viewer: RenderClass, ids: dict[str, str], gone: bool) -> list[Fragment]:
    """The dot beside a name, and the person's own switch: each lands only where it is already shown."""
    with tenant_scope(viewer.organization_id), translation.override(viewer.language):
        membership = Membership.objects.select_related("organization").filter(pk=UUID(ids["membership"])).first()
        if membership is None or gone:
            return []
        context = {
            "membership": membership,
            "presence": presence_of(membership),
            "organization": membership.organization,
        }
        return [
            Fragment(f"presence-{membership.pk}", "", render_to_string("teams/_presence_dot.html", context).strip()),
            Fragment(f"my-presence-{membership.pk}", "", render_to_string("teams/_presence.html", context).strip()),
        ]


def presence_of(membership: Membership) -> Agent:
    """The member's row, or what stands for a missing one."""
    found = Agent.objects.filter(membership=membership).first()
    return found or Agent(membership=membership, chosen=PresenceState.ONLINE, presence=PresenceState.OFFLINE)
