"""What Meta says of payments goes to their charges. And which flows use a secret, a database or an AI provider: those
whose draft or newest versions name it. An older version that a session still runs takes its error port when the thing
is gone."""

from collections.abc import Callable, Iterator
from uuid import UUID

from django.db.models import TextField
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.ai import usage as ai_usage
from apps.ai.models import Provider
from apps.chatbots import payments, secrets
from apps.chatbots.models import Flow, FlowVersion
from apps.core.usage import Use
from apps.datasources import usage as datasource_usage
from apps.datasources.models import Connection
from apps.vault import usage as vault_usage
from apps.vault.models import Secret
from apps.whatsapp import intake

intake.register(payments.follow)


@vault_usage.register
def flows_with_secret(secret: Secret) -> Iterator[Use]:
    return _flows_with(f"secret.{secret.name}", lambda text: secrets.uses(text, secret.name))


@datasource_usage.uses.register
def flows_with_connection(connection: Connection) -> Iterator[Use]:
    return _flows_with(str(connection.pk))


@ai_usage.uses.register
def flows_with_provider(provider: Provider) -> Iterator[Use]:
    return _flows_with(str(provider.pk))


def _flows_with(text: str, is_named: Callable[[str], bool] = bool) -> Iterator[Use]:
    drafts = Flow.objects.kept().annotate(text=Cast("draft", TextField())).filter(text__contains=text)
    found = {pk for pk, drawn in drafts.values_list("pk", "text") if is_named(drawn)}
    graphs = FlowVersion.objects.filter(pk__in=_open_versions()).annotate(text=Cast("graph", TextField()))
    found |= {row.flow_id for row in graphs.filter(text__contains=text).defer("graph") if is_named(row.text)}
    for flow in Flow.objects.filter(pk__in=found).select_related("bot", "organization").order_by("bot__name", "name"):
        url = reverse("chatbots:flow", kwargs={"slug": flow.organization.slug, "flow_id": flow.pk})
        yield Use(_("Flow %(name)s") % {"name": f"{flow.bot.name}: {flow.name}"}, url)


def _open_versions() -> list[UUID]:
    """Those that new sessions begin on: of each flow the newest, and what is before its canaries."""
    closed, found = set[UUID](), list[UUID]()
    kept = FlowVersion.objects.filter(flow__deleted_at=None)
    rows = kept.order_by("flow", "-number").values_list("pk", "flow", "canary_percent")
    for pk, flow, percent in rows:
        if flow not in closed:
            found.append(pk)
        if percent == 100:
            closed.add(flow)
    return found
