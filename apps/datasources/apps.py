from importlib import import_module

from django.apps import AppConfig


class DatasourcesConfig(AppConfig):
    name = "apps.datasources"
    label = "datasources"

    def ready(self) -> None:
        import_module("apps.datasources.receivers")
