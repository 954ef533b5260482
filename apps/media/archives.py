"""What a ZIP or an OLE file really is: office document, plain archive, or a program in disguise."""

import struct
import zipfile
from typing import IO

from apps.media import refusals
from apps.media.containers import read_at, size_of

_END_RECORD = 22
_LARGEST_COMMENT = 65535
_LARGEST_DIRECTORY = 2 * 1024 * 1024
_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument."
_OFFICE_FOLDERS = {
    "word": f"{_OFFICE}.wordprocessingml.document",
    "xl": f"{_OFFICE}.spreadsheetml.sheet",
    "ppt": f"{_OFFICE}.presentationml.presentation",
}
_PROGRAMS = frozenset({"AndroidManifest.xml", "META-INF/MANIFEST.MF", "AppManifest.xaml", "AppxManifest.xml"})
_OPEN_KINDS = frozenset({"text", "spreadsheet", "presentation"})
# Names of OLE streams, as they stand in its directory.
_OLE_STREAMS = {
    "WordDocument": "application/msword",
    "Workbook": "application/vnd.ms-excel",
    "Book": "application/vnd.ms-excel",
    "PowerPoint Document": "application/vnd.ms-powerpoint",
}
_OLE_MACROS = "_VBA_PROJECT"


def zip_mime(file: IO[bytes]) -> str:
    """MIME type of a ZIP-based file; nothing is unpacked."""
    _require_sane_directory(file)
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
            opened = _open_document(archive) if "mimetype" in names else ""
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, RuntimeError) as error:
        raise refusals.refuse(refusals.BROKEN_ARCHIVE, "broken") from error
    if names & _PROGRAMS:
        raise refusals.refuse(refusals.ACTIVE, "active")
    return opened or _office_document(names) or "application/zip"


def _office_document(names: set[str]) -> str:
    if "[Content_Types].xml" not in names:
        return ""
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise refusals.refuse(refusals.MACROS, "macros")
    return next(
        (mime for folder, mime in _OFFICE_FOLDERS.items() if any(name.startswith(folder) for name in names)), ""
    )


def _open_document(archive: zipfile.ZipFile) -> str:
    with archive.open("mimetype") as stream:
        said = stream.read(120).decode("ascii", "replace").strip()
    return said if said.startswith(_OPEN) and said.removeprefix(_OPEN) in _OPEN_KINDS else ""


def _require_sane_directory(file: IO[bytes]) -> None:
    """The directory is read whole by `zipfile`: refuse one made to fill the memory."""
    length = size_of(file)
    tail = read_at(file, max(0, length - _END_RECORD - _LARGEST_COMMENT), _END_RECORD + _LARGEST_COMMENT)
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) < end + _END_RECORD or b"PK\x06\x07" in tail[max(0, end - 20) : end]:
        raise refusals.refuse(refusals.BROKEN_ARCHIVE, "broken")
    if struct.unpack_from("<I", tail, end + 12)[0] > _LARGEST_DIRECTORY:
        raise refusals.refuse(refusals.BROKEN_ARCHIVE, "broken")
    file.seek(0)


def ole_mime(file: IO[bytes]) -> str:
    """Old Word, Excel or PowerPoint; "" for other OLE files (installers among them)."""
    file.seek(0)
    data = file.read()
    if _OLE_MACROS.encode("utf-16-le") in data:
        raise refusals.refuse(refusals.MACROS, "macros")
    return next((mime for name, mime in _OLE_STREAMS.items() if f"{name}\0".encode("utf-16-le") in data), "")
