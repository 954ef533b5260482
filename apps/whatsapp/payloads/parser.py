"""The way from the raw body to typed changes. A part that is broken is set aside; its siblings go through."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from apps.core.text import clean_name
from apps.whatsapp.payloads.account import read_account_event
from apps.whatsapp.payloads.decode import decode
from apps.whatsapp.payloads.errors import read_errors
from apps.whatsapp.payloads.history import read_history
from apps.whatsapp.payloads.identity import ContactBook
from apps.whatsapp.payloads.messages import read_echo, read_message
from apps.whatsapp.payloads.model import Broken, Change, Delivery, HistoryMessage, PaymentUpdate
from apps.whatsapp.payloads.statuses import is_payment, read_payment, read_preference, read_status, read_user_action
from apps.whatsapp.payloads.values import (
    PayloadError,
    get_id,
    get_object,
    get_short,
    get_text,
    need_id,
    need_object,
    parse_time,
)

FIELD_LENGTH = 64
MAX_BROKEN = 1_000  # of one delivery; a hostile body could hold a million
MAX_REASON = 300
# Whatever an unforeseen shape may raise: recorded as a Broken with its place, never lost and never fatal.
UNFORESEEN = (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError)

T = TypeVar("T")
Reader = Callable[[Mapping[str, Any], ContactBook], T]


@dataclass(slots=True)
class Quarantine:
    """Collects what could not be read, and runs readers so that nothing they meet escapes."""

    broken: list[Broken] = field(default_factory=list)
    waba_id: str | None = None
    phone_number_id: str | None = None

    def add(self, path: str, reason: str) -> None:
        if len(self.broken) < MAX_BROKEN:
            self.broken.append(Broken(path, clean_name(reason, MAX_REASON), self.waba_id, self.phone_number_id))

    def run(self, path: str, read: Callable[..., T], *args: Any) -> T | None:
        try:
            return read(*args)
        except PayloadError as error:
            self.add(path + error.path, error.reason)
        except UNFORESEEN as error:
            self.add(path, f"unexpected shape ({type(error).__name__}: {error})")
        return None

    def read_all(
        self, parent: Mapping[str, Any], key: str, path: str, read: Callable[..., T], *args: Any
    ) -> tuple[T, ...]:
        """`read(element, *args)` of every readable element of the list under `key`; the rest is set aside."""
        found = []
        for place, raw in self.objects(parent, key, path):
            item = self.run(place, read, raw, *args)
            if item is not None:
                found.append(item)
        return tuple(found)

    def objects(self, parent: Mapping[str, Any], key: str, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
        if key not in parent:  # the usual case for most lists
            return
        for place, raw in self.items(parent, key, path):
            if type(raw) is dict:
                yield place, raw
            else:
                self.add(place, "the element is not an object")

    def items(self, parent: Mapping[str, Any], key: str, path: str) -> Iterator[tuple[str, Any]]:
        items = parent.get(key)
        if items is None:
            return
        if type(items) is not list:
            self.add(f"{path}.{key}", f"{key} is not a list")
            return
        for index, raw in enumerate(items):
            yield f"{path}.{key}[{index}]", raw


def parse_delivery(body: bytes) -> Delivery:
    """Never raises: a body that is no JSON at all is a delivery with one Broken and no entries."""
    quarantine = Quarantine()
    root = quarantine.run("$", _read_root, body)
    if root is None:
        return Delivery((), tuple(quarantine.broken))
    if root.get("entry") is None:
        quarantine.add("$.entry", "entry is missing")
    changes = tuple(_read_entries(root, quarantine))
    return Delivery(changes, tuple(quarantine.broken))


def _read_root(body: bytes) -> dict[str, Any]:
    return need_object(decode(body), "the body")


def _read_entries(root: Mapping[str, Any], quarantine: Quarantine) -> Iterator[Change]:
    for path, entry in quarantine.items(root, "entry", "$"):
        quarantine.waba_id = quarantine.phone_number_id = None
        waba_id = quarantine.waba_id = quarantine.run(path, _read_entry_id, entry)
        if waba_id is None:
            continue
        if entry.get("changes") is None:
            quarantine.add(f"{path}.changes", "changes is missing")
        time = parse_time(entry.get("time"))
        for place, raw in quarantine.items(entry, "changes", path):
            quarantine.phone_number_id = None
            change = quarantine.run(place, _read_change, raw, place, waba_id, time, quarantine)
            if change is not None:
                yield change


def _read_entry_id(entry: Any) -> str:
    return need_id(need_object(entry, "the entry"), "id")


def _read_change(raw: Any, path: str, waba_id: str, time: datetime | None, quarantine: Quarantine) -> Change:
    change = need_object(raw, "the change")
    name = get_short(change, "field", FIELD_LENGTH)
    if not name:
        raise PayloadError("field is missing", ".field")
    value = need_object(change.get("value"), "value")
    metadata = get_object(value, "metadata")
    number = quarantine.phone_number_id = get_id(metadata, "phone_number_id")
    shown = get_text(metadata, "display_phone_number") or get_text(value, "display_phone_number") or None
    read = CONVERSATION_FIELDS.get(name)
    if read is None:
        event = read_account_event(name, waba_id, value, time)
        return Change(waba_id, name, path, number, shown, time, account_event=event)
    if number is None:
        raise PayloadError("metadata.phone_number_id is missing", ".value.metadata.phone_number_id")
    return Change(waba_id, name, path, number, shown, time, **read(value, f"{path}.value", quarantine))


def _read_messages(value: Mapping[str, Any], path: str, quarantine: Quarantine) -> dict[str, Any]:
    """Only the lists that are there: most deliveries carry one message or one status."""
    book = ContactBook(value)
    found: dict[str, Any] = {}
    for key, name, read in MESSAGE_LISTS:
        if key in value:
            found[name] = quarantine.read_all(value, key, path, read, book)
    if "errors" in value:
        found["errors"] = read_errors(value)
    statuses = value.get("statuses")
    if type(statuses) is list and any(is_payment(raw) for raw in statuses):
        found["payments"] = _read_payments(statuses, path, quarantine)
    return found


def _read_payments(statuses: list[Any], path: str, quarantine: Quarantine) -> tuple[PaymentUpdate, ...]:
    read = [
        quarantine.run(f"{path}.statuses[{index}]", read_payment, raw)
        for index, raw in enumerate(statuses)
        if is_payment(raw)
    ]
    return tuple(payment for payment in read if payment is not None)


def _read_echoes(value: Mapping[str, Any], path: str, quarantine: Quarantine) -> dict[str, Any]:
    return {"echoes": quarantine.read_all(value, "message_echoes", path, read_echo), "errors": read_errors(value)}


def _read_history(value: Mapping[str, Any], path: str, quarantine: Quarantine) -> dict[str, Any]:
    """The second webhook of a media placeholder carries the file in a plain `messages` list beside."""
    business = get_text(get_object(value, "metadata"), "display_phone_number")
    history: list[HistoryMessage] = []
    errors = list(read_errors(value))
    for place, chunk in quarantine.objects(value, "history", path):
        errors.extend(read_errors(chunk))
        for thread_place, thread in quarantine.objects(chunk, "threads", place):
            history.extend(quarantine.read_all(thread, "messages", thread_place, read_history, thread, business))
    return {**_read_messages(value, path, quarantine), "history": tuple(history), "errors": tuple(errors)}


MESSAGE_LISTS: tuple[tuple[str, str, Reader[Any]], ...] = (
    ("messages", "messages", read_message),
    ("statuses", "statuses", read_status),
    ("user_preferences", "preferences", read_preference),
    ("user_actions", "user_actions", read_user_action),
)
CONVERSATION_FIELDS: Mapping[str, Callable[[Mapping[str, Any], str, Quarantine], dict[str, Any]]] = {
    "messages": _read_messages,
    "user_preferences": _read_messages,
    "smb_message_echoes": _read_echoes,
    "history": _read_history,
}
