"""Overflow chains: from queue to queue, never in a circle."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from apps.teams.models import Queue


def lock_chains() -> None:
    """Saves of queues wait in line from here to the end of the transaction: two of them together could close a circle
    that neither sees. Conversations go on: their foreign keys do not mind this lock."""
    list(Queue.objects.order_by("pk").select_for_update(no_key=True).values_list("pk"))


def check_chain(queue: Queue, target: Queue | None) -> None:
    """Raises ValidationError with the circle's names when `queue` overflowing to `target` would lead back to it."""
    names, here, seen = [queue.name], target, set()
    while here is not None and here.pk not in seen:
        if here.pk == queue.pk:
            circle = " → ".join([*names, queue.name])
            raise ValidationError(
                _("This would go round in a circle: %(circle)s. Choose another queue.") % {"circle": circle}
            )
        seen.add(here.pk)
        names.append(here.name)
        here = here.overflow_queue
