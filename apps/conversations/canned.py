"""Canned replies: found by their shortcut or text, their variables filled from the conversation."""

import re
from collections.abc import Callable

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.conversations.models import CannedReply, Conversation
from apps.core.clock import now
from apps.organizations.models import Membership

SHOWN = 8
_VARIABLE = re.compile(r"\{(\w+)\}")


def _greeting(_conversation: Conversation, _membership: Membership) -> str:
    hour = timezone.localtime(now()).hour
    return _("Good morning") if hour < 12 else _("Good afternoon") if hour < 18 else _("Good evening")


# name in Portuguese, as it is typed in a text → what it says
VARIABLES: dict[str, Callable[[Conversation, Membership], str]] = {
    "nome": lambda conversation, _: conversation.contact.display_name,
    "primeiro_nome": lambda conversation, _: conversation.contact.display_name.split()[0],
    "telefone": lambda conversation, _: conversation.contact.phone_display,
    "atendente": lambda _, membership: membership.name,
    "empresa": lambda _, membership: membership.organization.name,
    "fila": lambda conversation, _: conversation.queue.name if conversation.queue else "",
    "saudacao": _greeting,
}
MEANINGS = {
    "nome": gettext_lazy("the customer's name"),
    "primeiro_nome": gettext_lazy("the customer's first name"),
    "telefone": gettext_lazy("the customer's phone"),
    "atendente": gettext_lazy("who answers"),
    "empresa": gettext_lazy("your company"),
    "fila": gettext_lazy("the queue"),
    "saudacao": gettext_lazy("good morning, afternoon or evening"),
}


def fill(text: str, conversation: Conversation, membership: Membership) -> str:
    """The text with its variables filled; what is no variable stays as it is."""

    def value(found: re.Match[str]) -> str:
        give = VARIABLES.get(found[1].lower())
        return give(conversation, membership) if give else found[0]

    return _VARIABLE.sub(value, text)


def unknown_variables(text: str) -> list[str]:
    return [name for name in _VARIABLE.findall(text) if name.lower() not in VARIABLES]


def search(membership: Membership, words: str) -> "QuerySet[CannedReply]":
    """Those of a member, shortcuts that begin with the words first."""
    rows = CannedReply.objects.for_member(membership)
    if words:
        rows = rows.filter(Q(shortcut__icontains=words) | Q(text__icontains=words))
    rank = Case(When(shortcut__istartswith=words, then=Value(0)), default=Value(1), output_field=IntegerField())
    return rows.annotate(rank=rank).order_by("rank", "shortcut")[:SHOWN]
