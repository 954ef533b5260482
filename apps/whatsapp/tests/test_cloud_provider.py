"""The provider against a real HTTP server: what is sent, what an answer means, and that nothing is sent twice."""

import json

import pytest

from django.core.exceptions import ValidationError
from django.test import override_settings

from apps.core.http import OutboundClient
from apps.core.tests.http_servers import answer, serving
from apps.whatsapp.errors import GraphError, Policy
from apps.whatsapp.graph import GraphClient
from apps.whatsapp.providers import SendKind, SendRequest
from apps.whatsapp.providers.cloud import CloudProvider, accounts

TEXT = SendRequest(SendKind.TEXT, {"text": "Olá"}, to="5511988887777", callback_id="c-1")
ACCEPTED = {
    "messaging_product": "whatsapp",
    "contacts": [{"input": "+5511988887777", "wa_id": "551188887777"}],
    "messages": [{"id": "wamid.A=", "message_status": "accepted"}],
}


def reply(body, status="200 OK"):
    return answer(status, body if isinstance(body, bytes) else json.dumps(body).encode())


@pytest.fixture
async def graph():
    """Opens a Graph client on a test server."""
    clients = []

    async def open_graph(seen):
        with override_settings(OUTBOUND_TRUSTED_ORIGINS=[seen.origin]):
            client = OutboundClient()
        clients.append(await client.__aenter__())
        return GraphClient(client, "EAAtoken", api_url=seen.origin, version="v26.0")

    yield open_graph
    for client in clients:
        await client.__aexit__(None, None, None)


async def test_a_message_is_one_post_and_its_answer_a_result(graph):
    async with serving(reply(ACCEPTED)) as seen:
        result = await CloudProvider(await graph(seen), "106").send(TEXT)
        assert (result.wamid, result.wa_id, result.message_status) == ("wamid.A=", "551188887777", "accepted")
        head, _, body = seen.requests[0].partition("\r\n\r\n")
        assert head.startswith("POST /v26.0/106/messages HTTP/1.1")
        assert "Authorization: Bearer EAAtoken" in head
        assert json.loads(body.encode("latin-1")) == {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": "+5511988887777",
            "type": "text",
            "text": {"body": "Olá", "preview_url": True},
            "biz_opaque_callback_data": "c-1",
        }


@pytest.mark.parametrize(
    ("raw", "ambiguous", "policy"),
    [
        (reply({"error": {"code": 131047, "message": "x"}}, "400 Bad Request"), False, Policy.CLOSE_WINDOW),
        (reply({"error": {"code": 130429, "message": "x"}}, "429 Too Many Requests"), False, Policy.SLOW_NUMBER),
        (reply({"error": {"code": 190, "message": "x"}}, "401 Unauthorized"), False, Policy.PAUSE_NUMBER),
        (reply(b"<html>", "502 Bad Gateway"), True, Policy.AMBIGUOUS),
        (reply({"error": {"code": 131000, "message": "x"}}, "500 Oops"), True, Policy.AMBIGUOUS),
        (reply({}), True, Policy.AMBIGUOUS),
        (reply({"messages": [{}]}), True, Policy.AMBIGUOUS),
        (reply(b"not json"), True, Policy.AMBIGUOUS),
        (b"", True, Policy.AMBIGUOUS),
    ],
)
async def test_each_bad_answer_is_decided_and_nothing_is_sent_twice(graph, raw, ambiguous, policy):
    async with serving(raw) as seen:
        with pytest.raises(GraphError) as caught:
            await CloudProvider(await graph(seen), "106").send(TEXT)
        assert (caught.value.ambiguous, caught.value.policy) == (ambiguous, policy)
        assert len(seen.requests) == 1


async def test_a_refused_connection_may_be_tried_again(graph):
    async with serving() as seen:
        pass
    with pytest.raises(GraphError) as caught:
        await CloudProvider(await graph(seen), "106").send(TEXT)
    assert (caught.value.ambiguous, caught.value.permanent) == (False, False)


async def test_reading_is_never_ambiguous(graph):
    for raw in (reply(b"<html>", "502 Bad Gateway"), b"", reply(b"no json")):
        async with serving(raw) as seen:
            with pytest.raises(GraphError) as caught:
                await accounts.get_number(await graph(seen), "106")
            assert not caught.value.ambiguous


async def test_a_message_beyond_a_limit_is_never_posted(graph):
    async with serving() as seen:
        with pytest.raises(ValidationError):
            await CloudProvider(await graph(seen), "106").send(SendRequest(SendKind.TEXT, {"text": "x" * 4097}, to="1"))
        assert seen.connections == 0


async def test_read_receipt_with_typing(graph):
    async with serving(reply({"success": True})) as seen:
        await CloudProvider(await graph(seen), "106").mark_read("wamid.B", typing=True)
        assert json.loads(seen.requests[0].partition("\r\n\r\n")[2]) == {
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": "wamid.B",
            "typing_indicator": {"type": "text"},
        }


async def test_media_goes_up_and_comes_down_with_the_token(graph):
    def media(request):
        if request.startswith("POST"):
            return reply({"id": "915"})
        if request.startswith("GET /v26.0/915?phone_number_id=106 "):
            return reply({"url": f"{seen.origin}/file", "mime_type": "image/png", "sha256": "s", "file_size": "4"})
        return reply(b"\x89PNG")

    async with serving(media) as seen:
        provider = CloudProvider(await graph(seen), "106")
        assert await provider.upload_media(b"\x89PNG", mime="image/png", filename="a.png") == "915"
        assert (await provider.media_info("915")).size == 4
        assert await provider.download_media("915", max_bytes=100) == b"\x89PNG"
        assert 'name="messaging_product"' in seen.requests[0]
        assert all("Bearer EAAtoken" in request for request in seen.requests)


async def test_the_token_never_travels_in_plain_text_elsewhere(graph):
    async with serving() as seen:
        with pytest.raises(GraphError):
            await (await graph(seen)).download("http://example.com/file", max_bytes=10)


@pytest.mark.parametrize("token", ["", "a b", "a\nHost: evil", "tokén"])
def test_a_malformed_token_is_a_dead_one(token):
    with pytest.raises(GraphError) as caught:
        GraphClient(OutboundClient(), token)
    assert caught.value.policy is Policy.PAUSE_NUMBER


async def test_ids_cannot_lead_to_another_path(graph):
    async with serving(reply({})) as seen:
        await accounts.get_number(await graph(seen), "1/../me?x=")
        assert seen.requests[0].startswith("GET /v26.0/1%2F..%2Fme%3Fx=?fields=id,")


@pytest.mark.parametrize("part", ["", ".", ".."])
async def test_a_part_that_would_move_the_path_is_refused(graph, part):
    async with serving() as seen:
        with pytest.raises(GraphError):
            await accounts.get_number(await graph(seen), part)
        assert seen.connections == 0


async def test_lists_are_read_page_by_page(graph):
    def page(request):
        if "after=NEXT" in request:
            return reply({"data": [{"id": "2"}], "paging": {"cursors": {"after": "END"}}})
        return reply({"data": [{"id": "1"}, None], "paging": {"cursors": {"after": "NEXT"}, "next": "https://x"}})

    async with serving(page) as seen:
        rows = await accounts.list_numbers(await graph(seen), "102")
        assert [row["id"] for row in rows] == ["1", "2"]


async def test_accounts_profiles_subscriptions_tokens_and_blocks(graph):
    async with serving(reply({"data": [{"about": "Loja", "id": "9"}], "success": True})) as seen:
        client = await graph(seen)
        assert (await accounts.get_profile(client, "106"))["about"] == "Loja"
        assert (await accounts.list_subscribed_apps(client, "102"))[0]["id"] == "9"
        assert await accounts.debug_token(client, "other") == {}
        await accounts.subscribe_app(client, "102", callback_url="https://a/b", verify_token="v")
        await accounts.block(client, "106", "5511988887777")
        await accounts.unblock(client, "106", "BR.1349")
        bodies = [request.partition("\r\n\r\n")[2] for request in seen.requests[-3:]]
        assert '"override_callback_uri":"https://a/b"' in bodies[0]
        assert '"block_users":[{"user":"+5511988887777"}]' in bodies[1]
        assert '"block_users":[{"user_id":"BR.1349"}]' in bodies[2]
