"""What has happened in the demo company before anybody looks: a promise, and two customers who wait for it."""

from datetime import timedelta

from apps.contacts.models import Contact
from apps.conversations.handlers import Arrived
from apps.conversations.models import Conversation, Direction, Message
from apps.core.clock import now
from apps.ops.demo import SLUG
from apps.organizations.models import Organization
from apps.organizations.tenancy import tenant_scope
from apps.routing import clocks, services
from apps.teams.models import Queue, SlaPolicy
from apps.whatsapp.models import Number

POLICY, QUEUE = "Resposta em uma hora", "Vendas"
# Name, phone, minutes that they have waited by now, what they wrote: one is at risk, one has waited too long.
WAITING = [
    ("Cecília Barros", "5511977001001", 52, "Oi! O vestido verde ainda tem no tamanho M?"),
    ("Tiago Moura", "5511977001002", 190, "Bom dia, consigo parcelar em 10 vezes sem juros?"),
]


def ensure() -> None:
    """Running it again changes nothing; what people made of it stays."""
    with tenant_scope(Organization.objects.get(slug=SLUG)):
        if SlaPolicy.objects.filter(name=POLICY).exists():
            return
        policy = SlaPolicy.objects.create(name=POLICY, first_answer_minutes=60, resolution_minutes=24 * 60)
        queue = Queue.objects.get(name=QUEUE)
        queue.sla_policy = policy
        queue.save(update_fields=["sla_policy"])
        for person in WAITING:
            _wrote(queue, *person)


def _wrote(queue: Queue, name: str, phone: str, minutes: int, text: str) -> None:
    at = now() - timedelta(minutes=minutes)
    contact = Contact.objects.create(name=name, phone=phone, created_at=at)
    number = Number.objects.order_by("created_at")[0]
    conversation = Conversation.objects.create(
        contact=contact,
        number=number,
        created_at=at,
        last_message_at=at,
        last_preview=text,
        last_kind="text",
        last_direction=Direction.IN,
        unread_count=1,
        window_expires_at=at + timedelta(hours=24),
    )
    message = Message.objects.create(
        conversation=conversation,
        contact=contact,
        number=number,
        direction=Direction.IN,
        text=text,
        occurred_at=at,
        created_at=at,
    )
    services.enqueue(conversation, queue, reason="number")
    clocks.wrote([Arrived(conversation, "", [message])])
