from importlib import import_module

from django.apps import AppConfig


class WhatsAppConfig(AppConfig):
    name = "apps.whatsapp"
    label = "whatsapp"

    def ready(self) -> None:
        import_module("apps.whatsapp.stops")
        import_module("apps.whatsapp.trouble")
