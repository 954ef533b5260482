from django.apps import AppConfig
from django.utils.module_loading import import_module


class ConversationsConfig(AppConfig):
    name = "apps.conversations"
    label = "conversations"

    def ready(self) -> None:
        import_module("apps.conversations.receivers")
        import_module("apps.conversations.rendering")
        import_module("apps.conversations.media_access")
