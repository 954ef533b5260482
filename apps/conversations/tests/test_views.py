"""Pages of conversations: who may do what, and a number of queries that does not grow with the rows."""

from uuid import uuid4

import pytest

from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.conversations.models import Conversation, Message
from apps.core.clock import now
from apps.whatsapp.tests.samples import message

pytestmark = pytest.mark.django_db
ROLES = ["owner", "admin", "supervisor", "agent", "viewer"]
ANSWERING = {"owner", "admin", "supervisor", "agent"}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("name", "data"), [("send", {"text": "Oi"}), ("note", {"text": "Nota"}), ("close", {})])
def test_who_may_write(house, role, name, data):
    chat = house.chat()
    url = house.url(f"conversations:{name}", conversation_id=chat.pk)
    answer = house.client(role).post(url, {**data, "client_id": uuid4()}, headers={"HX-Request": "true"})
    if role in ANSWERING:
        assert answer.status_code in (200, 422)
    else:
        assert answer.status_code == 403
    assert Message.objects.filter(direction__in=["out", "note"]).exists() == (role in ANSWERING and name != "close")


def test_an_agent_does_not_see_what_another_one_holds(house):
    chat = house.chat()
    Conversation.objects.filter(pk=chat.pk).update(assignee=house.members["admin"])
    url = house.url("conversations:thread", conversation_id=chat.pk)
    assert house.client("agent").get(url, headers={"HX-Request": "true"}).status_code == 404
    assert house.client("admin").get(url, headers={"HX-Request": "true"}).status_code == 200


def test_closing_shows_the_following_conversation_at_once_unless_it_is_not_the_viewers_to_see(house):
    fill(house, 2)
    first, second = Conversation.objects.order_by("pk")
    agent = house.members["agent"]
    Conversation.objects.filter(pk__in=[first.pk, second.pk]).update(assignee=agent, state="open")
    url = house.url("conversations:close", conversation_id=first.pk)
    data = {"outcome": "resolved", "following": str(second.pk)}
    Conversation.objects.filter(pk=second.pk).update(assignee=house.members["admin"])
    answer = house.client("agent").post(url, data, headers={"HX-Request": "true"})
    assert f'data-conversation="{first.pk}"' in answer.content.decode()
    Conversation.objects.filter(pk=second.pk).update(assignee=agent)
    answer = house.client("agent").post(url, data, headers={"HX-Request": "true"})
    assert f'data-conversation="{second.pk}"' in answer.content.decode()
    assert answer["HX-Push-Url"].endswith(f"{second.pk}/")
    for nonsense in ("", "x", "00000000-0000-0000-0000-000000000000"):
        answer = house.client("agent").post(url, {**data, "following": nonsense}, headers={"HX-Request": "true"})
        assert f'data-conversation="{first.pk}"' in answer.content.decode()


def fill(house, number):
    for at in range(number):
        phone = f"5511900{at:06d}"
        said = {
            **message("text", {"body": f"{at}"}, id=f"wamid.{at}", timestamp=str(int(now().timestamp()))),
            "from": phone,
        }
        said.pop("from_user_id")
        house.say(said, contacts=[{"profile": {"name": phone}, "wa_id": phone}])


def queries(browser, url) -> int:
    browser.get(url, headers={"HX-Request": "true"})  # caches and sessions are warm
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert browser.get(url, headers={"HX-Request": "true"}).status_code == 200
    return len(captured)


def test_a_list_of_fifty_costs_the_queries_of_a_list_of_five(house):
    browser, url = house.client("supervisor"), house.url("conversations:list") + "?tab=queue"
    fill(house, 5)
    few = queries(browser, url)
    fill_more = [f"x{n}" for n in range(45)]
    for at, wamid in enumerate(fill_more):
        phone = f"5511901{at:06d}"
        said = {**message("text", {"body": wamid}, id=wamid), "from": phone}
        said.pop("from_user_id")
        house.say(said, contacts=[{"profile": {"name": phone}, "wa_id": phone}])
    assert Conversation.objects.count() == 50
    assert queries(browser, url) == few


def test_a_thread_of_forty_costs_the_queries_of_a_thread_of_five(house):
    chat = house.chat()
    browser, url = house.client("agent"), house.url("conversations:thread", conversation_id=chat.pk)
    for at in range(4):
        house.text(f"{at}")
    few = queries(browser, url)
    for at in range(35):
        house.text(f"mais {at}")
    assert queries(browser, url) == few
