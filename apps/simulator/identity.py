"""Changes of who a customer is: a new number, a new business-scoped id, a marketing choice."""

import asyncio

from apps.simulator import payloads
from apps.simulator.entities import JSON, Customer, Number
from apps.simulator.inbound import sender
from apps.simulator.service import Simulator

Done = asyncio.Future[int] | None
KINDS = ("user_changed_number", "user_changed_user_id", "user_preferences")


def change(simulator: Simulator, number: Number, customer: Customer, kind: str, details: JSON, done: Done) -> str:
    if kind == "user_preferences":
        return choose_marketing(simulator, number, customer, details, done)
    if kind == "user_changed_number":
        return change_number(simulator, number, customer, details, done)
    return change_user_id(simulator, number, customer, done)


def change_number(simulator: Simulator, number: Number, customer: Customer, details: JSON, done: Done) -> str:
    """The old phone says goodbye; the BSUID changes with it."""
    world = simulator.world
    old_sender = sender(simulator, number, customer)
    old_id = _renew(simulator, number, customer)
    world.unindex_phone(customer)
    customer.phone, customer.wa_id = str(details["phone"]).lstrip("+"), str(details.get("wa_id", ""))
    world.index(customer)
    new_id = customer.user_id(world.business_id(number))
    body = f"User {customer.name} changed from {old_sender.get('from', old_id)} to {customer.wa_id}"
    system = {"body": body, "type": "user_changed_number", "user_id": new_id, "previous_user_id": old_id}
    if world.phone_visible(number, customer):
        system["wa_id"] = customer.wa_id
    return _system(simulator, number, old_sender, system, done)


def change_user_id(simulator: Simulator, number: Number, customer: Customer, done: Done) -> str:
    old_id = _renew(simulator, number, customer)
    simulator.world.index(customer)
    new_id = customer.user_id(simulator.world.business_id(number))
    body = f"User {customer.name} changed from {old_id} to {new_id}"
    system = {"body": body, "type": "user_changed_user_id", "user_id": new_id, "previous_user_id": old_id}
    return _system(simulator, number, {"from_user_id": old_id}, system, done)


def _renew(simulator: Simulator, number: Number, customer: Customer) -> str:
    old_id = customer.user_id(simulator.world.business_id(number))
    customer.identities += 1
    customer.user_ids.clear()
    return old_id


def _system(simulator: Simulator, number: Number, who: JSON, system: JSON, done: Done) -> str:
    wamid = simulator.world.new_wamid()
    at = str(int(simulator.world.clock.now()))
    message = {"id": wamid, "timestamp": at, "type": "system", "system": system} | who
    simulator.emit(number, "messages", payloads.value(number, messages=[message]), done)
    return wamid


def choose_marketing(simulator: Simulator, number: Number, customer: Customer, details: JSON, done: Done) -> str:
    world = simulator.world
    wanted = str(details.get("value", "stop"))
    customer.marketing_stopped = wanted == "stop"
    preference: JSON = {
        "user_id": customer.user_id(world.business_id(number)),
        "detail": f"User requested to {wanted} marketing messages",
        "category": "marketing_messages",
        "value": wanted,
        "timestamp": int(world.clock.now()),
    }
    if world.phone_visible(number, customer):
        preference["wa_id"] = customer.wa_id
    card = payloads.contact(world, number, customer)
    value = payloads.value(number, contacts=[card], user_preferences=[preference])
    simulator.emit(number, "user_preferences", value, done)
    return ""
