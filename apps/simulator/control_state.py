"""Introducing apps, accounts, numbers, tokens, customers and windows through the control API."""

from typing import Any

from apps.simulator import phones
from apps.simulator.entities import JSON, Account, App, Customer, Number, Token, Window
from apps.simulator.service import Simulator
from apps.simulator.state import World

APP_SHORTCUTS = {"webhook_url": "webhook_url", "app_secret": "secret", "verify_token": "verify_token"}


def update(simulator: Simulator, body: JSON) -> None:
    world = simulator.world
    unknown = set(body) - set(APP_SHORTCUTS) - set(SECTIONS) - {"clock_offset"}
    if unknown:
        raise ValueError(f"unknown section: {', '.join(sorted(unknown))}")
    app = world.apps[simulator.config.app_id]
    for name, attribute in APP_SHORTCUTS.items():
        if name in body:
            setattr(app, attribute, str(body[name]))
    world.clock.offset = float(body.get("clock_offset", world.clock.offset))
    for section, apply in SECTIONS.items():
        for entry in body.get(section, []):
            apply(world, dict(entry))
    simulator.hub.push({"type": "reload"})


def _upsert(registry: dict[str, Any], kind: type[Any], key: str, entry: JSON) -> Any:
    known = registry.get(str(entry[key]))
    try:
        made = kind(**entry)
    except TypeError as error:
        if known is None:
            raise ValueError(str(error)) from error
    if known is None:
        registry[str(entry[key])] = made
        return made
    for name, value in entry.items():
        if name not in kind.__slots__:
            raise ValueError(f"{kind.__name__} has no {name}")
        setattr(known, name, value)
    return known


def _app(world: World, entry: JSON) -> None:
    _upsert(world.apps, App, "id", entry)


def _account(world: World, entry: JSON) -> None:
    entry.setdefault("app_id", world.config.app_id)
    entry.setdefault("business_id", world.config.business_id)
    entry.setdefault("name", "Conta de teste")
    fresh = entry["id"] not in world.accounts
    account = _upsert(world.accounts, Account, "id", entry)
    if account.app_id not in world.apps:
        del world.accounts[account.id]
        raise ValueError(f"unknown app {account.app_id}")
    if fresh:
        world.seed_templates(account)


def _number(world: World, entry: JSON) -> None:
    if entry.get("id") not in world.numbers:
        entry.setdefault("waba_id", world.config.waba_id)
        entry.setdefault("verified_name", world.config.verified_name)
    if entry.get("waba_id", world.config.waba_id) not in world.accounts:
        raise ValueError(f"unknown account {entry['waba_id']}")
    _upsert(world.numbers, Number, "id", entry)


def _token(world: World, entry: JSON) -> None:
    entry.setdefault("app_id", world.config.app_id)
    if "expires_in" in entry:
        entry["expires_at"] = world.clock.now() + float(entry.pop("expires_in"))
    if entry.get("waba_ids") is not None:
        entry["waba_ids"] = frozenset(entry["waba_ids"])
    if "scopes" in entry:
        entry["scopes"] = tuple(entry["scopes"])
    _upsert(world.tokens, Token, "value", entry)


def _customer(world: World, entry: JSON) -> None:
    entry.setdefault("key", f"p{phones.digits(str(entry.get('phone', '')))}")
    entry.setdefault("name", f"+{entry.get('phone', '')}")
    entry["phone"] = phones.digits(str(entry.get("phone", "")))
    world.index(_upsert(world.customers, Customer, "key", entry))


def _window(world: World, entry: JSON) -> None:
    number = world.numbers[str(entry.get("phone_number_id", world.config.phone_number_id))]
    customer = find_customer(world, entry["customer"])
    at = world.clock.now() - float(entry.get("age_seconds", 0))
    world.windows[(number.id, customer.key)] = Window(at)


SECTIONS = {
    "apps": _app,
    "accounts": _account,
    "numbers": _number,
    "tokens": _token,
    "customers": _customer,
    "windows": _window,
}


def find_customer(world: World, reference: Any, *, ninth_digit: bool = True) -> Customer:
    """By key, phone, BSUID, or a mapping with any of them and a name; unknown people are introduced."""
    if not isinstance(reference, dict):
        text = str(reference)
        known = world.customers.get(text)
        reference = {"user_id": text} if phones.BSUID.fullmatch(text) else {"phone": text}
        if known:
            return known
    found = _known(world, reference) or _new(world, reference, ninth_digit)
    for name in ("name", "username", "country"):
        if reference.get(name):
            setattr(found, name, str(reference[name]))
    return found


def _known(world: World, reference: JSON) -> Customer | None:
    if reference.get("key") in world.customers:
        return world.customers[reference["key"]]
    if reference.get("user_id") and (found := world.by_user_id(str(reference["user_id"]))):
        return found
    return world.by_phone(phones.digits(str(reference.get("phone", ""))))


def _new(world: World, reference: JSON, ninth_digit: bool) -> Customer:
    phone, user_id = phones.digits(str(reference.get("phone", ""))), str(reference.get("user_id", ""))
    if not phone and not user_id:
        raise ValueError("a customer needs a phone or a user_id")
    if phone:
        customer = world.stranger(phone, ninth_digit)
        if reference.get("wa_id"):
            customer.wa_id = str(reference["wa_id"])
    else:
        customer = Customer(key=f"u{user_id}", name="Cliente", username=str(reference.get("username", "")))
    if user_id:
        customer.country = user_id[:2]
        customer.user_ids = {account.business_id: user_id for account in world.accounts.values()}
    return world.add_customer(customer)
