"""Which connections use a secret."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from apps.datasources.models import Connection
from apps.vault.models import Secret
from apps.vault.usage import Use, register


@register
def connections_with(secret: Secret) -> Iterator[Use]:
    for connection in Connection.objects.filter(secret=secret).order_by("name"):
        yield Use(_("Database %(name)s") % {"name": connection.name})
