"""Telling members something, and what they do with it. All of it in the scope of their organisation."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db import transaction

from apps.core.clock import now
from apps.core.compiled import prepared
from apps.core.realtime import Push, push_all
from apps.core.text import clean_text
from apps.notifications.kinds import kind_of, kinds_for
from apps.notifications.models import Notification, Preference
from apps.organizations.models import Membership
from apps.organizations.tenancy import current_organization_id

Channel = Preference.Channel
ARG_LENGTH = 200
_OFF = """
SELECT membership_id, channel FROM notifications_preference
WHERE organization_id = %s AND kind = %s AND membership_id = ANY(%s) AND NOT is_on
"""


def member_group(membership_id: UUID) -> str:
    """The live sockets of one member: the same name as in the inbox's lists."""
    return f"member:{membership_id}"


def notify(*, kind: str, recipients: Iterable[Membership], url: str, **args: str) -> None:
    """Tell members something: a row each, and live on their screens once the transaction commits.

    `url` is a path of this site, where a click leads. `args` fill the `%(name)s` of the kind's title. Inactive members,
    and those who switched the kind off, are left out; a kind that nobody registered raises KeyError.
    """
    kind_of(kind)
    if not url.startswith("/") or url.startswith(("//", "/\\")):
        raise ValueError("a notification leads to a path of this site")
    people = {member.pk: member for member in recipients if member.is_active}
    texts = {name: clean_text(str(value))[:ARG_LENGTH] for name, value in args.items()}
    with transaction.atomic(savepoint=False):
        off = _switched_off(kind, people)
        rows = [
            Notification(recipient=member, kind=kind, args=texts, url=url)
            for pk, member in people.items()
            if Channel.CENTRE not in off[pk]
        ]
        Notification.objects.bulk_create(rows)
        _push([(row.recipient_id, row.pk, Channel.TOAST not in off[row.recipient_id]) for row in rows])


def _switched_off(kind: str, people: Mapping[UUID, Membership]) -> dict[UUID, set[str]]:
    off: dict[UUID, set[str]] = defaultdict(set)
    for membership_id, channel in prepared(_OFF, [current_organization_id(), kind, list(people)]):
        off[membership_id].add(channel)
    return off


def _push(told: Iterable[tuple[UUID, UUID | None, bool]]) -> None:
    """(member, the new notification or None, whether it pops up): bells and open lists follow."""
    pushes = []
    for member, notification, pops_up in told:
        ids = {"member": str(member), "new": str(notification or ""), "toast": "1" if pops_up else ""}
        pushes.append(Push(frozenset({member_group(member)}), "notification", ids))
    push_all(current_organization_id(), pushes)


@transaction.atomic
def mark_read(membership: Membership, notification_id: UUID | None = None) -> int:
    """One of the member's notifications, or all of them; returns how many were unread."""
    rows = Notification.objects.of(membership).unread()
    if notification_id is not None:
        rows = rows.filter(pk=notification_id)
    changed: int = rows.update(read_at=now())
    if changed:
        _push([(membership.pk, None, False)])
    return changed


@transaction.atomic
def choose(membership: Membership, chosen: Iterable[tuple[str, str]]) -> None:
    """Keep a member's switches: `chosen` names what is on, as (kind, channel); everything else of theirs is off."""
    on = set(chosen)
    for kind in kinds_for(membership):
        for channel in Channel.values:
            Preference.objects.update_or_create(
                membership=membership, kind=kind.key, channel=channel, defaults={"is_on": (kind.key, channel) in on}
            )
