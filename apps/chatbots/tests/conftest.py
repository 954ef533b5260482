"""A company with a number and a queue, and a bot that answers there."""

import pytest

from apps.chatbots import runner, services
from apps.chatbots.models import Trigger
from apps.chatbots.tests.factories import BotFactory, FlowFactory, TriggerFactory
from apps.conversations.models import Conversation, Message
from apps.conversations.tests.conftest import house  # noqa: F401
from apps.core.clock import now


@pytest.fixture
def bot(house):  # noqa: F811
    """`bot(graph, kind="first")` publishes a flow with a trigger; gives its version."""

    def make(graph, kind=Trigger.Kind.FIRST, value="", **more):
        flow = FlowFactory(organization=house.organization, bot=BotFactory(organization=house.organization, **more))
        services.save_draft(flow, graph, 1, None)
        version = services.publish(flow, None)
        TriggerFactory(organization=house.organization, flow=flow, kind=kind, value=value)
        return version

    return make


@pytest.fixture
def talk(house):  # noqa: F811
    """`talk("Oi", "Maria")`: each is said, then the bot runs; gives what was sent so far, in order."""

    def say(*texts):
        for text in texts:
            house.text(text, timestamp=seconds())
            runner.run_due()
        return sent()

    return say


def sent():
    return list(Message.objects.filter(direction="out").order_by("pk").values_list("text", flat=True))


def only_conversation():
    return Conversation.objects.get()


def seconds():
    return str(int(now().timestamp()))
