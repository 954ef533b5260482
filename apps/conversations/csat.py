"""Customer satisfaction: the question when a conversation is resolved, and the answer, which opens nothing again."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext as _

from apps.conversations import live
from apps.conversations.handlers import Arrived
from apps.conversations.models import (
    COMMENT_TIME,
    Conversation,
    Message,
    MessageKind,
    State,
    Status,
    Survey,
    SurveyPolicy,
)
from apps.conversations.sending import Draft, NotSent, send
from apps.conversations.services import locked, record_event
from apps.core.clock import now
from apps.core.compiled import Compiled
from apps.core.logs import get_logger
from apps.organizations.models import Membership
from apps.organizations.tenancy import current_organization_id, tenant_scope
from apps.whatsapp.providers.base import SendKind

log = get_logger(__name__)
# Long enough for "undo" to take the question back before it has left.
PATIENCE = timedelta(seconds=8)
_REPLY = re.compile(r"csat:([0-9a-f-]{36}):([1-5])")


@transaction.atomic
def ask(conversation_id: UUID, *, actor: Membership) -> Survey | None:
    """Send the question of a conversation that is about to be closed; None when there is none to send."""
    policy = SurveyPolicy.objects.filter(is_on=True).first()
    if policy is None:
        return None
    conversation = locked(conversation_id)
    if not _may_ask(policy, conversation):
        return None
    survey = Survey(conversation=conversation, agent=conversation.assignee or actor)
    with translation.override(conversation.organization.language):
        draft = _draft(policy, conversation, survey)
    if draft is None:
        return None
    try:
        survey.question = send(conversation.pk, draft, author=None)
    except NotSent as error:
        log.info("survey not sent", conversation=str(conversation.pk), why=error.code)
        return None
    Message.objects.filter(pk=survey.question.pk).update(next_attempt_at=now() + PATIENCE)
    survey.save(force_insert=True)
    return survey


def _may_ask(policy: SurveyPolicy, conversation: Conversation) -> bool:
    """Once a conversation, only where a person has answered, and not in queues that are spared."""
    if not conversation.is_live or conversation.first_answered_at is None:
        return False
    if Survey.objects.filter(conversation=conversation).exists():
        return False
    queue_id = conversation.queue_id
    return queue_id is None or not policy.silent_queues.filter(pk=queue_id).exists()


def take_back(conversation_id: UUID) -> None:
    """Forget a question that has not left yet: its conversation goes on."""
    survey = Survey.objects.filter(conversation=conversation_id, score=None).select_related("question").first()
    if survey is None or survey.question is None:
        return
    gone, _rows = Message.objects.filter(pk=survey.question.pk, status=Status.QUEUED).delete()
    if gone:
        survey.delete()


def _draft(policy: SurveyPolicy, conversation: Conversation, survey: Survey) -> Draft | None:
    """Buttons or a list inside the 24-hour window; outside of it the company's template, if it has one."""
    if not conversation.is_window_open:
        return _template_draft(policy, survey)
    text = policy.question or _("How was our service? Choose an answer below.")
    if policy.style == SurveyPolicy.Style.STARS:
        rows = [{"id": reply_id(survey, score), "title": title} for score, title in _stars()]
        content: dict[str, Any] = {"button": _("Rate"), "sections": [{"title": _("Your rating"), "rows": rows}]}
        return Draft(uuid4(), SendKind.LIST, text, content)
    buttons = [{"id": reply_id(survey, score), "title": title} for score, title in _faces()]
    return Draft(uuid4(), SendKind.BUTTONS, text, {"buttons": buttons})


def _faces() -> list[tuple[int, str]]:
    return [(5, f"😊 {_('Good')}"), (3, f"😐 {_('So-so')}"), (1, f"😞 {_('Bad')}")]


def _stars() -> list[tuple[int, str]]:
    words = {5: _("Excellent"), 4: _("Good"), 3: _("So-so"), 2: _("Bad"), 1: _("Very bad")}
    return [(score, f"{'⭐' * score} {word}") for score, word in words.items()]


def _template_draft(policy: SurveyPolicy, survey: Survey) -> Draft | None:
    """A template with three quick replies: good, so-so, bad, in this order."""
    if not policy.template_name:
        return None
    buttons = [
        {
            "type": "button",
            "sub_type": "quick_reply",
            "index": str(index),
            "parameters": [{"type": "payload", "payload": reply_id(survey, score)}],
        }
        for index, score in enumerate((5, 3, 1))
    ]
    content = {"name": policy.template_name, "language": policy.template_language or "pt_BR", "components": buttons}
    return Draft(uuid4(), SendKind.TEMPLATE, content=content)


def reply_id(survey: Survey, score: int) -> str:
    return f"csat:{survey.pk}:{score}"


class SurveyAnswers:
    """The first of the inbound handlers: ratings and their comments go to the conversations that they are about."""

    def handle(self, arrived: list[Arrived]) -> list[Arrived]:
        """One query for a batch in which nobody rates and nobody is asked for a comment."""
        commenting = _asked_for_comments({item.conversation.contact_id for item in arrived})
        return [item for item in arrived if not _is_answer(item, commenting)]


def _comment_rows(organization: UUID, contact: UUID) -> "QuerySet[Survey, Any]":
    with tenant_scope(organization):
        rows = Survey.objects.filter(comment_until__gt=Now(), conversation__contact__in=[contact])
        return rows.values_list("conversation__contact")


_comments = Compiled(2, _comment_rows)


def _asked_for_comments(contacts: set[UUID]) -> set[UUID]:
    return {contact for (contact,) in _comments(current_organization_id(), list(contacts))}


def _is_answer(item: Arrived, commenting: set[UUID]) -> bool:
    """Whether all that a conversation received was about a survey; one that it had begun for that alone goes."""
    may_comment = item.conversation.contact_id in commenting
    if not (may_comment or any(_reply(message) for message in item.messages)):
        return False
    is_new = _is_new(item.conversation, item.messages)
    taken = [message for message in item.messages if _take(message, item.conversation, is_new)]
    if len(taken) < len(item.messages):
        return False
    if is_new and not Message.objects.filter(conversation=item.conversation.pk).exists():
        Conversation.objects.filter(pk=item.conversation.pk).delete()
    return True


def _is_new(conversation: Conversation, messages: list[Message]) -> bool:
    """Begun by these very messages: nobody holds it, it waits nowhere, it has no other lines."""
    if conversation.state != State.QUEUED or conversation.queue_id or conversation.assignee_id:
        return False
    others = Message.objects.filter(conversation=conversation.pk).exclude(pk__in=[row.pk for row in messages])
    return not others.exists()


def _reply(message: Message) -> re.Match[str] | None:
    return _REPLY.fullmatch(str(message.payload.get("id") or message.payload.get("payload") or ""))


def _take(message: Message, conversation: Conversation, is_new: bool) -> bool:
    if found := _reply(message):
        return _rate(message, conversation, UUID(found[1]), int(found[2]), is_new)
    return is_new and message.kind == MessageKind.TEXT and _comment(message)


def _rate(message: Message, conversation: Conversation, survey_id: UUID, score: int, is_new: bool) -> bool:
    survey = _surveys(message).filter(pk=survey_id).first()
    if survey is None:
        return False
    is_first = survey.score is None
    survey.score, survey.answered_at = score, now()
    if is_new and is_first:
        _thank(survey, conversation)
    survey.save(update_fields=["score", "answered_at", "comment_until"])
    _move(message, survey)
    record_event(survey.conversation, "rated", score=score)
    return True


def _comment(message: Message) -> bool:
    survey = _surveys(message).filter(comment_until__gt=now(), comment="").first()
    if survey is None:
        return False
    survey.comment, survey.comment_until = message.text, None
    survey.save(update_fields=["comment", "comment_until"])
    _move(message, survey)
    return True


def _surveys(message: Message) -> Any:
    rows = Survey.objects.filter(conversation__contact=message.contact_id, conversation__number=message.number_id)
    return rows.select_related("conversation__contact", "conversation__number").select_for_update(of=("self",))


def _thank(survey: Survey, conversation: Conversation) -> None:
    """Say thanks, through the short life of the conversation that the answer began; ask why, if that is wanted."""
    policy = SurveyPolicy.objects.first()
    asks = policy is not None and policy.asks_comment
    with translation.override(conversation.organization.language):
        text = _("Thank you for your rating!")
        if asks:
            text = _("Thank you! Would you like to tell us why? Just answer in one message.")
    try:
        thanks = send(conversation.pk, Draft(uuid4(), text=text), author=None)
    except NotSent as error:
        log.info("thanks not sent", survey=str(survey.pk), why=error.code)
        return
    _move(thanks, survey)
    survey.comment_until = now() + COMMENT_TIME if asks else None


def _move(message: Message, survey: Survey) -> None:
    """A line of the conversation it belongs to; a customer's old conversation stays closed and read."""
    message.conversation = survey.conversation
    Message.objects.filter(pk=message.pk).update(conversation=survey.conversation)
    live.push_messages([message])
