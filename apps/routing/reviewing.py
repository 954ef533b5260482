"""Due times set anew when a queue, its policy, its hours or its holidays were changed: some conversations at a time.

What is to be reviewed is a row for each queue, so a lost wake-up or a killed worker loses nothing.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from apps.conversations import badges, live
from apps.conversations.models import Conversation
from apps.core.clock import now
from apps.core.wake import wake
from apps.organizations.tenancy import platform_scope, tenant_scope
from apps.routing import clocks
from apps.routing.models import SlaReview
from apps.teams.models import Queue

BATCH = 200
BATCHES = 100
_FIRST = UUID(int=0)


@transaction.atomic
def ask(queue_ids: Iterable[UUID] | None = None) -> None:
    """Have the live conversations of these queues (of all, without any) reviewed, from the first one on. Queues that
    promise nothing, and promised nothing to anybody in them, need none."""
    measured = Conversation.objects.live().filter(queue=OuterRef("pk"), sla_state__gt="")
    rows = Queue.objects.filter(Q(sla_policy__isnull=False) | Exists(measured))
    rows = rows if queue_ids is None else rows.filter(pk__in=queue_ids)
    asked = [SlaReview(queue=queue, after=_FIRST, asked_at=now()) for queue in rows]
    if asked:
        SlaReview.objects.bulk_create(
            asked, update_conflicts=True, unique_fields=["queue"], update_fields=["after", "asked_at"]
        )
        transaction.on_commit(lambda: wake("routing.review"))


def review() -> int:
    """Work on what was asked for, for a while; returns how many conversations were looked at."""
    with platform_scope(reason="queues of all tenants wait for their review; each tenant is then entered"):
        companies = set(SlaReview.objects.order_by().values_list("organization_id", flat=True).distinct())
    looked = 0
    for company in companies:
        with tenant_scope(company):
            for _batch in range(BATCHES):
                found = _review_some()
                if found is None:
                    break
                looked += found
    return looked


@transaction.atomic
def _review_some() -> int | None:
    """The next conversations of one queue; None when there is no queue that nobody else reviews."""
    rows = SlaReview.objects.select_for_update(of=("self",), skip_locked=True).order_by("asked_at")
    asked = rows.first()
    if asked is None:
        return None
    found = list(
        Conversation.objects.live()
        .filter(queue=asked.queue_id, pk__gt=asked.after)
        .order_by("pk")
        .select_for_update(of=("self",))
        .select_related("queue")[:BATCH]
    )
    before = {row.pk: badges.badge_of(row) for row in found}
    clocks.settle([row for row in found if row.sla_state or (row.queue and row.queue.sla_policy_id)])
    live.push_rows([row for row in found if before[row.pk] != badges.badge_of(row)])
    if len(found) < BATCH:
        asked.delete()
    else:
        asked.after = found[-1].pk
        asked.save(update_fields=["after"])
    return len(found)
