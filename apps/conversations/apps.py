from importlib import import_module

from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    name = "apps.conversations"
    label = "conversations"

    def ready(self) -> None:
        import_module("apps.conversations.receivers")
        import_module("apps.conversations.rendering")
        import_module("apps.conversations.media_access")
        import_module("apps.conversations.kinds")
