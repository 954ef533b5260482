"""Bots and flows, for tests."""

from factory.declarations import LazyAttribute, LazyFunction, Sequence

from apps.chatbots import graph
from apps.chatbots.models import Bot, Flow, FlowTest, Trigger
from apps.chatbots.rehearsal import new_script
from apps.core.clock import now
from apps.organizations.tests.factories import TenantFactory


class BotFactory(TenantFactory[Bot]):
    class Meta:
        model = Bot

    name = Sequence(lambda number: f"Bot {number}")
    is_active = True


class FlowFactory(TenantFactory[Flow]):
    """A main flow with an empty draft, in its own bot unless `bot=` says which."""

    class Meta:
        model = Flow

    name = Sequence(lambda number: f"Flow {number}")
    bot = LazyAttribute(lambda made: BotFactory(organization=made.organization))
    is_main = True
    draft = LazyFunction(graph.empty)


class TriggerFactory(TenantFactory[Trigger]):
    class Meta:
        model = Trigger

    flow = LazyAttribute(lambda made: FlowFactory(organization=made.organization))
    kind = Trigger.Kind.FIRST


class FlowTestFactory(TenantFactory[FlowTest]):
    class Meta:
        model = FlowTest

    flow = LazyAttribute(lambda made: FlowFactory(organization=made.organization))
    name = Sequence(lambda number: f"Test {number}")
    script = LazyFunction(lambda: new_script(now()))
