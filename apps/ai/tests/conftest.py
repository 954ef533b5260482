"""A provider at the simulator, which runs in a thread of the test's process."""

import socket
import threading
import time

import pytest
import uvicorn
from starlette.applications import Starlette

from apps.ai.models import Provider
from apps.ai.tests.factories import ProviderFactory
from apps.organizations.tenancy import tenant_scope
from apps.organizations.tests.factories import OrganizationFactory
from apps.simulator.ai import ai_routes


@pytest.fixture(scope="session")
def simulator_url():
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(Starlette(routes=ai_routes()), log_level="error", lifespan="off", timeout_graceful_shutdown=1)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(5)
    listener.close()


@pytest.fixture
def make_provider(simulator_url, settings):
    """`make_provider(kind="anthropic", model="sim-html")`, in its company's scope."""
    settings.OUTBOUND_TRUSTED_ORIGINS = [simulator_url]
    company = OrganizationFactory()

    def make(kind: str = "openai", **fields) -> Provider:
        base = f"{simulator_url}/ai" + ("/v1" if kind == "openai" else "")
        fields = {"base_url": base, "is_active": True, "api_key": "simulator-key", **fields}
        return ProviderFactory(organization=company, kind=kind, **fields)

    with tenant_scope(company):
        yield make
