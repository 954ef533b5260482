from importlib import import_module

from django.apps import AppConfig


class AiConfig(AppConfig):
    name = "apps.ai"
    label = "ai"

    def ready(self) -> None:
        import_module("apps.ai.receivers")
