"""The platform's limits, shared by forms, the send door and the providers. Lengths are in characters."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.whatsapp.providers.base import SendKind

TEXT = 4_096
CAPTION = 1_024
FILENAME = 240
BUTTONS_BODY = 1_024
LIST_BODY = 4_096
HEADER = 60
FOOTER = 60
BUTTONS = 3
BUTTON_TITLE = 20
BUTTON_ID = 256
LIST_BUTTON = 20
LIST_SECTIONS = 10
LIST_ROWS = 10
SECTION_TITLE = 24
ROW_TITLE = 24
ROW_ID = 200
ROW_DESCRIPTION = 72
CTA_LABEL = 20
URL = 2_000
CONTACTS = 257
CALLBACK_ID = 512
FLOW_CTA = 30
REFERENCE = 35
ORDER_ITEM = 60
PIX_CODE = 512
PIX_KEYS = ("CPF", "CNPJ", "EMAIL", "PHONE", "EVP")
LOCATION_TEXT = 1_000
REACTION_EMOJI = 32

Content = Mapping[str, Any]
TextName = str | Promise


def validate(kind: SendKind, content: Content) -> None:
    """Raises ValidationError with a sentence for the person who wrote the message."""
    VALIDATORS[kind](content)


def check_text(value: object, longest: int, name: TextName, *, required: bool = True) -> None:
    text = value if isinstance(value, str) else ""
    if required and not text.strip():
        raise ValidationError(_("Fill in the %(name)s.") % {"name": name}, code="required")
    if len(text) > longest:
        message = _("The %(name)s has %(length)d characters. WhatsApp accepts at most %(longest)d.")
        raise ValidationError(message % {"name": name, "length": len(text), "longest": longest}, code="too_long")


def check_count(items: object, most: int, name: TextName) -> Sequence[Content]:
    found = [item for item in items if isinstance(item, Mapping)] if isinstance(items, list | tuple) else []
    if not found:
        raise ValidationError(_("Add at least one item to the %(name)s.") % {"name": name}, code="required")
    if len(found) > most:
        message = _("There are %(count)d items in the %(name)s. WhatsApp accepts at most %(most)d.")
        raise ValidationError(message % {"name": name, "count": len(found), "most": most}, code="too_many")
    return found


def check_unique(values: Sequence[object], name: TextName) -> None:
    if len(set(values)) != len(values):
        raise ValidationError(_("Each of the %(name)s must be different.") % {"name": name}, code="duplicate")


def check_media(content: Content) -> None:
    if not content.get("media_id"):
        raise ValidationError(_("Choose a file to send."), code="required")
    check_text(content.get("caption"), CAPTION, gettext_lazy("caption"), required=False)
    check_text(content.get("filename"), FILENAME, gettext_lazy("file name"), required=False)


def check_header(content: Content, *, text_only: bool = False) -> None:
    header = content.get("header")
    if not header:
        return
    kind = header.get("type") if isinstance(header, Mapping) else None
    if kind == "text":
        check_text(header.get("text"), HEADER, gettext_lazy("header"))
    elif text_only or kind not in ("image", "video", "document"):
        raise ValidationError(_("This kind of message cannot have this header."), code="header")
    elif not (header.get("media_id") or content.get("media_id")):
        raise ValidationError(_("Choose a file to send."), code="required")


def check_text_message(content: Content) -> None:
    check_text(content.get("text"), TEXT, gettext_lazy("message"))


def check_reaction(content: Content) -> None:
    if not content.get("wamid"):
        raise ValidationError(_("Choose the message to react to."), code="required")
    check_text(content.get("emoji"), REACTION_EMOJI, gettext_lazy("reaction"), required=False)


def check_buttons(content: Content) -> None:
    check_text(content.get("body"), BUTTONS_BODY, gettext_lazy("message"))
    _check_frame(content)
    buttons = check_count(content.get("buttons"), BUTTONS, gettext_lazy("buttons"))
    for button in buttons:
        check_text(button.get("title"), BUTTON_TITLE, gettext_lazy("button text"))
        check_text(button.get("id"), BUTTON_ID, gettext_lazy("button ID"))
    check_unique([button.get("title") for button in buttons], gettext_lazy("button texts"))
    check_unique([button.get("id") for button in buttons], gettext_lazy("button IDs"))


def check_list(content: Content) -> None:
    check_text(content.get("body"), LIST_BODY, gettext_lazy("message"))
    check_text(content.get("button"), LIST_BUTTON, gettext_lazy("button text"))
    _check_frame(content, text_only=True)
    sections = check_count(content.get("sections"), LIST_SECTIONS, gettext_lazy("list"))
    rows = [row for section in sections for row in _section_rows(section, titled=len(sections) > 1)]
    check_count(rows, LIST_ROWS, gettext_lazy("list"))
    check_unique([row.get("id") for row in rows], gettext_lazy("row IDs"))


def _section_rows(section: Content, *, titled: bool) -> Sequence[Content]:
    check_text(section.get("title"), SECTION_TITLE, gettext_lazy("section title"), required=titled)
    rows = check_count(section.get("rows"), LIST_ROWS, gettext_lazy("list"))
    for row in rows:
        check_text(row.get("title"), ROW_TITLE, gettext_lazy("row title"))
        check_text(row.get("id"), ROW_ID, gettext_lazy("row ID"))
        check_text(row.get("description"), ROW_DESCRIPTION, gettext_lazy("row description"), required=False)
    return rows


def check_cta(content: Content) -> None:
    check_text(content.get("body"), BUTTONS_BODY, gettext_lazy("message"))
    _check_frame(content)
    check_text(content.get("label"), CTA_LABEL, gettext_lazy("button text"))
    check_text(content.get("url"), URL, gettext_lazy("link"))
    if not str(content["url"]).startswith(("https://", "http://")):
        raise ValidationError(_("The link must start with https://."), code="link")


def _check_frame(content: Content, *, text_only: bool = False) -> None:
    check_header(content, text_only=text_only)
    check_text(content.get("footer"), FOOTER, gettext_lazy("footer"), required=False)


def check_location_request(content: Content) -> None:
    check_text(content.get("body"), BUTTONS_BODY, gettext_lazy("message"))


def check_flow(content: Content) -> None:
    check_text(content.get("body"), BUTTONS_BODY, gettext_lazy("message"))
    _check_frame(content)
    check_text(content.get("cta"), FLOW_CTA, gettext_lazy("button text"))
    check_text(content.get("flow_id"), URL, gettext_lazy("form's ID"))
    check_text(content.get("token"), URL, gettext_lazy("form's token"))


def check_order_details(content: Content) -> None:
    """A charge by Pix (Meta's guide to payments in Brazil)."""
    check_text(content.get("body"), BUTTONS_BODY, gettext_lazy("message"))
    check_text(content.get("footer"), FOOTER, gettext_lazy("footer"), required=False)
    check_text(content.get("reference"), REFERENCE, gettext_lazy("reference of the charge"))
    check_text(content.get("item"), ORDER_ITEM, gettext_lazy("description of the charge"))
    check_text(content.get("code"), PIX_CODE, gettext_lazy("Pix code"))
    check_text(content.get("merchant"), ORDER_ITEM, gettext_lazy("name of the receiver"))
    cents = content.get("cents")
    if type(cents) is not int or cents <= 0:
        raise ValidationError(_("The amount of the charge must be more than zero."), code="amount")
    if content.get("key_type") not in PIX_KEYS or not content.get("key"):
        raise ValidationError(_("This is no Pix key. Use a CPF, CNPJ, e-mail, phone or random key."), code="key")


def check_location(content: Content) -> None:
    for key, limit in (("latitude", 90), ("longitude", 180)):
        value = content.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not -limit <= value <= limit:
            raise ValidationError(_("Choose a valid point on the map."), code="location")
    check_text(content.get("name"), LOCATION_TEXT, gettext_lazy("place name"), required=False)
    check_text(content.get("address"), LOCATION_TEXT, gettext_lazy("address"), required=False)


def check_contacts(content: Content) -> None:
    for card in check_count(content.get("contacts"), CONTACTS, gettext_lazy("contacts")):
        name = card.get("name")
        formatted = name.get("formatted_name") if isinstance(name, Mapping) else None
        check_text(formatted, TEXT, gettext_lazy("contact name"))


def check_template(content: Content) -> None:
    if not (content.get("name") and content.get("language")):
        raise ValidationError(_("Choose a template and its language."), code="required")


VALIDATORS: Mapping[SendKind, Callable[[Content], None]] = {
    SendKind.TEXT: check_text_message,
    SendKind.IMAGE: check_media,
    SendKind.VIDEO: check_media,
    SendKind.AUDIO: check_media,
    SendKind.DOCUMENT: check_media,
    SendKind.STICKER: check_media,
    SendKind.REACTION: check_reaction,
    SendKind.LOCATION: check_location,
    SendKind.CONTACTS: check_contacts,
    SendKind.TEMPLATE: check_template,
    SendKind.BUTTONS: check_buttons,
    SendKind.LIST: check_list,
    SendKind.CTA_URL: check_cta,
    SendKind.LOCATION_REQUEST: check_location_request,
    SendKind.ORDER_DETAILS: check_order_details,
    SendKind.FLOW: check_flow,
}
