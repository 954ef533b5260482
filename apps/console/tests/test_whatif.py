"""The pages of queue what-if: making, refusing, showing, running again, deleting."""

from datetime import timedelta

import pytest

from django.utils import timezone
from django.utils.translation import override

from apps.console import whatif_words as words
from apps.contacts.models import Contact
from apps.conversations.models import Conversation, Message
from apps.organizations.tenancy import tenant_scope
from apps.routing.models import Scenario, ScenarioState
from apps.routing.tests.factories import ScenarioFactory
from apps.routing.whatif import history, running
from apps.routing.whatif.forms import past_weeks
from apps.teams.tests.factories import QueueFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def week(company):
    """Last week, with one customer who was never taken."""
    with timezone.override(company.organization.time_zone):
        monday = past_weeks()[0]
    begin, _end = history.bounds(monday, history.ZoneInfo(company.organization.time_zone))
    with tenant_scope(company.organization):
        contact = Contact.objects.create(name="Maria")
        row = Conversation.objects.create(
            contact=contact, number=company.number, queue=company.queue, created_at=begin + timedelta(hours=10)
        )
        Message.objects.create(
            conversation=row,
            contact=contact,
            number=company.number,
            direction="event",
            kind="event",
            payload={"event": "queued", "queue": company.queue.name},
            created_at=row.created_at,
        )
    return monday


def fields(company, week, queue=None, **changes):
    """A form as the page sends it: every queue's card, the changes in one of them."""
    with tenant_scope(company.organization):
        ids = [row.pk.hex for row in type(company.queue).objects.filter(is_active=True)]
    plain = {"people": "0", "days": "workdays", "from_hour": "9", "to_hour": "18"}
    data = {"name": "More people", "week": week.isoformat()}
    for pk in ids:
        data |= {f"q{pk}-{name}": value for name, value in plain.items()}
    chosen = (queue or company.queue).pk.hex
    return data | {f"q{chosen}-{name}": value for name, value in changes.items()}


def test_a_scenario_is_made_run_shown_run_again_and_deleted(company, week):
    browser = company.client("supervisor")
    assert b"No scenario yet" in browser.get(company.url("scenarios")).content
    answer = browser.post(company.url("scenario_new"), fields(company, week, people="1", to_hour="12"))
    with tenant_scope(company.organization):
        scenario = Scenario.objects.get()
    assert answer.url == company.url("scenario", scenario_id=scenario.pk)
    stored = {"people": 1, "days": "workdays", "from_hour": 9, "to_hour": 12}
    assert scenario.changes == {str(company.queue.pk): stored}
    waiting = browser.get(answer.url)
    assert b'hx-trigger="every 1s"' in waiting.content

    running.run_due()
    done = browser.get(answer.url)
    assert b"1 more person from 9h to 12h (Monday to Friday)" in done.content
    assert b"every 1s" not in done.content
    assert done.context["arrivals"] == 1
    assert b"<pt-chart" in done.content
    assert b"More people" in browser.get(company.url("scenarios")).content

    browser.post(company.url("scenario_rerun", scenario_id=scenario.pk))
    with tenant_scope(company.organization):
        assert Scenario.objects.get().state == ScenarioState.WAITING
    browser.post(company.url("scenario_stop", scenario_id=scenario.pk))
    assert b"Stopped before it was done" in browser.get(answer.url).content
    browser.post(company.url("scenario_delete", scenario_id=scenario.pk))
    assert browser.get(answer.url).status_code == 404


def refusals(company, data):
    answer = company.client("owner").post(company.url("scenario_new"), data)
    assert answer.status_code == 422
    found = dict(answer.context["form"].errors)
    for card in answer.context["cards"]:
        found |= card.errors
    return {name: list(errors) for name, errors in found.items()}


def test_bad_input_is_refused_on_the_field(company, week):
    other = QueueFactory(organization=company.organization, name="Sales", overflow_queue=company.queue)
    assert "people" in refusals(company, fields(company, week, people="-1"))
    assert "to_hour" in refusals(company, fields(company, week, people="1", from_hour="12", to_hour="12"))
    assert "capacity" in refusals(company, fields(company, week, capacity="0"))
    assert "overflow_queue_id" in refusals(company, fields(company, week, max_waiting="3"))
    itself = fields(company, week, overflow_queue_id=str(company.queue.pk))
    assert "overflow_queue_id" in refusals(company, itself)
    around = fields(company, week, overflow_queue_id=str(other.pk))
    around[f"q{other.pk.hex}-overflow_queue_id"] = str(company.queue.pk)
    assert "circle" in refusals(company, around)["overflow_queue_id"][0]
    foreign = QueueFactory()
    assert "overflow_queue_id" in refusals(company, fields(company, week, overflow_queue_id=str(foreign.pk)))
    assert "week" in refusals(company, fields(company, past_weeks()[5]))
    assert "week" in refusals(company, fields(company, week + timedelta(days=1)))
    assert "name" in refusals(company, fields(company, week) | {"name": " "})
    with tenant_scope(company.organization):
        assert not Scenario.objects.exists()


def figures(median, breached=0, arrivals=5):
    hours = [(0, None)] * 24
    hours[9] = (arrivals, median)
    return {
        "arrivals": arrivals,
        "taken": arrivals,
        "waiting": 0,
        "median": median,
        "p90": median,
        "longest": median,
        "promised": arrivals,
        "kept": arrivals - breached,
        "breached": breached,
        "busy": 0.5,
        "hours": hours,
        "slots": [[9, arrivals, median, breached], [24 * 6 + 11, 1, 4_000, 0]],
    }


def result(before, after):
    row = {"happened": before, "replayed": before, "changed": after}
    return {"all": row, "queues": [{"id": "q", "name": "Suporte", **row}], "estimated_staff": True}


def test_the_sentence_says_what_would_come_of_it():
    change = {"people": 1, "days": "workdays", "from_hour": 9, "to_hour": 12}
    better = Scenario(changes={"q": change}, result=result(figures(480, 3), figures(120, 1)))
    with override("pt-br"):
        assert words.sentences(better, {}) == [
            "Com mais 1 pessoa das 9h às 12h (segunda a sexta), a espera mediana em Suporte cairia de 8 min para 2 min."
            " Primeiras respostas atrasadas: de 3 para 1."
        ]
    same = Scenario(changes={"q": {"capacity": 7}}, result=result(figures(480), figures(479)))
    with override("en"):
        assert "would stay at about 8 min" in words.sentences(same, {})[0]
        assert [row.tone for row in words.measures(better.result["all"])][:5] == ["better"] * 5
        assert [row["hour"] for row in words.hours(better.result["all"])] == ["09h"]


def test_the_grid_has_the_same_hours_in_each_column_and_paints_long_waits():
    row = result(figures(480, 3), figures(120, 1))["all"]
    with override("pt-br"):
        happened, after = words.grid(row, "happened"), words.grid(row, "changed")
    assert [each["hour"] for each in happened] == [each["hour"] for each in after] == ["09h", "10h", "11h"]
    monday, sunday = happened[0]["days"][0], happened[2]["days"][6]
    assert (monday.text, monday.late, monday.tone) == ("8 min", 3, 2)
    assert (sunday.text, sunday.tone) == ("1 h 7 min", 3)
    assert (after[0]["days"][0].late, after[0]["days"][0].tone, after[1]["days"][0].text) == (1, 1, "")
    assert words.grid({name: {} for name in words.COLUMNS}, "changed") == [], "an older result"


def test_a_week_without_arrivals_says_so(company):
    scenario = ScenarioFactory(organization=company.organization)
    running.run_due()
    answer = company.client("owner").get(company.url("scenario", scenario_id=scenario.pk))
    assert b"Nobody wrote in this week" in answer.content
