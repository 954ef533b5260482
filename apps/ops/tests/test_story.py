"""The demo company's story: a broken promise, one at risk, and nothing twice."""

import pytest

from apps.conversations.models import Conversation
from apps.ops import demo, story
from apps.organizations.models import Organization
from apps.organizations.tenancy import tenant_scope
from apps.routing.models import SlaClock
from apps.routing.sweeping import sweep

pytestmark = pytest.mark.django_db


def test_one_promise_is_broken_and_one_at_risk(settings):
    settings.DEMO_ALLOWED = True
    demo.ensure()
    story.ensure()
    sweep()
    story.ensure()
    with tenant_scope(Organization.objects.get(slug=demo.SLUG)):
        found = Conversation.objects.order_by("pk").values_list("contact__name", "queue__name", "sla_state")
        assert list(found) == [("Cecília Barros", "Vendas", "risk"), ("Tiago Moura", "Vendas", "breached")]
        assert SlaClock.objects.filter(kind="first_answer").count() == 2
