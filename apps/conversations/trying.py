"""A test message from one of the company's numbers to a phone of its own, through the same door as every other one."""

from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from apps.contacts.identify import Person, resolve
from apps.conversations.models import Conversation, Message, State
from apps.conversations.sending import Draft, send
from apps.conversations.services import record_event
from apps.core.clock import now
from apps.organizations.models import Membership
from apps.whatsapp.models import Number, Template
from apps.whatsapp.providers.base import SendKind
from apps.whatsapp.template_parts import take_apart


def ready_templates(number: Number) -> list[Template]:
    """Those that go out as they are: nothing to fill in, no file."""
    rows = Template.objects.sendable().filter(account=number.account_id).order_by("name", "language")
    return [row for row in rows if _is_ready(row)]


def _is_ready(template: Template) -> bool:
    plan = take_apart(template)
    return not (plan.problem or plan.variables or plan.cards or plan.header_format not in ("", "TEXT"))


@transaction.atomic
def send_test(
    number: Number, *, phone: str, text: str = "", template: Template | None = None, author: Membership
) -> Message:
    """`phone`: E.164 digits. Raises NotSent with the door's sentence. A live conversation with that phone goes on; else
    one begins, held by the author, so that the test waits in no queue."""
    person = Person(scope=number.account.portfolio_id, wa_id=phone)
    contact = resolve([person])[person]
    live = Conversation.objects.live().filter(number=number, contact=contact).first()
    conversation = live or _begin(number, contact.pk, author)
    if template is None:
        return send(conversation.pk, Draft(uuid4(), text=text), author=author)
    return send(conversation.pk, _draft(template), author=author)


def _begin(number: Number, contact_id: UUID, author: Membership) -> Conversation:
    conversation: Conversation = Conversation.objects.create(
        contact_id=contact_id, number=number, state=State.OPEN, assignee=author, assigned_at=now()
    )
    record_event(conversation, "tried", actor=author)
    return conversation


def _draft(template: Template) -> Draft:
    plan = take_apart(template)
    shown = plan.filled({})
    content: dict[str, Any] = {"name": template.name, "language": template.language}
    content["components"] = plan.components({})
    content |= {"header": {"type": "text", "text": shown["header"]}} if shown["header"] else {}
    content |= {name: shown[name] for name in ("footer", "buttons") if shown[name]}
    return Draft(uuid4(), SendKind.TEMPLATE, shown["body"], content)
