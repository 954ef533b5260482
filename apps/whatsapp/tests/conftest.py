import pytest

from django.test import override_settings

from apps.core.http import OutboundClient
from apps.whatsapp.graph import GraphClient


@pytest.fixture
async def graph():
    """Opens a Graph client on a local test server."""
    clients = []

    async def open_graph(seen):
        with override_settings(OUTBOUND_TRUSTED_ORIGINS=[seen.origin]):
            client = OutboundClient()
        clients.append(await client.__aenter__())
        return GraphClient(client, "EAAtoken", api_url=seen.origin, version="v26.0")

    yield open_graph
    for client in clients:
        await client.__aexit__(None, None, None)
