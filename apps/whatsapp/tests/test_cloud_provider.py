"""The provider against a real HTTP server: what is sent, what an answer means, and that nothing is sent twice."""

import json

import pytest

from django.core.exceptions import ValidationError

from apps.core.tests.http_servers import serving
from apps.whatsapp.errors import GraphError, Policy
from apps.whatsapp.providers import SendKind, SendRequest
from apps.whatsapp.providers.cloud import CloudProvider
from apps.whatsapp.tests.replies import reply

TEXT = SendRequest(SendKind.TEXT, {"text": "Olá"}, to="5511988887777", callback_id="c-1")
ACCEPTED = {
    "messaging_product": "whatsapp",
    "contacts": [{"input": "+5511988887777", "wa_id": "551188887777"}],
    "messages": [{"id": "wamid.A=", "message_status": "accepted"}],
}


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
