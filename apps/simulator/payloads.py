"""The value objects of webhooks: metadata, contacts, statuses."""

from apps.simulator.entities import JSON, Customer, Message, Number, Template
from apps.simulator.errors import status_error
from apps.simulator.state import World


def metadata(number: Number) -> JSON:
    return {"display_phone_number": number.digits, "phone_number_id": number.id}


def contact(world: World, number: Number, customer: Customer, *, username: bool = True) -> JSON:
    profile = {"name": customer.name}
    if customer.username and username:
        profile["username"] = customer.username
    card: JSON = {"profile": profile}
    if world.phone_visible(number, customer):
        card["wa_id"] = customer.wa_id
    card["user_id"] = customer.user_id(world.business_id(number))
    return card


def value(number: Number, **parts: object) -> JSON:
    return {"messaging_product": "whatsapp", "metadata": metadata(number), **parts}


def status(world: World, number: Number, message: Message, state: str) -> JSON:
    """The value of one status; `failed` has neither contacts nor pricing."""
    entry: JSON = {"id": message.id, "status": state, "timestamp": str(int(world.clock.now()))}
    customer = message.customer
    if world.phone_visible(number, customer):
        entry["recipient_id"] = customer.wa_id
    if state == "failed":
        return _failed(world, number, message, entry)
    entry["recipient_user_id"] = customer.user_id(world.business_id(number))
    if message.callback_data:
        entry["biz_opaque_callback_data"] = message.callback_data
    if message.conversation and state in ("sent", "delivered"):
        entry["conversation"] = _conversation(message.conversation, state)
    if message.pricing and state in ("sent", "delivered"):
        entry["pricing"] = message.pricing
    card = contact(world, number, customer, username=state != "sent")
    return value(number, contacts=[card], statuses=[entry])


def _conversation(conversation: JSON, state: str) -> JSON:
    return conversation if state == "sent" else {k: v for k, v in conversation.items() if k != "expiration_timestamp"}


def _failed(world: World, number: Number, message: Message, entry: JSON) -> JSON:
    if not message.by_phone:
        entry["recipient_user_id"] = message.customer.user_id(world.business_id(number))
    if message.callback_data:
        entry["biz_opaque_callback_data"] = message.callback_data
    entry["errors"] = [status_error(message.error)]
    return value(number, statuses=[entry])


def payment(world: World, message: Message, parameters: JSON) -> JSON:
    """The status of a charge that was paid, told beside those of its message."""
    return {
        "id": message.id,
        "type": "payment",
        "status": "captured",
        "timestamp": str(int(world.clock.now())),
        "payment": {
            "reference_id": parameters["reference_id"],
            "amount": parameters["total_amount"],
            "currency": parameters["currency"],
            "transaction": {"id": f"tx-{parameters['reference_id']}", "type": "pix", "status": "success"},
        },
    }


def template_status(template: Template, event: str, reason: str = "NONE") -> JSON:
    return {
        "event": event,
        "message_template_id": int(template.id),
        "message_template_name": template.name,
        "message_template_language": template.language.replace("_", "-"),
        "message_template_category": template.category,
        "reason": reason,
    }
