"""Where a conversation is shown. The faces above own the pages; here only their route's name is known."""

from functools import lru_cache
from uuid import UUID

from django.urls import reverse

_NOBODY = UUID(int=0)


def page_of(slug: str, conversation_id: UUID) -> str:
    """The agent panel's page, for links in rows and notifications."""
    return _pattern("desk:conversation", slug).replace(str(_NOBODY), str(conversation_id))


def thread_of(slug: str, conversation_id: UUID) -> str:
    """The fragment that fills the inbox's middle pane."""
    return _pattern("conversations:thread", slug).replace(str(_NOBODY), str(conversation_id))


@lru_cache(maxsize=1024)
def _pattern(route: str, slug: str) -> str:
    """The address of a made-up conversation: looking a route up costs more than putting an id in."""
    return reverse(route, kwargs={"slug": slug, "conversation_id": _NOBODY})
