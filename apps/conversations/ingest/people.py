"""Identity changes and preferences that webhooks tell."""

from apps.contacts import identify
from apps.contacts.identify import Person
from apps.contacts.models import Contact
from apps.conversations.ingest.incoming import Incoming, person_of
from apps.whatsapp.intake import Arrival


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
    """`stop` means that marketing must not be sent any more; `resume` takes it back."""
    for arrival in arrivals:
        for preference in arrival.change.preferences:
            person = person_of(preference.person, arrival.number.account.portfolio_scope)
            contact = identify.resolve([person]).get(person)
            if contact is None or preference.category != "marketing_messages":
                continue
            stopped = preference.timestamp if preference.value == "stop" else None
            Contact.objects.filter(pk=contact.pk).update(marketing_stopped_at=stopped)
