from importlib import import_module

from django.apps import AppConfig


class TeamsConfig(AppConfig):
    name = "apps.teams"
    label = "teams"

    def ready(self) -> None:
        import_module("apps.teams.receivers")
        import_module("apps.teams.rendering")
