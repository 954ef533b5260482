"""What customers say of marketing: the last word counts, whatever comes late, and doubt never turns it on."""

import pytest

from apps.contacts.models import Contact
from apps.whatsapp.tests.journal_helpers import handle
from apps.whatsapp.tests.samples import METADATA, PHONE, body

pytestmark = pytest.mark.django_db


def choose(value, at=1769000000, **changes):
    raw = {"wa_id": PHONE, "category": "marketing_messages", "value": value, "timestamp": at, **changes}
    handle(body({"metadata": METADATA, "user_preferences": [raw]}, "user_preferences"))


def is_stopped():
    return Contact.objects.get().marketing_stopped_at is not None


def test_stop_resume_and_signup_are_followed(house):
    for at, (value, stopped) in enumerate([("stop", True), ("resume", False), ("stop", True), ("signup", False)]):
        choose(value, 1769000000 + at)
        assert is_stopped() == stopped


def test_a_late_resume_does_not_undo_a_later_stop(house):
    choose("stop", 1769000100)
    choose("resume", 1769000000)
    assert is_stopped()


def test_a_stop_without_its_time_still_stops(house):
    choose("stop", None)
    assert is_stopped()


@pytest.mark.parametrize("value", ["paused", "maybe", "STOP "])
def test_an_unknown_word_turns_nothing_on(house, value):
    choose("stop")
    choose(value, 1769000100)
    assert is_stopped()


def test_another_category_says_nothing_of_marketing(house):
    choose("stop", category="utility_messages")
    assert not is_stopped()


def test_a_stop_keeps_its_moment(house):
    choose("stop", 1769000000)
    assert int(Contact.objects.get().marketing_stopped_at.timestamp()) == 1769000000
