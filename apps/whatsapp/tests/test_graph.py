"""The Graph client against a real HTTP server: paths, pages, tokens, and what reading can never be."""

import pytest

from apps.core.http import OutboundClient
from apps.core.tests.http_servers import serving
from apps.whatsapp.errors import GraphError, Policy
from apps.whatsapp.graph import GraphClient
from apps.whatsapp.providers.cloud import accounts
from apps.whatsapp.tests.replies import reply


async def test_reading_is_never_ambiguous(graph):
    for raw in (reply(b"<html>", "502 Bad Gateway"), b"", reply(b"no json")):
        async with serving(raw) as seen:
            with pytest.raises(GraphError) as caught:
                await accounts.get_number(await graph(seen), "106")
            assert not caught.value.ambiguous


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
