"""Answers of a Graph API on a local test server."""

import json
from typing import Any

from apps.core.tests.http_servers import answer


def reply(body: Any, status: str = "200 OK") -> bytes:
    """An HTTP answer; anything but bytes is sent as JSON."""
    return answer(status, body if isinstance(body, bytes) else json.dumps(body).encode())
