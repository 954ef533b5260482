from importlib import import_module

from django.apps import AppConfig
from django.db.models.signals import m2m_changed


class OrganizationsConfig(AppConfig):
    name = "apps.organizations"
    label = "organizations"

    def ready(self) -> None:
        import_module("apps.organizations.receivers")
        tenancy = import_module("apps.organizations.tenancy")
        m2m_changed.connect(tenancy.refuse_foreign_links, dispatch_uid="tenancy")
