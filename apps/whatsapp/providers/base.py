"""What every way of reaching WhatsApp offers. A request is plain values, so it can be stored, compared and tested."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol


class SendKind(StrEnum):
    """What can be sent, and the `content` of each; `?` marks what may be missing.

    text: text, preview_url?                         image, video: media_id, caption?
    document: media_id, caption?, filename?          audio: media_id, voice?          sticker: media_id
    reaction: wamid, emoji ("" takes it back)        location: latitude, longitude, name?, address?
    contacts: contacts [Meta's contact objects]      template: name, language, components? [Meta's send components],
      header_media? ("image"|"video"|"document") with media_id, filename?,
      cards? [{media: "image"|"video", …}] with card_media [media ids] beside a "carousel" component
    buttons: body, buttons [{id, title}], header?, footer?
    list: body, button, sections [{title?, rows [{id, title, description?}]}], header?, footer?
    cta_url: body, label, url, header?, footer?      location_request: body
    order_details: body, reference, code (the Pix text), cents, item, merchant, key, key_type, footer?
    flow: body, flow_id, cta, token, screen?, data?, header?, footer?
    header: {type: "text", text} or {type: "image"|"video"|"document", filename?, media_id, here or beside the header}
    """

    TEXT = "text"
    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    DOCUMENT = "document"
    STICKER = "sticker"
    REACTION = "reaction"
    LOCATION = "location"
    CONTACTS = "contacts"
    TEMPLATE = "template"
    BUTTONS = "buttons"
    LIST = "list"
    CTA_URL = "cta_url"
    LOCATION_REQUEST = "location_request"
    ORDER_DETAILS = "order_details"
    FLOW = "flow"


@dataclass(frozen=True, slots=True)
class SendRequest:
    """One message. `to` is a wa_id (digits), `recipient` a BSUID; the phone wins when both are given.

    `callback_id` comes back in every status: it is how a send whose answer was lost is found again.
    """

    kind: SendKind
    content: Mapping[str, Any] = field(default_factory=dict)
    to: str | None = None
    recipient: str | None = None
    reply_to_wamid: str | None = None
    callback_id: str | None = None


@dataclass(frozen=True, slots=True)
class SendResult:
    """Accepted, which is not yet sent. `wa_id` is Meta's spelling of the number (Brazil's ninth digit)."""

    wamid: str
    wa_id: str | None = None
    user_id: str | None = None
    message_status: str = "accepted"


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """`url` works for 5 minutes and only with the token; `size` in bytes, None when not told."""

    id: str
    url: str
    mime: str = ""
    sha256: str = ""
    size: int | None = None


class Provider(Protocol):
    """All methods raise GraphError, which says whether nothing was accepted or whether that is open."""

    async def send(self, request: SendRequest) -> SendResult:
        """Exactly one request to the platform, never repeated. Raises ValidationError before it, if beyond a limit."""

    async def mark_read(self, wamid: str, *, typing: bool = False) -> None:
        """Blue ticks for this and earlier messages; `typing` also shows that somebody is writing, for 25 s."""

    async def upload_media(self, data: bytes, *, mime: str, filename: str) -> str:
        """The media id, valid for 30 days."""

    async def media_info(self, media_id: str) -> MediaInfo: ...

    async def download_media(self, media_id: str, *, max_bytes: int) -> bytes: ...
