"""Presence: what a person chose, what their sockets and hands say, and what follows from both."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.clock import now
from apps.core.events import publish
from apps.core.realtime import Push, push_all
from apps.organizations.models import Membership
from apps.organizations.tenancy import platform_scope, tenant_scope
from apps.teams.events import PresenceChanged
from apps.teams.models import Agent, OnlineSpan, PresenceState, TeamSettings
from apps.teams.models.agent import DEFAULT_CAPACITY, DEFAULT_IDLE_MINUTES

OFFLINE_AFTER = timedelta(seconds=60)
SEEN_EVERY = timedelta(seconds=15)
ACTIVE_EVERY = timedelta(seconds=20)
SWEPT = 5000


def team_settings() -> TeamSettings:
    """The company's defaults, saved or not."""
    return TeamSettings.objects.first() or TeamSettings(capacity=DEFAULT_CAPACITY, idle_minutes=DEFAULT_IDLE_MINUTES)


def presence_at(agent: Agent, at: datetime, idle_minutes: int) -> PresenceState:
    """What follows at a moment: offline without a socket for a minute, away after idle minutes, else as chosen."""
    if agent.chosen == PresenceState.OFFLINE or agent.last_seen_at is None or at - agent.last_seen_at > OFFLINE_AFTER:
        return PresenceState.OFFLINE
    idle = at - (agent.last_active_at or agent.last_seen_at)
    if agent.chosen == PresenceState.AWAY or idle >= timedelta(minutes=idle_minutes):
        return PresenceState.AWAY
    return PresenceState.ONLINE


@transaction.atomic
def set_presence(membership: Membership, state: str) -> Agent:
    """What the person chose; counts as being there. Raises ValidationError for an unknown state."""
    if state not in PresenceState.values:
        raise ValidationError(_("Choose online, away or offline."))
    agent = _locked(membership)
    agent.chosen = state
    agent.last_seen_at = agent.last_active_at = now()
    _settle(agent, team_settings().idle_minutes)
    return agent


@transaction.atomic
def seen(membership: Membership, *, active: bool) -> Agent:
    """A socket is there; `active`: and somebody did something. Cheap when that was known seconds ago."""
    agent = _locked(membership)
    moment = now()
    is_news = agent.last_seen_at is None or moment - agent.last_seen_at > SEEN_EVERY
    is_news |= active and (agent.last_active_at is None or moment - agent.last_active_at > ACTIVE_EVERY)
    if is_news:
        agent.last_seen_at = moment
        agent.last_active_at = moment if active else agent.last_active_at
        _settle(agent, team_settings().idle_minutes)
    return agent


def keep_seen(membership_ids: Collection[UUID]) -> None:
    """All who have a socket in one process, of all companies, in one statement."""
    with platform_scope(reason="a process has sockets of all tenants; rows are named by membership"):
        stale = Agent.objects.filter(membership__in=membership_ids, last_seen_at__lt=now() - SEEN_EVERY)
        stale.update(last_seen_at=now())


@transaction.atomic
def sign_off(membership_id: UUID) -> None:
    """Nobody is there any more, whatever was chosen: the membership has ended."""
    agent = Agent.objects.select_for_update().filter(membership=membership_id).first()
    if agent is not None:
        agent.last_seen_at = None
        _settle(agent, DEFAULT_IDLE_MINUTES)


def expire_presence() -> int:
    """Bring everybody's presence up to date with the clock; returns how many changed. Run by beat."""
    moment = now()
    with platform_scope(reason="the clock passes for all tenants alike"):
        idle = dict(TeamSettings.objects.values_list("organization_id", "idle_minutes"))
        here = Agent.objects.exclude(presence=PresenceState.OFFLINE)
        back = Agent.objects.filter(presence=PresenceState.OFFLINE, last_seen_at__gt=moment - OFFLINE_AFTER)
        rows = [*here[:SWEPT], *back[:SWEPT]]
    due = [row for row in rows if row.presence != presence_at(row, moment, _idle(idle, row))]
    return sum(_expire(row) for row in due)


def _idle(minutes: dict[UUID, int], agent: Agent) -> int:
    return minutes.get(agent.organization_id, DEFAULT_IDLE_MINUTES)


@transaction.atomic
def _expire(row: Agent) -> bool:
    """Under the row's lock, for the person may have come back since the look."""
    with tenant_scope(row.organization_id):
        agent = Agent.objects.select_for_update().filter(pk=row.pk).first()
        return agent is not None and _settle(agent, team_settings().idle_minutes)


def _locked(membership: Membership) -> Agent:
    agent = Agent.objects.select_for_update().filter(membership=membership).first()
    if agent is None:
        Agent.objects.bulk_create([Agent(membership=membership)], ignore_conflicts=True)  # another tab may be as fast
        agent = Agent.objects.select_for_update().get(membership=membership)
    return agent


def _settle(agent: Agent, idle_minutes: int) -> bool:
    """Store the row with the presence that follows; tell the world when it is another one."""
    old, agent.presence = agent.presence, presence_at(agent, now(), idle_minutes)
    if old != agent.presence:
        agent.presence_changed_at = now()
        _remember(agent)
        publish(PresenceChanged(agent.organization_id, agent.membership_id, old, agent.presence))
        push_presence(agent.organization_id, [agent.membership_id])
    agent.save(update_fields=["chosen", "presence", "presence_changed_at", "last_seen_at", "last_active_at"])
    return old != agent.presence


def _remember(agent: Agent) -> None:
    """Begin or end the time online that a change of presence is; the agent's row is locked."""
    if agent.presence == PresenceState.ONLINE:
        OnlineSpan.objects.get_or_create(
            membership_id=agent.membership_id, ended_at=None, defaults={"began_at": agent.presence_changed_at}
        )
    else:
        OnlineSpan.objects.filter(membership=agent.membership_id, ended_at=None).update(
            ended_at=agent.presence_changed_at
        )


def push_presence(organization_id: UUID, membership_ids: Iterable[UUID]) -> None:
    """Dots beside names, for whoever sees everything, and the switch on all of the person's own pages."""
    push_all(
        organization_id,
        [Push(frozenset({"all", f"member:{pk}"}), "presence", {"membership": str(pk)}) for pk in membership_ids],
    )
