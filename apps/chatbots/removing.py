"""Deleting bots and flows. What was published stays in the database for the replays of its sessions, out of sight."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.audit.services import record
from apps.chatbots.models import Bot, Flow, FlowVersion, Session, Trigger
from apps.core.clock import now
from apps.core.wake import wake
from apps.organizations.models import Membership


def consequences(flows: Iterable[Flow]) -> str:
    """What to know before one says yes."""
    count = Session.objects.live().filter(version__flow__in=[flow.pk for flow in flows]).count()
    said = _("This can't be undone. Replays of past conversations stay.")
    if not count:
        return said
    going = ngettext(
        "%(count)d conversation is in it now: the bot says its last words there, and a person takes over.",
        "%(count)d conversations are in it now: the bot says its last words there, and people take over.",
        count,
    )
    return f"{going % {'count': count}} {said}"


@transaction.atomic
def delete_flow(flow: Flow, by: Membership | None) -> None:
    """Whoever is in it gets a person. Raises ValidationError for a main flow, and for one that others enter."""
    row = Flow.objects.select_for_update().get(pk=flow.pk)
    if row.is_main:
        raise ValidationError(_("A bot needs its main flow. Delete the bot instead."), code="main")
    _refuse_if_entered([row])
    _remove([row])
    record("flow.deleted", actor=by, target=row.name, bot=row.bot.name)


@transaction.atomic
def delete_bot(bot: Bot, by: Membership | None) -> None:
    """With all its flows. Raises ValidationError when a flow of another bot enters one of them."""
    row = Bot.objects.select_for_update().get(pk=bot.pk)
    flows = list(Flow.objects.select_for_update().filter(bot=row, deleted_at=None))
    _refuse_if_entered(flows)
    _remove(flows)
    if row.flows.exists():
        row.is_active, row.deleted_at = False, now()
        row.save(update_fields=["is_active", "deleted_at"])
    else:
        row.delete()
    record("bot.deleted", actor=by, target=row.name, flows=len(flows))


def _remove(flows: list[Flow]) -> None:
    """Those that were never published leave nothing behind."""
    ids = [flow.pk for flow in flows]
    Trigger.objects.filter(flow__in=ids).delete()
    published = set(FlowVersion.objects.filter(flow__in=ids).values_list("flow", flat=True))
    Flow.objects.filter(pk__in=published).update(deleted_at=now(), is_main=False)
    Flow.objects.filter(pk__in=set(ids) - published).delete()
    if Session.objects.live().filter(version__flow__in=published).update(due_at=now()):
        transaction.on_commit(lambda: wake("chatbots.run"))


def _refuse_if_entered(flows: list[Flow]) -> None:
    leaving = {str(flow.pk) for flow in flows}
    others = Flow.objects.kept().exclude(pk__in=leaving).select_related("bot").order_by("name")
    names = [f"{other.bot.name}: {other.name}" for other in others if leaving & _entered_by(other)]
    if names:
        sentence = _("Other flows go through this one: %(names)s. Change them and publish them first.")
        raise ValidationError(sentence % {"names": ", ".join(names[:5])}, code="entered")


def _entered_by(flow: Flow) -> set[str]:
    """The flows that the draft or the newest version goes into."""
    newest = flow.versions.order_by("-number").values_list("graph", flat=True).first()
    graphs = [flow.draft, newest or {}]
    nodes = [node for graph in graphs for node in graph.get("nodes", [])]
    return {str(node["fields"].get("flow", "")) for node in nodes if node.get("kind") == "subflow"}
