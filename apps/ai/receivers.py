"""Which providers use a secret."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from apps.ai.models import Provider
from apps.vault.models import Secret
from apps.vault.usage import Use, register


@register
def providers_with(secret: Secret) -> Iterator[Use]:
    for provider in Provider.objects.filter(secret=secret).order_by("name"):
        yield Use(_("AI provider %(name)s") % {"name": provider.name})
