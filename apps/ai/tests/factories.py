from factory.declarations import LazyAttribute, Sequence

from apps.ai.budget import this_month
from apps.ai.models import Provider, Snippet, Spending, Usage
from apps.organizations.tests.factories import TenantFactory


class ProviderFactory(TenantFactory[Provider]):
    """Switched off: asking it answers at once, and nothing goes out."""

    class Meta:
        model = Provider

    name = Sequence(lambda number: f"Provider {number}")
    model = "sim-echo"
    api_key = "app-secret"
    is_active = False


class SpendingFactory(TenantFactory[Spending]):
    class Meta:
        model = Spending

    provider = LazyAttribute(lambda made: ProviderFactory(organization=made.organization))
    month = LazyAttribute(lambda _made: this_month())


class UsageFactory(TenantFactory[Usage]):
    class Meta:
        model = Usage

    spending = LazyAttribute(lambda made: SpendingFactory(organization=made.organization))
    model = "sim-echo"
    reserved = 1


class SnippetFactory(TenantFactory[Snippet]):
    class Meta:
        model = Snippet

    title = Sequence(lambda number: f"Snippet {number}")
    text = "Trocas em até 30 dias, com a nota."
