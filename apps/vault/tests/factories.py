from factory.declarations import Sequence

from apps.organizations.tests.factories import TenantFactory
from apps.vault.models import Secret


class SecretFactory(TenantFactory[Secret]):
    class Meta:
        model = Secret

    name = Sequence(lambda number: f"secret_{number}")
    value = "a value nobody knows"
    masked = "••••••••nows"
