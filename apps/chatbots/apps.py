from importlib import import_module

from django.apps import AppConfig


class ChatbotsConfig(AppConfig):
    name = "apps.chatbots"
    label = "chatbots"

    def ready(self) -> None:
        import_module("apps.chatbots.receivers")
