"""Pix charges are paid: told by Meta or by the company's bank. A payment is one column of the charge, so that telling
it twice changes nothing, and a worker that dies before the flow goes on loses nothing."""

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from apps.chatbots import performing
from apps.chatbots.models import LIVE, Charge, Session
from apps.chatbots.state import RESULT, Answered, State
from apps.core.clock import now
from apps.core.wake import wake
from apps.whatsapp.intake import Arrival

PAID, KNOWN, WRONG_AMOUNT, UNKNOWN = "paid", "known", "amount", "unknown"
META_PAID = frozenset({"captured", "success", "completed", "paid"})


@transaction.atomic
def pay(reference: str, cents: int | None, *, through: str) -> str:
    """`cents` None: whoever tells it does not say how much. Gives what came of it (PAID, KNOWN, …)."""
    charge = Charge.objects.select_for_update().filter(reference=reference).first()
    if charge is None:
        return UNKNOWN
    session = Session.objects.select_related("conversation__organization", "version__flow__bot").get(
        pk=charge.session_id
    )
    if charge.paid_at is not None:
        return KNOWN
    if cents is not None and cents != charge.cents:
        told = _("Pix: %(paid)s came in for the charge of %(wanted)s (%(reference)s). Check it with the customer.")
        _note(session, f"{reference}.{cents}", told, reference=reference, paid=reais(cents), wanted=reais(charge.cents))
        return WRONG_AMOUNT
    charge.paid_at, charge.paid_through = now(), through
    charge.save(update_fields=["paid_at", "paid_through"])
    if not Session.objects.filter(pk=session.pk, status__in=LIVE, waits_for=waiting_name(reference)).update(
        due_at=now()
    ):
        told = _("Pix: %(paid)s came in (%(reference)s) after the bot had stopped waiting for it.")
        _note(session, reference, told, reference=reference, paid=reais(charge.cents))
    transaction.on_commit(lambda: wake("chatbots.run"))
    return PAID


def waiting_name(reference: str) -> str:
    return f"pix:{reference}"


def told(session: Session, state: State) -> Answered | None:
    """The payment that a session waits for, once it is there."""
    if not session.waits_for or state.waiting is None or state.waiting.kind != RESULT:
        return None
    reference = session.waits_for.removeprefix("pix:")
    charge = Charge.objects.filter(session=session, reference=reference, paid_at__isnull=False).first()
    return Answered(state.waiting.key, {"reference": reference, "cents": charge.cents}) if charge else None


def follow(arrivals: list[Arrival]) -> None:
    """What Meta says of charges. It names an amount, or the reference alone, which only the company and Meta know."""
    for arrival in arrivals:
        for payment in arrival.change.payments:
            if payment.status in META_PAID:
                pay(payment.reference, payment.cents, through="meta")


def reais(cents: int) -> str:
    whole, rest = divmod(cents, 100)
    return f"R$ {whole:,}".replace(",", ".") + f",{rest:02d}"


def _note(session: Session, key: str, sentence: str, **told: str) -> None:
    with translation.override(session.conversation.organization.language):
        performing.write_note(session, f"pix.{key}", sentence % told)
