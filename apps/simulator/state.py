"""The in-memory world: who exists, who knows whom, and what was said."""

import base64
import hashlib
import itertools
import secrets
from collections import deque
from collections.abc import Iterable, Iterator

from apps.simulator import phones
from apps.simulator.config import Config
from apps.simulator.entities import JSON, Account, App, Clock, Customer, Media, Message, Number, Template, Token, Window
from apps.simulator.presets import CUSTOMERS, TEMPLATES

KEEP_MESSAGES = 100_000
KEEP_THREAD = 400
KEEP_MEDIA_BYTES = 256 * 1024 * 1024
MEDIA_DAYS = {"business": 30, "customer": 7}


class World:
    def __init__(self, config: Config) -> None:
        self.config = config
        self.clock = Clock()
        self.apps: dict[str, App] = {}
        self.accounts: dict[str, Account] = {}
        self.numbers: dict[str, Number] = {}
        self.tokens: dict[str, Token] = {}
        self.customers: dict[str, Customer] = {}
        self._by_phone: dict[str, Customer] = {}
        self._by_user_id: dict[str, Customer] = {}
        self.media: dict[str, Media] = {}
        self._media_bytes = 0
        self.messages: dict[str, Message] = {}
        self.outbox: deque[tuple[int, Message]] = deque(maxlen=KEEP_MESSAGES)
        self.threads: dict[tuple[str, str], list[Message]] = {}
        self.windows: dict[tuple[str, str], Window] = {}
        self._nonce = secrets.token_hex(6)
        self._sequence = itertools.count(1)
        self._seed_defaults()

    # -- identity of new things ------------------------------------------------------------------------------------

    def new_wamid(self) -> str:
        raw = f"{self._nonce}{next(self._sequence):010d}".encode()
        return "wamid.HBgN" + base64.b64encode(raw).decode()

    def new_id(self) -> str:
        return str(100_000_000_000_000 + secrets.randbelow(900_000_000_000_000))

    # -- business side ---------------------------------------------------------------------------------------------

    def _seed_defaults(self) -> None:
        c = self.config
        self.apps[c.app_id] = App(c.app_id, c.app_secret, c.verify_token, c.webhook_url)
        self.accounts[c.waba_id] = Account(c.waba_id, c.business_id, c.app_id, c.verified_name)
        self.numbers[c.phone_number_id] = Number(c.phone_number_id, c.waba_id, c.display_number, c.verified_name)
        self.tokens[c.access_token] = Token(c.access_token, c.app_id)
        self.seed_templates(self.accounts[c.waba_id])
        for preset in CUSTOMERS:
            self.add_customer(Customer(shown=True, **preset))

    def seed_templates(self, account: Account) -> None:
        for preset in TEMPLATES:
            made = hashlib.sha256(f"{account.id}:{preset['name']}".encode()).hexdigest()
            template = Template(id=str(10**15 + int(made[:12], 16)), waba_id=account.id, status="APPROVED", **preset)
            account.templates[template.id] = template

    def account_of(self, number: Number) -> Account:
        return self.accounts[number.waba_id]

    def app_of(self, account: Account) -> App:
        return self.apps[account.app_id]

    def business_id(self, number: Number) -> str:
        return self.accounts[number.waba_id].business_id

    def numbers_of(self, account: Account) -> list[Number]:
        return [n for n in self.numbers.values() if n.waba_id == account.id]

    def template(self, template_id: str) -> Template | None:
        return next((a.templates[template_id] for a in self.accounts.values() if template_id in a.templates), None)

    # -- customers -------------------------------------------------------------------------------------------------

    def add_customer(self, customer: Customer) -> Customer:
        self.customers[customer.key] = customer
        self.index(customer)
        return customer

    def index(self, customer: Customer) -> None:
        if customer.phone and not customer.wa_id:
            customer.wa_id = phones.meta_wa_id(customer.phone)
        for form in {*phones.variants(customer.phone), *phones.variants(customer.wa_id)} - {""}:
            self._by_phone[form] = customer
        for account in self.accounts.values():
            self._by_user_id[customer.user_id(account.business_id)] = customer
        self._by_user_id.update(dict.fromkeys(customer.user_ids.values(), customer))

    def unindex_phone(self, customer: Customer) -> None:
        for form in [form for form, owner in self._by_phone.items() if owner is customer]:
            del self._by_phone[form]

    def by_phone(self, phone: str) -> Customer | None:
        return self._by_phone.get(phone)

    def by_user_id(self, user_id: str) -> Customer | None:
        found = self._by_user_id.get(user_id)
        if found is None:
            for customer in self.customers.values():
                self.index(customer)
            found = self._by_user_id.get(user_id)
        return found

    def stranger(self, phone: str, ninth_digit: bool, name: str = "") -> Customer:
        """Someone who has WhatsApp on this phone but was not introduced before."""
        wa_id = phones.meta_wa_id(phone) if ninth_digit else phone
        key = f"p{phone}"
        customer = Customer(key=key, name=name or f"+{phone}", phone=phone, wa_id=wa_id)
        self.customers[key] = customer
        for form in {*phones.variants(phone), wa_id}:
            self._by_phone[form] = customer
        return customer

    def shown_customers(self) -> list[Customer]:
        return [c for c in self.customers.values() if c.shown]

    def phone_visible(self, number: Number, customer: Customer) -> bool:
        """Users of a username hide their phone from numbers that never exchanged a message with it."""
        return bool(customer.phone) and (not customer.username or customer.key in number.phones_known)

    # -- conversations ---------------------------------------------------------------------------------------------

    def record(self, message: Message) -> None:
        if len(self.messages) >= KEEP_MESSAGES:
            self._forget(next(iter(self.messages.values())))
        self.messages[message.id] = message
        thread = self.threads.setdefault((message.number_id, message.customer.key), [])
        thread.append(message)
        if len(thread) > KEEP_THREAD:
            del thread[0]
        if message.direction == "business":
            self.outbox.append((next(self._sequence), message))

    def _forget(self, message: Message) -> None:
        del self.messages[message.id]
        key = (message.number_id, message.customer.key)
        thread = self.threads.get(key, [])
        if thread and thread[0] is message:
            del thread[0]
        if not thread:
            self.threads.pop(key, None)

    def thread(self, number_id: str, customer_key: str) -> Iterable[Message]:
        return self.threads.get((number_id, customer_key), ())

    def threads_of(self, customer: Customer) -> Iterator[Message]:
        for number_id in self.numbers:
            yield from self.thread(number_id, customer.key)

    def sent_after(self, position: int) -> list[tuple[int, Message]]:
        return [(n, m) for n, m in self.outbox if n > position]

    def window(self, number: Number, customer: Customer) -> Window | None:
        return self.windows.get((number.id, customer.key))

    def open_window(self, number: Number, customer: Customer, at: float) -> Window:
        window = self.windows.get((number.id, customer.key))
        if window is None:
            window = self.windows[(number.id, customer.key)] = Window(at)
        window.last_inbound = max(window.last_inbound, at)
        return window

    # -- media -----------------------------------------------------------------------------------------------------

    def add_media(self, data: bytes, mime_type: str, filename: str = "", owner: str = "business") -> Media:
        expires_at = self.clock.now() + MEDIA_DAYS[owner] * 86_400
        digest = hashlib.sha256(data).hexdigest()
        media = Media(self.new_id(), data, mime_type, digest, filename, expires_at, owner)
        self.media[media.id] = media
        self._media_bytes += len(data)
        while self._media_bytes > KEEP_MEDIA_BYTES and len(self.media) > 1:
            self.drop_media(next(iter(self.media)))
        return media

    def find_media(self, media_id: str) -> Media | None:
        media = self.media.get(media_id)
        return media if media and media.expires_at > self.clock.now() else None

    def drop_media(self, media_id: str) -> bool:
        media = self.media.pop(media_id, None)
        if media is None:
            return False
        self._media_bytes -= len(media.data)
        return True

    def snapshot(self) -> JSON:
        return {
            "apps": [{"id": a.id, "name": a.name, "webhook_url": a.webhook_url} for a in self.apps.values()],
            "accounts": [
                {"id": a.id, "business_id": a.business_id, "app_id": a.app_id, "subscribed": a.subscribed}
                for a in self.accounts.values()
            ],
            "numbers": [
                {
                    "id": n.id,
                    "waba_id": n.waba_id,
                    "display_number": n.display_number,
                    "status": n.status,
                    "free_used": n.free_used,
                }
                for n in self.numbers.values()
            ],
            "customers": [self.customer_card(c) for c in self.customers.values()],
            "messages": len(self.messages),
            "clock_offset": self.clock.offset,
        }

    def customer_card(self, customer: Customer) -> JSON:
        return {
            "key": customer.key,
            "name": customer.name,
            "phone": customer.phone,
            "wa_id": customer.wa_id,
            "username": customer.username,
            "user_ids": {a.business_id: customer.user_id(a.business_id) for a in self.accounts.values()},
            "online": customer.online,
            "marketing_stopped": customer.marketing_stopped,
        }
