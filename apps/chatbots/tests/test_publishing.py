"""Drafts, and versions that never change."""

import pytest

from django.db import DatabaseError, transaction

from apps.chatbots import services
from apps.chatbots.graph import BadGraph
from apps.chatbots.models import FlowVersion
from apps.chatbots.tests.factories import FlowFactory
from apps.chatbots.tests.flows import flow_of
from apps.organizations.tenancy import tenant_scope

pytestmark = pytest.mark.django_db

HELLO = flow_of([("start", {}), ("message", {"text": "Oi {{contact.name}}"}), ("end", {})])


@pytest.fixture
def flow():
    made = FlowFactory()
    with tenant_scope(made.organization_id):
        yield made


def test_two_editors_don_t_overwrite_each_other(flow):
    assert services.save_draft(flow, HELLO, 1, None) == 2
    with pytest.raises(services.Conflict) as caught:
        services.save_draft(flow, HELLO, 1, None)
    assert caught.value.revision == 2
    assert services.save_draft(flow, HELLO, 2, None) == 2  # nothing new, nothing to number


def test_what_is_no_flow_is_not_kept(flow):
    deep = {}
    for _level in range(2_000):
        deep = {"a": deep}
    for bad in ([], {"schema": 2}, {"schema": 1, "nodes": [{"id": "a"}]}, {"schema": 1, "nodes": [deep]}):
        with pytest.raises(BadGraph):
            services.save_draft(flow, bad, 1, None)
    flow.refresh_from_db()
    assert flow.draft_revision == 1


def test_a_flow_with_problems_is_not_published_and_each_names_its_step(flow):
    broken = flow_of([("start", {}), ("question", {"text": "", "type": "pattern", "pattern": "("})])
    services.save_draft(flow, broken, 1, None)
    with pytest.raises(services.NotPublishable) as caught:
        services.publish(flow, None)
    told = {(problem.node_id, problem.field) for problem in caught.value.problems}
    assert told == {("n2", "text"), ("n2", "pattern"), ("n2", "")}
    assert not FlowVersion.objects.exists()


def test_versions_follow_each_other_and_come_back_as_new_ones(flow):
    services.save_draft(flow, HELLO, 1, None)
    first = services.publish(flow, None, "first", canary_percent=10)
    assert (first.number, first.canary_percent) == (1, 100)  # nobody else could take the others
    services.save_draft(flow, flow_of([("start", {}), ("end", {})]), 2, None)
    second = services.publish(flow, None, canary_percent=10)
    third = services.rollback(flow, first, None)
    assert (second.canary_percent, third.number, third.graph) == (10, 3, first.graph)


def test_the_database_refuses_to_change_a_version(flow):
    services.save_draft(flow, HELLO, 1, None)
    version = services.publish(flow, None)
    for change in (lambda rows: rows.update(graph={}), lambda rows: rows.update(note="x"), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change(FlowVersion.objects.filter(pk=version.pk))
    assert FlowVersion.objects.filter(pk=version.pk).update(canary_percent=20) == 1
