"""What is done with a connected number: refresh, pause, resume, disconnect."""

import pytest

from apps.core.clock import now
from apps.organizations.tenancy import tenant_scope
from apps.whatsapp.errors import NO_ANSWER, GraphError
from apps.whatsapp.models import BusinessAccount, Number

pytestmark = pytest.mark.django_db


@pytest.fixture
def answer_of_meta(monkeypatch):
    def says(answer):
        def about(number):
            if isinstance(answer, Exception):
                raise answer
            return answer

        monkeypatch.setattr("apps.console.graph.about", about)

    monkeypatch.setattr("apps.console.graph.unsubscribe", lambda waba_id, token: False)
    return says


def act(company, name, **data):
    answer = company.client("admin").post(company.url(name, number_id=company.number.pk), data, follow=True)
    assert answer.status_code == 200
    return [str(message) for message in answer.context["messages"]]


def fresh(company) -> Number:
    with tenant_scope(company.organization):
        return Number.objects.select_related("account").get(pk=company.number.pk)


def test_refresh_copies_what_meta_says(company, answer_of_meta):
    answer_of_meta({"quality_rating": "YELLOW", "status": "FLAGGED", "verified_name": "New name"})
    assert act(company, "number_refresh") == ["Updated from Meta."]
    assert (fresh(company).quality, fresh(company).status) == ("YELLOW", "FLAGGED")
    assert fresh(company).checked_at


def test_a_refused_token_shows_as_a_banner_with_what_to_do(company, answer_of_meta):
    answer_of_meta(GraphError(190, "Session has expired", http_status=401))
    assert "Session has expired" in act(company, "number_refresh")[0]
    assert fresh(company).account.status == BusinessAccount.Status.ATTENTION
    page = company.client("admin").get(company.url("number", number_id=company.number.pk)).content.decode()
    assert "Session has expired" in page
    assert company.url("number_token", number_id=company.number.pk) in page


def test_silence_of_meta_changes_nothing(company, answer_of_meta):
    answer_of_meta(GraphError(NO_ANSWER, "timeout"))
    assert "did not answer" in act(company, "number_refresh")[0]
    assert fresh(company).account.status == BusinessAccount.Status.CONNECTED


@pytest.mark.parametrize("until", ["hour", "tomorrow", "resumed"])
def test_pause_and_resume(company, until):
    act(company, "number_pause", until=until)
    assert fresh(company).paused_until > now()
    act(company, "number_resume")
    assert fresh(company).paused_until is None


def test_an_unknown_pause_is_refused_in_words(company):
    assert act(company, "number_pause", until="never") == ["Choose until when to pause."]
    assert fresh(company).paused_until is None


def test_a_disconnected_number_leaves_the_list_and_says_when_meta_was_not_told(company, answer_of_meta):
    said = act(company, "number_disconnect")
    assert len(said) == 2
    assert "Meta could not be told" in said[1]
    assert not fresh(company).is_active
    assert not fresh(company).account.access_token
    gone = company.client("admin").get(company.url("number", number_id=company.number.pk))
    assert gone.status_code == 404


def test_the_route_can_be_changed_and_a_missing_queue_is_named(company):
    answer = company.client("admin").post(company.url("number_route", number_id=company.number.pk), {"label": "Kept"})
    assert answer.status_code == 422
    assert 'value="Kept"' in answer.content.decode()
    act(company, "number_route", queue=company.queue.pk, label="Sales")
    assert fresh(company).label == "Sales"
