"""Whatever came while the socket was away comes back, however much: lines in pages, or a list that begins anew."""

from urllib.parse import parse_qs

import pytest

from apps.contacts.models import Contact
from apps.conversations.models import Conversation, Message
from apps.conversations.selectors import LINES, PAGE
from apps.core.clock import now
from apps.core.ids import uuid7

pytestmark = pytest.mark.django_db
CAME = 130


def lines(chat, count):
    rows = [
        Message(
            id=uuid7(),
            client_id=uuid7(),
            organization_id=chat.organization_id,
            conversation=chat,
            contact=chat.contact,
            number=chat.number,
            direction="in",
            text=f"line {at};",
            occurred_at=now(),
        )
        for at in range(count)
    ]
    return Message.objects.bulk_create(rows)


def ask(browser, house, query):
    return browser.get(house.url("conversations:catchup"), query)


def everything(browser, house, query):
    """The answers of a page that asks until nothing is left."""
    answers = [ask(browser, house, query)]
    while "X-Rest" in answers[-1]:
        answers.append(ask(browser, house, {name: each[0] for name, each in parse_qs(answers[-1]["X-Rest"]).items()}))
    return answers


def test_more_lines_than_a_page_has_all_come(house):
    chat = house.chat()
    shown = Message.objects.filter(conversation=chat, direction="in").latest("id")
    lines(chat, CAME)
    browser = house.client()
    answers = everything(browser, house, {"tab": "mine", "conversation": chat.pk, "line": shown.pk})
    said = "".join(answer.content.decode() for answer in answers)
    assert [at for at in range(CAME) if f"line {at};" not in said] == []
    assert len(answers) == CAME // LINES + 1
    assert [b"chat-row" in answer.content for answer in answers] == [True, False, False, False]


def test_what_is_shown_already_ends_the_pages(house):
    chat = house.chat()
    newest = lines(chat, CAME)[-2]
    answers = everything(house.client(), house, {"conversation": chat.pk, "line": newest.pk})
    assert len(answers) == 1
    assert answers[0].content.decode().count('id="m-') == LINES, "the newest ones, with their present state"


def test_more_rows_than_a_page_has_make_the_list_begin_anew(house):
    chat = house.chat()
    browser, query = house.client(), {"tab": "mine", "row": chat.last_message_at.timestamp()}
    assert "X-Reload-List" not in ask(browser, house, query)
    contacts = Contact.objects.bulk_create(
        Contact(organization=house.organization, phone=f"55119{at:08d}") for at in range(PAGE + 1)
    )
    held = {"number": chat.number, "state": "open", "assignee": house.agent, "last_message_at": now()}
    Conversation.objects.bulk_create(
        Conversation(organization=house.organization, contact=contact, **held) for contact in contacts
    )
    assert ask(browser, house, query)["X-Reload-List"] == "yes"


@pytest.mark.parametrize("query", [{"row": "nan"}, {"row": "1e99"}, {"line": "x", "conversation": "y"}])
def test_odd_questions_get_the_newest_page(house, query):
    house.chat()
    answer = ask(house.client(), house, {"tab": "mine"} | query)
    assert answer.status_code == 200
    assert b"chat-row" in answer.content
