"""Taking back, for half a minute, what one has just done with a conversation: resolved, assigned, transferred."""

from datetime import timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.conversations import closing
from apps.conversations.models import Conversation, Direction, Handling, Message
from apps.conversations.pages import membership_of, visible_or_404
from apps.conversations.services import locked
from apps.conversations.views.answers import notice, thread_answer
from apps.core.clock import now
from apps.organizations.models import Membership
from apps.organizations.permissions import Perm, requires
from apps.routing import services as routing

LATEST = timedelta(seconds=30)


@require_POST
@requires(Perm.REPLY)
def undo(request: HttpRequest, slug: str, conversation_id: UUID) -> HttpResponseBase:
    """Give the conversation back to whoever held it before, as long as nothing has happened to it since."""
    try:
        take_back(conversation_id, membership_of(request))
    except Conversation.DoesNotExist:
        raise Http404 from None
    except ValidationError as error:
        _known_or_404(request, conversation_id)
        return notice(request, error.messages[0], reverse("desk:inbox", kwargs={"slug": slug}))
    return thread_answer(request, visible_or_404(request, conversation_id))


def _known_or_404(request: HttpRequest, conversation_id: UUID) -> None:
    """Whoever held it knows of it, even when it is not theirs to see any more."""
    if not Handling.objects.filter(conversation=conversation_id, agent=membership_of(request)).exists():
        visible_or_404(request, conversation_id)


@transaction.atomic
def take_back(conversation_id: UUID, actor: Membership) -> None:
    """Raises ValidationError when the last thing that happened is not the actor's, or is too long ago."""
    conversation = locked(conversation_id)
    before = Handling.objects.filter(conversation=conversation, ended_at__gte=now() - LATEST).order_by("-ended_at")
    held = before.select_related("agent__user").first()
    event = _last_event(conversation, actor)
    if event == "closed":
        closing.reopen(conversation_id, actor=actor)
        if held is not None and held.agent_id != actor.pk:
            routing.assign(conversation_id, to=held.agent, actor=actor)
    elif held is not None:
        routing.assign(conversation_id, to=held.agent, actor=actor)
    elif conversation.queue is not None and event == "assigned":
        routing.transfer(conversation_id, queue=conversation.queue, actor=actor)


def _last_event(conversation: Conversation, actor: Membership) -> str:
    events = Message.objects.filter(conversation=conversation, direction=Direction.EVENT).order_by("-id")
    last = events.filter(created_at__gte=now() - LATEST).first()
    name = str(last.payload.get("event", "")) if last else ""
    is_transfer = name == "queued" and last is not None and last.payload.get("reason") == "transfer"
    if last is None or last.author_id != actor.pk or not (name in ("closed", "assigned") or is_transfer):
        raise ValidationError(_("This can't be undone any more."))
    return name
