from importlib import import_module

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "apps.ops"
    label = "ops"

    def ready(self) -> None:
        import_module("apps.ops.heartbeat")
