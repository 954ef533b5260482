"""Reads of the console: numbers of today, first steps, what stands in the way of a change."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.console.page import zone_of
from apps.console.troubles import trouble_of
from apps.conversations.models import Conversation, Direction, Message, State
from apps.core.clock import now
from apps.organizations.models import Invitation, Membership, Organization
from apps.organizations.permissions import Perm
from apps.routing.models import NumberRoute
from apps.teams.forms import people_who_answer
from apps.teams.models import Department, MemberSkill, Queue
from apps.whatsapp.models import Number

QUEUES_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Today:
    """What the dashboard counts. Days are those of the company's time zone."""

    waiting: int
    open: int
    closed: int
    closed_by_me: int
    received: int
    sent: int
    longest_wait: datetime | None


def start_of_today(organization: Organization) -> datetime:
    return now().astimezone(zone_of(organization)).replace(hour=0, minute=0, second=0, microsecond=0)


def first_id_at(moment: datetime) -> UUID:
    """The smallest UUIDv7 of a moment: rows made since then are one range of the primary key."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)


def today(organization: Organization, membership: Membership) -> Today:
    """Three queries, whatever the size of the company."""
    since = start_of_today(organization)
    mine = Q(assignee=membership)
    live = Conversation.objects.filter(state__in=[State.QUEUED, State.OPEN]).aggregate(
        waiting=Count("pk", filter=Q(state=State.QUEUED)), open=Count("pk", filter=Q(state=State.OPEN))
    )
    closed = Conversation.objects.filter(closed_at__gte=since).aggregate(
        closed=Count("pk"), closed_by_me=Count("pk", filter=mine)
    )
    messages = Message.objects.filter(pk__gte=first_id_at(since)).aggregate(
        received=Count("pk", filter=Q(direction=Direction.IN)), sent=Count("pk", filter=Q(direction=Direction.OUT))
    )
    oldest = Conversation.objects.waiting().order_by("queued_at").values_list("queued_at", flat=True).first()
    return Today(**live, **closed, **messages, longest_wait=oldest)


@dataclass(frozen=True, slots=True)
class FirstStep:
    """One line of a new company's checklist."""

    key: str
    title: Promise
    text: Promise
    url_name: str
    perm: Perm
    done: bool


def first_steps() -> list[FirstStep]:
    """Ticked from data: nobody has to mark anything."""
    done = {
        "number": Number.objects.filter(is_active=True).exists(),
        "department": Department.objects.filter(is_active=True).exists(),
        "queue": Queue.objects.filter(is_active=True).exists(),
        "people": Membership.objects.all()[1:2].exists() or Invitation.objects.exists(),
        "message": Message.objects.filter(direction=Direction.OUT).exists(),
    }
    return [FirstStep(*step, done=done[step[0]]) for step in _STEPS]


_STEPS: list[tuple[str, Promise, Promise, str, Perm]] = [
    (
        "number",
        _("Connect a WhatsApp number"),
        _("Paste what Meta gives you; we check each part with you."),
        "number_connect",
        Perm.MANAGE_NUMBERS,
    ),
    (
        "department",
        _("Create a department"),
        _("Sales, support, finance: who answers what."),
        "department_new",
        Perm.MANAGE_TEAMS,
    ),
    ("queue", _("Create a queue"), _("Where conversations wait for an agent."), "queue_new", Perm.MANAGE_TEAMS),
    ("people", _("Invite your team"), _("They get an e-mail and choose a password."), "people", Perm.MANAGE_PEOPLE),
    (
        "message",
        _("Send a test message"),
        _("Write to your number from your phone and answer here."),
        "dashboard",
        Perm.USE_CONSOLE,
    ),
]


def queues_now() -> QuerySet[Queue]:
    """Active queues with how many wait in each, the fullest first: one query."""
    waiting = Count("conversations", filter=Q(conversations__state=State.QUEUED))
    queues = Queue.objects.filter(is_active=True).select_related("department").annotate(waiting_count=waiting)
    return queues.order_by("-waiting_count", "priority", "name")[:QUEUES_SHOWN]


def numbers_with_health() -> QuerySet[Number]:
    """Connected numbers with account and queue, in one query."""
    return (
        Number.objects.filter(is_active=True)
        .select_related("account", "route__queue__department")
        .order_by("label", "display_phone")
    )


def troubled(numbers: Iterable[Number]) -> list[Number]:
    """Those that a person should look at."""
    return [number for number in numbers if trouble_of(number)]


def queue_uses(queue: Queue) -> list[str]:
    """What would be left without a queue if it were deactivated, in words."""
    numbers = NumberRoute.objects.filter(queue=queue, number__is_active=True).count()
    waiting = Conversation.objects.live().filter(queue=queue).count()
    uses = []
    if overflowing := queue.overflows_from.filter(is_active=True).count():
        uses.append(ngettext("%d queue overflows to it", "%d queues overflow to it", overflowing) % overflowing)
    if numbers:
        uses.append(ngettext("%d number sends to it", "%d numbers send to it", numbers) % numbers)
    if waiting:
        uses.append(ngettext("%d conversation is in it", "%d conversations are in it", waiting) % waiting)
    return uses


def department_uses(department: Department) -> list[str]:
    queues = department.queues.filter(is_active=True).count()
    if not queues:
        return []
    return [ngettext("%d active queue belongs to it", "%d active queues belong to it", queues) % queues]


def people_rows() -> list[Any]:
    """Members by name, with their departments and how many live conversations they hold: two queries."""
    live = Count("conversations", filter=~Q(conversations__state=State.CLOSED), distinct=True)
    found = Membership.objects.select_related("user", "agent").prefetch_related("departments").annotate(live_count=live)
    return list(found.order_by("-is_active", "user__full_name", "pk"))


def agents_rows() -> list[Any]:
    """Who may answer, with presence, load, skills and departments: three queries."""
    open_now = Count("conversations", filter=Q(conversations__state=State.OPEN), distinct=True)
    skills = Prefetch("skills", MemberSkill.objects.select_related("skill").order_by("-level", "skill__name"))
    found = people_who_answer().select_related("agent").annotate(open_count=open_now)
    return list(found.prefetch_related("departments", skills))
