from importlib import import_module

from django.apps import AppConfig


class RoutingConfig(AppConfig):
    name = "apps.routing"
    label = "routing"

    def ready(self) -> None:
        import_module("apps.routing.receivers")
        import_module("apps.routing.kinds")
