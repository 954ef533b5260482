"""Translation catalogues through Babel: reads .po files, writes the .mo files that Django loads."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Entry:
    """One message; `ids` and `translations` hold singular and plural, or one text."""

    ids: tuple[str, ...]
    translations: tuple[str, ...]
    context: str | None = None
    fuzzy: bool = False

    @property
    def key(self) -> str:
        """What gettext looks up: context, EOT and msgid."""
        return self.ids[0] if self.context is None else f"{self.context}\x04{self.ids[0]}"

    @property
    def complete(self) -> bool:
        return not self.fuzzy and bool(self.translations) and all(self.translations)


def read(path: Path) -> list[Entry]:
    """Entries of a .po file, without its header and the obsolete ones."""
    with path.open("rb") as file:
        return [_entry(message) for message in read_po(file) if message.id]


def _entry(message: Message) -> Entry:
    return Entry(_texts(message.id), _texts(message.string), message.context, message.fuzzy)


def _texts(value: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value or ())


def compile_all(root: Path = ROOT) -> None:
    """Write the .mo beside every .po whose content it does not yet have."""
    for source in root.glob("locale/*/LC_MESSAGES/*.po"):
        packed = BytesIO()
        with source.open("rb") as file:
            write_mo(packed, read_po(file))
        target = source.with_suffix(".mo")
        if not target.exists() or target.read_bytes() != packed.getvalue():
            target.write_bytes(packed.getvalue())


if __name__ == "__main__":
    compile_all()
