"""Identity changes and preferences that webhooks tell."""

from apps.contacts import identify
from apps.contacts.identify import Person
from apps.contacts.models import Contact
from apps.conversations.ingest.incoming import Incoming, person_of
from apps.core.clock import now
from apps.whatsapp.intake import Arrival
from apps.whatsapp.payloads import Preference


def follow_changes(items: list[Incoming]) -> None:
    """Apply number and BSUID changes of system messages, one by one (they are rare)."""
    for item in items:
        change = item.parsed.identity_change
        if change is None:
            continue
        scope = item.person.scope
        before = Person(
            scope,
            wa_id=change.previous_wa_id or item.person.wa_id,
            bsuid=change.previous_bsuid or item.person.bsuid,
        )
        after = Person(scope, change.wa_id or "", change.bsuid or "", change.parent_bsuid or "")
        if before.deciding():
            item.contact = identify.change_identity(before, after)


def apply_preferences(arrivals: list[Arrival]) -> None:
    """`stop` means that marketing must not be sent any more; `resume` and `signup` take back what was said before."""
    for arrival in arrivals:
        for preference in arrival.change.preferences:
            person = person_of(preference.person, arrival.number.account.portfolio_scope)
            contact = identify.resolve([person]).get(person)
            if contact is not None and preference.category == "marketing_messages":
                _follow_preference(contact, preference)


def _follow_preference(contact: Contact, preference: Preference) -> None:
    said_at, rows = preference.timestamp or now(), Contact.objects.filter(pk=contact.pk)
    if preference.value == "stop":
        rows.update(marketing_stopped_at=said_at)
    elif preference.value in ("resume", "signup"):
        rows.filter(marketing_stopped_at__lte=said_at).update(marketing_stopped_at=None)
