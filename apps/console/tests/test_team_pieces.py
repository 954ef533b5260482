"""Skills, hours, holidays, SLA and agents: made, changed, refused in words on the field, nothing typed lost."""

import pytest

from apps.organizations.tenancy import tenant_scope
from apps.teams.models import (
    BusinessHours,
    HolidayCalendar,
    MemberSkill,
    Queue,
    QueueSkill,
    Skill,
    SlaPolicy,
    SpecialDay,
)
from apps.teams.services import team_settings
from apps.teams.tests.factories import (
    BusinessHoursFactory,
    HolidayCalendarFactory,
    QueueFactory,
    SkillFactory,
    SlaPolicyFactory,
    SpecialDayFactory,
)

pytestmark = pytest.mark.django_db
ZONE = {"name": "Loja", "time_zone": "America/Sao_Paulo"}


def days(**pairs):
    """`day_0=[("08:00", "12:00")]` as a browser sends it."""
    found = {}
    for day in range(7):
        chosen = pairs.get(f"day_{day}", [("", "")])
        found[f"day_{day}_from"] = [begin for begin, _end in chosen]
        found[f"day_{day}_to"] = [end for _begin, end in chosen]
    return found


def refused(answer, *fields):
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == set(fields)
    return answer.content.decode()


def test_business_hours_with_a_lunch_break_and_a_night(company):
    week = days(day_0=[("13:00", "18:00"), ("08:00", "12:00")], day_4=[("22:00", "00:00")], day_5=[("00:00", "06:00")])
    assert company.client("supervisor").post(company.url("hours_new"), ZONE | week).status_code == 302
    with tenant_scope(company.organization):
        stored = BusinessHours.objects.get(name="Loja").week
    assert (stored[0], stored[4], stored[5]) == ([[480, 720], [780, 1080]], [[1320, 1440]], [[0, 360]])


@pytest.mark.parametrize(
    ("pairs", "sentence"),
    [
        ([("18:00", "08:00")], "must end after it begins"),
        ([("08:00", "08:00")], "must end after it begins"),
        ([("08:00", "")], "both times"),
        ([("25:00", "26:00")], "like 08:00"),
        ([("08:99", "10:00")], "like 08:00"),
        ([("²:00", "10:00")], "like 08:00"),
        ([("08:00", "12:00"), ("11:00", "13:00")], "overlap"),
        ([(f"0{hour}:00", f"0{hour}:30") for hour in range(7)], "At most 6"),
    ],
)
def test_wrong_hours_are_refused_on_their_day_and_stay_typed(company, pairs, sentence):
    answer = company.client("admin").post(
        company.url("hours_new"), ZONE | days(day_0=pairs, day_1=[("09:00", "17:00")])
    )
    page = refused(answer, "day_0")
    assert sentence in page
    assert 'value="17:00"' in page
    assert all(f'value="{begin}"' in page for begin, _end in pairs)


def test_an_unknown_zone_a_taken_name_and_an_empty_week_are_refused(company):
    BusinessHoursFactory(organization=company.organization, name="LOJA")
    browser, url = company.client("admin"), company.url("hours_new")
    week = days(day_0=[("09:00", "17:00")])
    refused(browser.post(url, ZONE | week | {"time_zone": "Mars/Olympus"}), "name", "time_zone")
    refused(browser.post(url, ZONE | {"name": "Outra"} | days()), "__all__")


def test_what_is_used_is_not_deleted_and_the_page_names_the_user(company):
    hours = BusinessHoursFactory(organization=company.organization)
    with tenant_scope(company.organization):
        Queue.objects.filter(pk=company.queue.pk).update(hours=hours)
    url, browser = company.url("hours_delete", hours_id=hours.pk), company.client("admin")
    assert f"is used by: {company.queue.name}" in browser.post(url, follow=True).content.decode()
    with tenant_scope(company.organization):
        Queue.objects.filter(pk=company.queue.pk).update(hours=None)
    assert "is deleted" in browser.post(url, follow=True).content.decode()
    assert browser.post(url).status_code == 404


def test_a_calendar_shows_its_official_days_and_takes_own_ones(company):
    browser = company.client("admin")
    answer = browser.post(company.url("calendar_new"), {"name": "SP", "region": "BR-SP"}, follow=True)
    assert "Christmas" in answer.content.decode()
    with tenant_scope(company.organization):
        calendar = HolidayCalendar.objects.get(name="SP")
    url = company.url("special_day_add", calendar_id=calendar.pk)
    eve = {"date": "2030-12-24", "name": "Véspera", "kind": "shortened", "opens": "08:00", "closes": "12:00"}
    assert browser.post(url, eve).status_code == 302
    with tenant_scope(company.organization):
        day = SpecialDay.objects.get()
        assert day.intervals == ((480, 720),)
    assert "08:00–12:00" in browser.get(company.url("calendar", calendar_id=calendar.pk)).content.decode()
    assert browser.post(company.url("special_day_delete", day_id=day.pk)).status_code == 302


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"date": "2030-02-30"}, "date"),
        ({"date": "1500-01-01"}, "date"),
        ({"date": "2030-03-04"}, "date"),  # taken
        ({"name": ""}, "name"),
        ({"kind": "party"}, "kind"),
        ({"opens": "12:00", "closes": "08:00"}, "closes"),
        ({"opens": ""}, "opens"),
    ],
)
def test_a_wrong_date_is_refused_on_its_field(company, change, field):
    taken = SpecialDayFactory(organization=company.organization)
    data = {"date": "2030-12-24", "name": "Eve", "kind": "shortened", "opens": "08:00", "closes": "12:00"} | change
    url = company.url("special_day_add", calendar_id=taken.calendar_id)
    answer = company.client("admin").post(url, data)
    assert answer.status_code == 422
    assert list(answer.context["day_form"].errors) == [field]
    assert company.client("admin").post(company.url("calendar_new"), {"name": "x", "region": "US"}).status_code == 422


def test_an_agents_skills_and_capacity(company):
    english, refunds = (SkillFactory(organization=company.organization, name=name) for name in ("English", "Refunds"))
    browser, agent = company.client("supervisor"), company.members["agent"]
    url = company.url("agent", membership_id=agent.pk)
    data = {"capacity": "3", f"skill_{english.pk}": "5", f"skill_{refunds.pk}": ""}
    assert browser.post(url, data).status_code == 302
    page = browser.get(company.url("agents")).content.decode()
    assert "English 5" in page
    assert "0 of 3" in page
    assert browser.post(url, {"capacity": "", f"skill_{refunds.pk}": "2"}).status_code == 302
    with tenant_scope(company.organization):
        assert [(row.skill.name, row.level) for row in MemberSkill.objects.select_related("skill")] == [("Refunds", 2)]
    page = refused(browser.post(url, {"capacity": "0", f"skill_{english.pk}": "9"}), "capacity", f"skill_{english.pk}")
    assert 'value="0"' in page
    viewer = company.url("agent", membership_id=company.members["viewer"].pk)
    assert browser.get(viewer).status_code == 404, "who never answers has no skills to set"


def test_the_companys_defaults(company):
    browser, url = company.client("admin"), company.url("team_defaults")
    assert browser.post(url, {"capacity": "7", "idle_minutes": "15"}).status_code == 302
    assert browser.post(url, {"capacity": "8", "idle_minutes": "15"}).status_code == 302
    with tenant_scope(company.organization):
        assert (team_settings().capacity, team_settings().idle_minutes) == (8, 15)
    refused(browser.post(url, {"capacity": "101", "idle_minutes": "x"}), "capacity", "idle_minutes")


def test_sla_policies(company):
    browser, url = company.client("admin"), company.url("sla_new")
    good = {"name": "Gold", "first_answer_minutes": "15", "resolution_minutes": "480", "warning_percent": "75"}
    assert browser.post(url, good).status_code == 302
    assert "8 h" in browser.get(company.url("sla_list")).content.decode()
    refused(browser.post(url, {"name": "Empty", "warning_percent": "75"}), "__all__")
    refused(browser.post(url, good | {"name": "B", "warning_percent": "100"}), "warning_percent")
    refused(browser.post(url, good | {"name": "C", "first_answer_minutes": "500"}), "resolution_minutes")
    refused(browser.post(url, good | {"first_answer_minutes": "-1"}), "name", "first_answer_minutes")
    with tenant_scope(company.organization):
        gold = SlaPolicy.objects.get()
    browser.post(company.url("sla_switch", policy_id=gold.pk))
    with tenant_scope(company.organization):
        assert not SlaPolicy.objects.get().is_active


def queue_data(company, **change):
    return {"name": "Orders", "department": str(company.queue.department_id), "priority": "5"} | change


def test_a_queue_with_everything(company):
    skill, policy = SkillFactory(organization=company.organization), SlaPolicyFactory(organization=company.organization)
    hours, calendar = (
        make(organization=company.organization) for make in (BusinessHoursFactory, HolidayCalendarFactory)
    )
    data = queue_data(
        company, mode="skills", sla_policy=policy.pk, hours=hours.pk, calendar=calendar.pk, max_waiting="10"
    )
    data |= {
        "overflow_minutes": "5",
        "overflow_queue": company.queue.pk,
        "out_of_hours": "message",
        "away_message": "Até já",
    }
    assert company.client("admin").post(company.url("queue_new"), data | {f"skill_{skill.pk}": "4"}).status_code == 302
    with tenant_scope(company.organization):
        made = Queue.objects.get(name="Orders")
        assert (made.mode, made.hours, made.calendar, made.sla_policy) == ("skills", hours, calendar, policy)
        assert (made.overflow_queue, made.max_waiting, made.overflow_minutes) == (company.queue, 10, 5)
        assert QueueSkill.objects.get().minimum == 4


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"max_waiting": "10"}, {"overflow_queue"}),
        ({"overflow_minutes": "5"}, {"overflow_queue"}),
        ({"out_of_hours": "overflow"}, {"overflow_queue"}),
        ({"out_of_hours": "message"}, {"away_message"}),
        ({"mode": "skills"}, {"mode"}),
        ({"mode": "magic"}, {"mode"}),
        ({"max_waiting": "0"}, {"max_waiting"}),
        ({"max_waiting": "9" * 30}, {"max_waiting", "overflow_queue"}),
        ({"overflow_queue": "not-an-id"}, {"overflow_queue"}),
    ],
)
def test_settings_that_do_not_fit_together_are_refused_on_the_field(company, change, fields):
    answer = company.client("admin").post(company.url("queue_new"), queue_data(company, **change))
    assert 'value="Orders"' in refused(answer, *fields)


def test_pieces_of_another_company_cannot_be_chosen(company):
    foreign = QueueFactory()
    hours, policy = BusinessHoursFactory(), SlaPolicyFactory()
    data = queue_data(company, hours=hours.pk, sla_policy=policy.pk, overflow_queue=foreign.pk)
    refused(company.client("admin").post(company.url("queue_new"), data), "hours", "sla_policy", "overflow_queue")


def test_a_queue_that_others_overflow_to_is_not_deactivated(company):
    last = QueueFactory(organization=company.organization)
    with tenant_scope(company.organization):
        Queue.objects.filter(pk=company.queue.pk).update(overflow_queue=last)
    said = company.client("admin").post(company.url("queue_switch", queue_id=last.pk), follow=True).content.decode()
    assert "1 queue overflows to it" in said


@pytest.mark.parametrize("name", ["skills", "hours_list", "sla_list", "calendars", "agents"])
def test_names_are_shown_as_text(company, name):
    evil = "<script>alert(1)</script>"
    for factory in (SkillFactory, BusinessHoursFactory, SlaPolicyFactory, HolidayCalendarFactory):
        factory(organization=company.organization, name=evil)
    with tenant_scope(company.organization):
        MemberSkill.objects.create(membership=company.members["agent"], skill=Skill.objects.get(), level=1)
    page = company.client("admin").get(company.url(name)).content.decode()
    assert evil not in page
    assert "&lt;script&gt;" in page
