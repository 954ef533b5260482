"""Translation catalogues without gettext's programs: reads .po, writes the .mo files that Django loads.

Format of .mo: gettext manual, "The Format of GNU MO Files".
"""

import ast
import struct
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MAGIC = 0x950412DE


@dataclass
class Entry:
    fields: dict[str, str] = field(default_factory=dict)
    fuzzy: bool = False

    @property
    def key(self) -> str:
        """What gettext looks up: context, EOT and msgid."""
        context = self.fields.get("msgctxt")
        msgid = self.fields["msgid"]
        return msgid if context is None else f"{context}\x04{msgid}"

    @property
    def translations(self) -> list[str]:
        return [text for name, text in self.fields.items() if name.startswith("msgstr")]

    @property
    def complete(self) -> bool:
        return not self.fuzzy and bool(self.translations) and all(self.translations)


def read(path: Path) -> list[Entry]:
    """Entries of a .po file, without the obsolete ones (`#~`)."""
    entries = [Entry()]
    name = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        text = line.strip()
        if not text or (text.startswith(("#,", "#:", "#.", "# ", "msgctxt", "msgid ")) and name.startswith("msgstr")):
            if entries[-1].fields:
                entries.append(Entry())
            name = ""
        if text.startswith("#,") and "fuzzy" in text:
            entries[-1].fuzzy = True
        elif text.startswith("msg"):
            name, _, quoted = text.partition(" ")
            entries[-1].fields[name] = ast.literal_eval(quoted.strip())
        elif text.startswith('"') and name:
            entries[-1].fields[name] += ast.literal_eval(text)
    return [entry for entry in entries if "msgid" in entry.fields]


def pack(entries: list[Entry]) -> bytes:
    pairs = sorted((_original(entry).encode(), "\0".join(entry.translations).encode()) for entry in entries)
    count = len(pairs)
    start = 28 + count * 16
    keys = b"".join(key + b"\0" for key, _ in pairs)
    values = b"".join(value + b"\0" for _, value in pairs)
    header = struct.pack("<7I", MAGIC, 0, count, 28, 28 + count * 8, 0, start)
    return (
        header
        + _table([key for key, _ in pairs], start)
        + _table([v for _, v in pairs], start + len(keys))
        + keys
        + values
    )


def _original(entry: Entry) -> str:
    plural = entry.fields.get("msgid_plural")
    return entry.key if plural is None else f"{entry.key}\0{plural}"


def _table(texts: list[bytes], offset: int) -> bytes:
    rows = []
    for text in texts:
        rows.append(struct.pack("<2I", len(text), offset))
        offset += len(text) + 1
    return b"".join(rows)


def compile_all(root: Path = ROOT) -> None:
    """Write the .mo beside every .po whose content it does not yet have."""
    for source in root.glob("locale/*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        packed = pack([entry for entry in read(source) if entry.complete])
        if not target.exists() or target.read_bytes() != packed:
            target.write_bytes(packed)


if __name__ == "__main__":
    compile_all()
