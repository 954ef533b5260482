"""The button that tries a step."""

import pytest

from apps.audit.models import AuditEvent
from apps.chatbots.models import Session
from apps.chatbots.services import save_draft
from apps.chatbots.tests.test_outside import asking, world
from apps.chatbots.tests.workshop import workshop
from apps.core.http import TransportError
from apps.organizations.tenancy import tenant_scope
from apps.vault.tests.factories import SecretFactory

__all__ = ["workshop", "world"]
pytestmark = pytest.mark.django_db
FORM = {
    "method": "GET",
    "url": "https://api.example/{{n}}/{{last.text}}/{{secret.erp}}",
    "mapping": '[{"path": "order.items.0.name", "variable": "item"}]',
    "sample_text": "Oi",
    "sample": '{"n": 7}',
}


@pytest.fixture
def press(workshop):
    with tenant_scope(workshop.flow.organization):
        save_draft(workshop.flow, asking(), 1, None)
        SecretFactory(organization=workshop.flow.organization, name="erp", value="canary")

    def post(role="admin", node_id="n2", headers=None, **changes):
        url = workshop.of_flow("node_try", node_id=node_id)
        answer = workshop.client(role).post(url, FORM | changes, headers=headers or {"HX-Request": "true"})
        return answer.status_code, answer.content.decode()

    return post


def test_it_shows_what_was_asked_what_came_and_what_would_be_kept(press, world, workshop):
    status, page = press()
    assert world.asked[0][1] == "https://api.example/7/Oi/canary"
    assert (status, "caneca" in page, "canary" in page) == (200, True, False)
    assert "leaves through “Next”" in page
    assert "&quot;order&quot;: {" in page  # a body that is JSON is opened
    with tenant_scope(workshop.flow.organization):
        assert not Session.objects.exists()
        assert AuditEvent.objects.filter(action="flow.step_tried").exists()


def test_a_failure_is_shown_as_the_way_it_takes(press, world):
    world.answer = TransportError("refused", ambiguous=False)
    assert "leaves through “Failed”" in press()[1]


def test_it_works_without_scripts_too(press, world):
    status, page = press(headers={"Accept": "text/html"})
    assert (status, "caneca" in page, "<html" in page) == (200, True, True)


@pytest.mark.parametrize("changes", [{"sample": "[1]"}, {"sample": "{"}, {"url": "file:///etc/passwd"}])
def test_what_does_not_fit_is_said_and_nothing_is_asked(press, world, changes):
    status, page = press(**changes)
    assert (status, "form-errors" in page, world.asked) == (422, True, [])


def test_only_who_may_change_bots_and_only_steps_that_call_outside(press, world):
    assert press("supervisor")[0] == 403
    assert press(node_id="n3")[0] == 404
    assert world.asked == []
