"""Every reason not to take a file, as a sentence that says what to do next."""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.media.types import AUDIO, DOCUMENT, IMAGE, MB, STICKER, VIDEO

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as Sentence

TOO_LARGE: dict[str, "Sentence"] = {
    IMAGE: _("This picture is too large. Send one of up to %(limit)s MB."),
    VIDEO: _("This video is too large. Send one of up to %(limit)s MB, or a shorter part of it."),
    AUDIO: _("This audio is too large. Send one of up to %(limit)s MB, or a shorter part of it."),
    DOCUMENT: _("This document is too large. Send one of up to %(limit)s MB, or split it into parts."),
    STICKER: _("This sticker is too large. Send one of up to %(limit)s MB."),
}
NOT_THE_KIND: dict[str, "Sentence"] = {
    IMAGE: _("This file is not a picture. Choose a JPEG, PNG, WebP or GIF file."),
    VIDEO: _("This file is not a video. Choose an MP4 or 3GP file."),
    AUDIO: _("This file is not an audio. Choose an OGG, MP3, M4A, AAC or AMR file."),
    DOCUMENT: _("This file cannot be sent as a document. Choose another one."),
    STICKER: _("A sticker must be a WebP picture. Choose another file, or send this one as a picture."),
}
CANNOT_SEND: dict[str, "Sentence"] = {
    IMAGE: _("WhatsApp accepts pictures in JPEG or PNG only. Save it in one of these formats and send it again."),
    VIDEO: _("WhatsApp accepts videos in MP4 or 3GP only. Convert it, or send it as a document."),
    AUDIO: _("WhatsApp does not accept this audio format. Convert it to MP3 or OGG (Opus), or send it as a document."),
    STICKER: _("A sticker must be a WebP picture of 512 × 512 pixels. Adjust it, or send it as a picture."),
}
STICKER_TOO_LARGE = _("WhatsApp accepts stickers of up to %(limit)s KB. Reduce it, or send it as a picture.")
EMPTY = _("This file is empty. Choose another one.")
UNKNOWN = _(
    "Files of this type are not accepted. Send a picture, an audio, a video, a PDF, an office document, a text "
    "or a ZIP."
)
ACTIVE = _(
    "Web pages, XML, SVG, scripts and programs are not accepted, for safety. Send the content as PDF, as a picture "
    "or inside a ZIP."
)
MACROS = _("Documents with macros are not accepted, for safety. Save it without macros and send it again.")
HEIC = _("Pictures in HEIC format are not accepted. Save it as JPEG and send it again.")
DISGUISED = _(
    "The content of this file is not what its name says. Save it again in the right format and send that one."
)
BROKEN_PICTURE = _("This picture cannot be read. Open it, save it as JPEG or PNG and send it again.")
TOO_MANY_PIXELS = _("This picture has more than %(limit)s megapixels. Reduce its dimensions and send it again.")
BROKEN_ARCHIVE = _("This file is damaged or incomplete. Open it, save it again and send the new one.")
INFECTED = _("A virus was found in this file, so it was not accepted. Check the device it came from.")
UNCHECKED = _(
    "Files cannot be checked for viruses right now, so this one was not accepted. Try again in a few minutes."
)


def refuse(sentence: "Sentence", code: str, **values: Any) -> ValidationError:
    """The error to raise."""
    return ValidationError(sentence, code=code, params=values)


def too_large(kind: str, limit: int) -> ValidationError:
    return refuse(TOO_LARGE[kind], "too_large", limit=limit // MB)
