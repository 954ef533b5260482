"""The survey's template is chosen among those that can ask, never typed."""

import pytest

from apps.conversations.models import SurveyPolicy
from apps.organizations.tenancy import tenant_scope
from apps.whatsapp.tests.factories import TemplateFactory

pytestmark = pytest.mark.django_db
QUESTION = {"type": "BODY", "text": "Como foi o atendimento?"}
THREE = {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": word} for word in ("Bom", "Regular", "Ruim")]}


@pytest.fixture
def templates(company):
    def make(name, *components, **fields):
        TemplateFactory(organization=company.organization, name=name, components=list(components), **fields)

    make("pesquisa", QUESTION, THREE)
    make("sem_botoes", QUESTION)
    make("com_lacuna", {"type": "BODY", "text": "Oi, {{1}}"}, THREE)
    make("com_foto", QUESTION, THREE, {"type": "HEADER", "format": "IMAGE"})
    make("pausado", QUESTION, THREE, status="PAUSED")


def test_only_templates_that_can_ask_are_offered_and_taken(company, templates):
    browser, url = company.client("supervisor"), company.url("survey")
    offered = [value for value, _label in browser.get(url).context["form"].fields["template"].choices]
    assert offered == ["", "pesquisa/pt_BR"]
    assert browser.post(url, {"style": "faces", "template": "com_lacuna/pt_BR"}).status_code == 422
    assert browser.post(url, {"style": "faces", "template": "pesquisa/pt_BR"}).status_code == 302
    with tenant_scope(company.organization):
        policy = SurveyPolicy.objects.get()
    assert (policy.template_name, policy.template_language) == ("pesquisa", "pt_BR")


def test_the_present_one_stays_chosen_when_meta_has_stopped_it(company, templates):
    with tenant_scope(company.organization):
        SurveyPolicy.objects.create(template_name="pausado", template_language="pt_BR")
    form = company.client("supervisor").get(company.url("survey")).context["form"]
    assert form["template"].value() == "pausado/pt_BR"
    assert "pausado/pt_BR" in dict(form.fields["template"].choices)
