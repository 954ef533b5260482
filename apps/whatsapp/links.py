"""Links that open WhatsApp."""

from urllib.parse import quote

from apps.whatsapp.models import Number


def chat_link(number: Number, text: str = "") -> str:
    """Opens a conversation with the number on the customer's phone, with `text` typed already."""
    digits = "".join(filter(str.isdigit, number.display_phone))
    return f"https://wa.me/{digits}" + (f"?text={quote(text, safe='')}" if text else "")
