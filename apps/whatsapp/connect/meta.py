"""Who is asked: Meta's Graph API with a token that is perhaps not stored yet."""

from collections.abc import Callable
from typing import Any, Protocol

from django.utils.translation import gettext as _

from apps.core.http import OutboundClient
from apps.whatsapp.errors import GraphError
from apps.whatsapp.graph import GraphClient


class Graph(Protocol):
    """The part of GraphClient that connecting needs; raises GraphError."""

    async def get(self, *path: str, **params: str) -> dict[str, Any]: ...

    async def post(self, *path: str) -> dict[str, Any]: ...

    async def delete(self, *path: str) -> dict[str, Any]: ...


Ask = Callable[[str], Graph]
"""A client for a token; raises GraphError for text that cannot be a token."""


def asking(http: OutboundClient) -> Ask:
    return lambda token: GraphClient(http, token)


def is_silence(error: GraphError) -> bool:
    """Meta gave no answer of its own: nothing is said about ids and tokens."""
    return error.code < 0 or (error.http_status or 0) >= 500


def quoted(error: GraphError) -> str:
    """Meta's own words with its code, for whoever sets the number up."""
    told = {"message": error.details or error.title or "-", "code": error.code}
    return _("Meta answered: “%(message)s” (error %(code)s).") % told
