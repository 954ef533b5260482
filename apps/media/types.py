"""What may be stored, of which kind it is, and how large it may be."""

import mimetypes
from dataclasses import dataclass

MB = 1024 * 1024
KB = 1024

IMAGE, VIDEO, AUDIO, DOCUMENT, STICKER = "image", "video", "audio", "document", "sticker"

UPLOAD_LIMITS = {IMAGE: 10 * MB, STICKER: 10 * MB, VIDEO: 50 * MB, AUDIO: 16 * MB, DOCUMENT: 20 * MB}
LARGEST_UPLOAD = max(UPLOAD_LIMITS.values())
MAX_PIXELS = 25_000_000

# Cloud API limits (developers.facebook.com, "Supported media types"); documents may have 100 MB there, 20 MB here.
SENDING_LIMITS = {IMAGE: 5 * MB, VIDEO: 16 * MB, AUDIO: 16 * MB, DOCUMENT: 20 * MB}
STICKER_LIMIT, ANIMATED_STICKER_LIMIT, STICKER_SIDE = 100 * KB, 500 * KB, 512
SENDABLE = {
    IMAGE: frozenset({"image/jpeg", "image/png"}),
    VIDEO: frozenset({"video/mp4", "video/3gpp"}),
    AUDIO: frozenset({"audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"}),
    STICKER: frozenset({"image/webp"}),
}


@dataclass(frozen=True, slots=True)
class FileType:
    kind: str
    extensions: tuple[str, ...]

    @property
    def extension(self) -> str:
        return self.extensions[0]


_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"
TYPES: dict[str, FileType] = {
    "image/jpeg": FileType(IMAGE, ("jpg", "jpeg", "jpe", "jfif")),
    "image/png": FileType(IMAGE, ("png",)),
    "image/webp": FileType(IMAGE, ("webp",)),
    "image/gif": FileType(IMAGE, ("gif",)),
    "video/mp4": FileType(VIDEO, ("mp4", "m4v")),
    "video/quicktime": FileType(VIDEO, ("mov",)),
    "video/3gpp": FileType(VIDEO, ("3gp", "3g2")),
    "video/webm": FileType(VIDEO, ("webm",)),
    "audio/mp4": FileType(AUDIO, ("m4a", "mp4")),
    "audio/3gpp": FileType(AUDIO, ("3gp",)),
    "audio/aac": FileType(AUDIO, ("aac",)),
    "audio/amr": FileType(AUDIO, ("amr",)),
    "audio/mpeg": FileType(AUDIO, ("mp3", "mpga")),
    "audio/ogg": FileType(AUDIO, ("ogg", "oga", "opus")),
    "audio/ogg; codecs=vorbis": FileType(AUDIO, ("ogg", "oga")),
    "audio/wav": FileType(AUDIO, ("wav",)),
    "audio/webm": FileType(AUDIO, ("webm",)),
    "application/pdf": FileType(DOCUMENT, ("pdf",)),
    "application/msword": FileType(DOCUMENT, ("doc",)),
    "application/vnd.ms-excel": FileType(DOCUMENT, ("xls",)),
    "application/vnd.ms-powerpoint": FileType(DOCUMENT, ("ppt",)),
    f"{_OFFICE}.wordprocessingml.document": FileType(DOCUMENT, ("docx",)),
    f"{_OFFICE}.spreadsheetml.sheet": FileType(DOCUMENT, ("xlsx",)),
    f"{_OFFICE}.presentationml.presentation": FileType(DOCUMENT, ("pptx",)),
    f"{_OPEN}.text": FileType(DOCUMENT, ("odt",)),
    f"{_OPEN}.spreadsheet": FileType(DOCUMENT, ("ods",)),
    f"{_OPEN}.presentation": FileType(DOCUMENT, ("odp",)),
    "application/zip": FileType(DOCUMENT, ("zip",)),
    "text/csv": FileType(DOCUMENT, ("csv",)),
    "text/plain": FileType(DOCUMENT, ("txt", "log", "md", "vcf", "json", "ics", "tsv")),
}
KNOWN_EXTENSIONS = frozenset(extension for found in TYPES.values() for extension in found.extensions)
INLINE = frozenset(mime for mime, found in TYPES.items() if found.kind in {IMAGE, VIDEO, AUDIO})

# A browser or an operating system might run or render these; refused by name whatever they contain.
# fmt: off
ACTIVE_EXTENSIONS = frozenset({
    "apk", "app", "appimage", "asp", "aspx", "bat", "cgi", "chm", "cmd", "com", "cpl", "deb", "dll", "dmg",
    "exe", "gadget", "hta", "htm", "html", "iso", "jar", "js", "jse", "jsp", "lnk", "mhtml", "mht", "mjs",
    "msc", "msi", "msp", "php", "phtml", "pif", "pl", "ps1", "py", "rb", "reg", "rpm", "scf", "scr", "sh",
    "shtml", "svg", "svgz", "swf", "url", "vb", "vbe", "vbs", "wsf", "xht", "xhtml", "xml", "xsl", "xslt"
})
# fmt: on

# Says nothing of the content; the name speaks instead.
_GENERIC = frozenset(
    {"", "application/octet-stream", "binary/octet-stream", "application/ogg", "application/x-download"}
)


def bare(mime: str) -> str:
    """`Audio/OGG; codecs=opus` → `audio/ogg`."""
    return mime.partition(";")[0].strip().lower()


def likely_kind(declared: str, name: str) -> str:
    """What the sender seems to mean, for the wording of a refusal."""
    family = _said(declared, name).partition("/")[0]
    return family if family in {IMAGE, VIDEO, AUDIO} else DOCUMENT


def families_of(declared: str, name: str) -> frozenset[str]:
    """Families that fit what the sender says a file is; empty when nothing is said."""
    if not _said(declared, name):
        return frozenset()
    kind = likely_kind(declared, name)
    return frozenset({VIDEO, AUDIO}) if kind in {VIDEO, AUDIO} else frozenset({kind})  # one container holds either


def _said(declared: str, name: str) -> str:
    said = bare(declared)
    return said if said not in _GENERIC else mimetypes.guess_type(name)[0] or ""
