"""What Meta checks in a send request before accepting it: presence, types, lengths."""

from collections.abc import Callable
from typing import Any

from apps.simulator import phones
from apps.simulator.entities import JSON
from apps.simulator.errors import GraphError, bad, invalid, missing
from apps.simulator.validation_interactive import check_interactive

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
CALLBACK_LIMIT = 512
CONTACTS_LIMIT = 257
MEDIA_TYPES = ("image", "video", "audio", "document", "sticker")
CAPTIONED = ("image", "video", "document")


def check_request(body: Any) -> JSON:
    """The common fields; returns the body as a mapping."""
    if not isinstance(body, dict):
        raise bad("The request body must be a JSON object.")
    if body.get("messaging_product") != "whatsapp":
        raise bad("The parameter messaging_product is required and must be 'whatsapp'.")
    return body


def check_message(body: JSON) -> str:
    """Check a message of any type and return its type."""
    _recipient(body)
    kind = body.get("type", "text")
    check = CHECKS.get(kind) if isinstance(kind, str) else None
    if check is None:
        raise GraphError(131051, f"Message type {str(kind)[:40]} is not supported.")
    content = body.get(kind)
    if content is None:
        raise missing(kind)
    check(content)
    _extras(body)
    return str(kind)


def _recipient(body: JSON) -> None:
    if body.get("recipient_type", "individual") != "individual":
        raise invalid("recipient_type must be 'individual'.")
    to, recipient = body.get("to"), body.get("recipient")
    if not to and not recipient:
        raise missing("to")
    if to:
        if not isinstance(to, str) or not 8 <= len(phones.digits(to)) <= 15:
            raise invalid("The parameter to is not a valid phone number.")
    elif not isinstance(recipient, str) or not phones.BSUID.fullmatch(recipient):
        raise invalid("The parameter recipient is not a valid business-scoped user id.")


def _extras(body: JSON) -> None:
    callback = body.get("biz_opaque_callback_data", "")
    if not isinstance(callback, str) or len(callback) > CALLBACK_LIMIT:
        raise bad(f"biz_opaque_callback_data must be a string of at most {CALLBACK_LIMIT} characters.")
    context = body.get("context")
    if context is not None and not (isinstance(context, dict) and isinstance(context.get("message_id"), str)):
        raise invalid("context.message_id must be a message id.")


def mapping(content: Any, name: str) -> JSON:
    if not isinstance(content, dict):
        raise bad(f"The parameter {name} must be an object.")
    return content


def limited(text: Any, name: str, limit: int, *, required: bool = True) -> str:
    if text is None and not required:
        return ""
    if not isinstance(text, str) or (required and not text.strip()):
        raise missing(name)
    if len(text) > limit:
        raise bad(f"Param {name} must be at most {limit} characters long.")
    return text


def check_text(content: Any) -> None:
    limited(mapping(content, "text").get("body"), "text['body']", TEXT_LIMIT)


def media_check(kind: str) -> Callable[[Any], None]:
    def check(content: Any) -> None:
        check_media(kind, content)

    return check


def check_media(kind: str, content: Any) -> None:
    media = mapping(content, kind)
    if not media.get("id") and not media.get("link"):
        raise missing(f"{kind}['id'] or {kind}['link']")
    link = media.get("link")
    if link is not None and not str(link).startswith(("http://", "https://")):
        raise bad(f"Param {kind}['link'] is not a valid URL.")
    if kind in CAPTIONED:
        limited(media.get("caption"), f"{kind}['caption']", CAPTION_LIMIT, required=False)
    elif media.get("caption"):
        raise bad(f"Unexpected key caption on param {kind}.")


def check_location(content: Any) -> None:
    location = mapping(content, "location")
    for name, limit in (("latitude", 90), ("longitude", 180)):
        try:
            value = float(location[name])
        except KeyError:
            raise missing(f"location['{name}']") from None
        except (TypeError, ValueError):
            raise invalid(f"location['{name}'] is not a number.") from None
        if not -limit <= value <= limit:
            raise invalid(f"location['{name}'] is out of range.")


def check_contacts(content: Any) -> None:
    if not isinstance(content, list) or not 1 <= len(content) <= CONTACTS_LIMIT:
        raise invalid(f"contacts must be a list of 1 to {CONTACTS_LIMIT} contacts.")
    for contact in content:
        name = mapping(mapping(contact, "contacts").get("name"), "contacts['name']")
        limited(name.get("formatted_name"), "contacts['name']['formatted_name']", 1024)
        if not any(value for part, value in name.items() if part != "formatted_name"):
            raise missing("one more of first_name, last_name, middle_name, suffix, prefix in contacts['name']")


def check_reaction(content: Any) -> None:
    reaction = mapping(content, "reaction")
    if not isinstance(reaction.get("message_id"), str) or not reaction["message_id"]:
        raise missing("reaction['message_id']")
    if not isinstance(reaction.get("emoji", ""), str) or len(reaction.get("emoji", "")) > 16:
        raise invalid("reaction['emoji'] must be one emoji.")


def check_template(content: Any) -> None:
    template = mapping(content, "template")
    limited(template.get("name"), "template['name']", 512)
    language = mapping(template.get("language"), "template['language']")
    limited(language.get("code"), "template['language']['code']", 20)
    for part in _objects(template.get("components"), "template['components']"):
        _objects(part.get("parameters"), "template['components']['parameters']")


def _objects(content: Any, name: str) -> list[JSON]:
    if content is None:
        return []
    if not isinstance(content, list) or not all(isinstance(part, dict) for part in content):
        raise bad(f"{name} must be a list of objects.")
    return content


CHECKS: dict[str, Callable[[Any], None]] = {
    "text": check_text,
    "location": check_location,
    "contacts": check_contacts,
    "reaction": check_reaction,
    "template": check_template,
    "interactive": check_interactive,
    **{kind: media_check(kind) for kind in MEDIA_TYPES},
}
