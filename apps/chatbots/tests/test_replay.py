"""What a replay says of each step."""

import pytest

from apps.chatbots.models import FlowVersion, Step
from apps.chatbots.tests.factories import FlowFactory
from apps.chatbots.tests.flows import flow_of
from apps.chatbots.tests.test_simulator import session_of
from apps.chatbots.tests.workshop import workshop
from apps.organizations.tenancy import tenant_scope

__all__ = ["workshop"]
MAIN = flow_of([("start", {}), ("condition", {"rules": [{"variable": "age", "operator": "more", "value": "17"}]})])
SUB = flow_of([("start", {}), ("message", {"text": "Rua?"})])
SUB["nodes"][1]["label"] = "Ask the street"


@pytest.mark.django_db
def test_ports_have_their_labels_and_steps_of_a_sub_flow_their_own_names(workshop):
    company = workshop.flow.organization
    other = FlowFactory(organization=company, bot=workshop.flow.bot, is_main=False, name="Address")
    with tenant_scope(company):
        version, sub = (
            FlowVersion.objects.create(flow=flow, number=1, graph=graph)
            for flow, graph in ((workshop.flow, MAIN), (other, SUB))
        )
        session = session_of(workshop, version)
        walk = ((version, "n1", "next"), (version, "n2", "yes"), (sub, "n2", "next"), (version, "gone", "next"))
        for number, (where, node, port) in enumerate(walk, 1):
            Step.objects.create(session=session, version=where, number=number, node_id=node, kind="", port=port)
    page = workshop.client("supervisor").get(workshop.url("session", session_id=session.pk))
    told = [(step["name"], step["flow"], step["port"]) for step in page.context["steps"]]
    assert told == [("Start", "", ""), ("Condition", "", "Yes"), ("Ask the street", "Address", ""), ("gone", "", "")]
    assert page.content.decode().count("data-replay-node") == 3
