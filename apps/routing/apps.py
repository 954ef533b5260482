from django.apps import AppConfig
from django.utils.module_loading import import_module


class RoutingConfig(AppConfig):
    name = "apps.routing"
    label = "routing"

    def ready(self) -> None:
        import_module("apps.routing.receivers")
