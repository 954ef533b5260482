"""Links and QR codes that set off a trigger."""

import pytest

from apps.chatbots.models import Bot
from apps.chatbots.tests.factories import TriggerFactory
from apps.chatbots.tests.workshop import workshop
from apps.chatbots.triggering import Occasion, winner
from apps.organizations.tenancy import tenant_scope
from apps.whatsapp.links import chat_link
from apps.whatsapp.tests.factories import NumberFactory

__all__ = ["workshop"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def link(workshop):
    company = workshop.flow.organization
    return TriggerFactory(organization=company, flow=workshop.flow, kind="link", value="Vim pelo cartaz & já")


def test_the_page_has_a_link_and_a_picture_for_each_number_of_the_bot(workshop, link):
    company = workshop.flow.organization
    shown, other = NumberFactory(organization=company), NumberFactory(organization=company)
    with tenant_scope(company):
        Bot.objects.get().numbers.add(shown)
    browser = workshop.client("supervisor")
    page = browser.get(workshop.url("trigger_link", trigger_id=link.pk))
    assert [row["url"] for row in page.context["links"]] == [chat_link(shown, link.value)]
    assert page.context["links"][0]["url"].endswith("?text=Vim%20pelo%20cartaz%20%26%20j%C3%A1")
    picture = workshop.url("trigger_qr", trigger_id=link.pk, number_id=shown.pk)
    assert browser.get(picture)["Content-Type"] == "image/svg+xml"
    assert browser.get(picture, {"download": ""})["Content-Disposition"].endswith('"qr-vim-pelo-cartaz-ja.svg"')
    assert browser.get(workshop.url("trigger_qr", trigger_id=link.pk, number_id=other.pk)).status_code == 404


def test_what_the_link_types_sets_off_its_trigger(workshop, link):
    number = NumberFactory(organization=workshop.flow.organization)
    link.here = []
    with tenant_scope(workshop.flow.organization):
        assert winner(Occasion(number.pk, link.value), [link]) == link


def test_a_trigger_without_a_link_has_no_page(workshop):
    word = TriggerFactory(organization=workshop.flow.organization, flow=workshop.flow, kind="keyword", value="menu")
    answer = workshop.client("owner").get(workshop.url("trigger_link", trigger_id=word.pk))
    assert answer.status_code == 404
