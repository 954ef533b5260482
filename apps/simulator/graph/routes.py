"""The Graph address map, with and without a version in front."""

from starlette.convertors import Convertor, register_url_convertor
from starlette.routing import BaseRoute, Route

from apps.simulator.graph import accounts, media, messages, numbers, templates


class Version(Convertor[str]):
    regex = r"v\d+\.\d+"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("version", Version())


class ObjectId(Version):
    regex = r"\d+"


register_url_convertor("object", ObjectId())


def graph_routes() -> list[BaseRoute]:
    lookaside = "/lookaside/{id:object}/{expires:int}/{signature}"
    return [*_under("/{version:version}"), *_under(""), Route(lookaside, media.download)]


def _under(base: str) -> list[BaseRoute]:
    node = base + "/{id:object}"
    return [
        Route(f"{node}/messages", messages.messages, methods=["POST"]),
        Route(f"{node}/marketing_messages", messages.marketing_messages, methods=["POST"]),
        Route(f"{node}/media", media.upload, methods=["POST"]),
        Route(f"{node}/uploads", media.start_resumable, methods=["POST"]),
        Route(base + "/upload:{session}", media.finish_resumable, methods=["POST"]),
        Route(f"{node}/phone_numbers", accounts.phone_numbers, methods=["GET"]),
        Route(f"{node}/phone_numbers", accounts.add_phone_number, methods=["POST"]),
        Route(f"{node}/subscribed_apps", accounts.subscribed_apps, methods=["GET", "POST", "DELETE"]),
        Route(f"{node}/message_templates", templates.listing, methods=["GET"]),
        Route(f"{node}/message_templates", templates.create, methods=["POST"]),
        Route(f"{node}/message_templates", templates.delete, methods=["DELETE"]),
        Route(f"{node}/unpause", templates.unpause, methods=["POST"]),
        Route(f"{node}/whatsapp_business_profile", numbers.get_profile, methods=["GET"]),
        Route(f"{node}/whatsapp_business_profile", numbers.set_profile, methods=["POST"]),
        Route(f"{node}/block_users", numbers.list_blocked, methods=["GET"]),
        Route(f"{node}/block_users", numbers.change_blocked, methods=["POST", "DELETE"]),
        Route(f"{node}/register", numbers.register, methods=["POST"]),
        Route(f"{node}/deregister", numbers.deregister, methods=["POST"]),
        Route(f"{node}/request_code", numbers.verification, methods=["POST"]),
        Route(f"{node}/verify_code", numbers.verification, methods=["POST"]),
        Route(f"{node}/username", numbers.username, methods=["GET", "POST", "DELETE"]),
        Route(f"{node}/owned_whatsapp_business_accounts", accounts.owned_accounts, methods=["GET"]),
        Route(f"{base}/oauth/access_token", accounts.access_token, methods=["GET", "POST"]),
        Route(f"{base}/debug_token", accounts.debug_token, methods=["GET"]),
        Route(node, accounts.get_node, methods=["GET"]),
        Route(node, accounts.post_node, methods=["POST"]),
        Route(node, accounts.delete_node, methods=["DELETE"]),
    ]
