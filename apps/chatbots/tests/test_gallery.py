"""Ready-made flows: each passes validation, and runs to its end with answers that people give."""

from datetime import timedelta

import pytest

from apps.ai.tests.factories import ProviderFactory
from apps.chatbots import effects, engine, ready_made, services
from apps.chatbots.models import Flow
from apps.chatbots.state import Answered, Began, Said
from apps.chatbots.tests.workshop import workshop
from apps.core.clock import now
from apps.organizations.tenancy import tenant_scope

__all__ = ["workshop"]
NOBODY = {"contact": {"first_name": "Ana"}, "company": {"name": "Loja", "time_zone": "America/Sao_Paulo"}}
ORDER = {"status": 200, "body": {"status": "A caminho", "previsao": "amanhã", "rastreio": "https://x.example/1"}}
FINISH = {"text": "Por nada!", "calls": [{"id": "1", "name": "finish", "arguments": {}}]}
GO = {"text": "", "calls": [{"id": "1", "name": "go", "arguments": {"way": "comprar"}}]}
# What the customer says (or what comes back from outside), what is said at least once, and how it ends.
PATHS = {
    "reception": [
        (["vendas", "Quero um orçamento", True], "Já vou chamar", "handed"),
        (["financeiro", "529.982.247-25", False], "não está online", "handed"),
        (["horario", "Não, obrigado"], "Rua das Flores", "closed"),
        (["??", "??", True], "Não entendi", "handed"),
    ],
    "scheduling": [
        (["Avaliação", "amanhã", "25/12/2026", "Manhã", "Ana", "Confirmar"], "A equipe confirma", "handed"),
        (["retorno", "25/12/2026", "tarde", "Ana", "Cancelar"], "não agendei", "closed"),
    ],
    "order_status": [
        (["10234", ORDER, "sim"], "*A caminho*", "closed"),
        (["10234", {"status": 404, "body": {}}, "pessoa"], "Não encontrei o pedido 10234", "handed"),
    ],
    "lead": [
        (["Ana", "ana@example.com", "Mais de 50", "agora"], "Um especialista", "handed"),
        (["Ana", "ana@example.com", "Até 10", "pesquisa"], "um guia", "ended"),
    ],
    "faq_ai": [
        (
            ["Vocês entregam?", {"text": "Entregamos sim!", "calls": []}, "Ótimo", FINISH, "Sim, obrigado"],
            "Que bom",
            "closed",
        ),
        (["Quero comprar", GO], "Já vou chamar alguém de vendas", "handed"),
        (["?!", {"text": "", "calls": []}], "Vou chamar alguém da equipe", "handed"),
    ],
    "satisfaction": [
        (["5", "10"], "Muito obrigado", "closed"),
        (["1", "Demorou demais", "sim"], "Alguém da equipe", "handed"),
    ],
}


def run(graph, said):
    """The flow with these answers; gives what was sent and how it ended."""
    program = engine.compile_graph("v", graph, is_draft=True)
    state, sent, at = engine.begin(program), [], now()
    for event in [Began(), *said]:
        if not isinstance(event, Began):
            waits = state.waiting
            event = Said(text=event) if waits and waits.kind == "reply" else Answered(waits.key, event)
        state, done = engine.advance(state, engine.Input(at, event, {"v": program}, facts=NOBODY))
        sent += [effect.text for effect in done if isinstance(effect, effects.Send)]
        at += timedelta(seconds=5)
    return sent, state.status


def payload(text, graph):
    """A touched button where the answer is a button's id."""
    ids = {row["id"]: row["title"] for node in graph["nodes"] for row in _rows(node["fields"])}
    return ids.get(text, text) if isinstance(text, str) else text


def _rows(fields):
    return [*fields.get("buttons", []), *fields.get("rows", [])]


def test_every_sample_has_answers_that_try_it():
    assert PATHS.keys() == ready_made.SAMPLES.keys()
    assert {path.stem for path in ready_made.FOLDER.iterdir()} == ready_made.SAMPLES.keys()


@pytest.mark.parametrize("key", PATHS)
def test_a_sample_runs_with_plausible_answers(key):
    graph = ready_made.SAMPLES[key].graph
    for said, words, end in PATHS[key]:
        sent, status = run(graph, [payload(text, graph) for text in said])
        assert any(words in text for text in sent), (said, sent)
        assert status == end, (said, sent)


def test_every_sample_can_be_published(workshop):
    ProviderFactory(organization=workshop.flow.organization, is_active=True)
    with tenant_scope(workshop.flow.organization_id):
        graphs = {key: ready_made.with_provider(sample.graph) for key, sample in ready_made.SAMPLES.items()}
        found = {key: services.problems(graph) for key, graph in graphs.items()}
    assert {key: problems for key, problems in found.items() if problems} == {}


def test_a_sample_is_looked_at_and_copied_as_a_draft(workshop):
    browser = workshop.client("admin")
    assert "Scheduling" in browser.get(workshop.url("gallery")).content.decode()
    url = workshop.url("sample", sample="scheduling")
    assert browser.get(workshop.url("sample_graph", sample="scheduling")).json()["facts"]["servico"]["title"]
    assert workshop.client("supervisor").post(url, {"name": "Agenda"}).status_code == 403
    assert browser.post(url, {"name": workshop.flow.name, "bot": workshop.flow.bot_id}).status_code == 422
    assert browser.post(url, {"name": "Agenda", "bot": workshop.flow.bot_id}).status_code == 302
    with tenant_scope(workshop.flow.organization_id):
        made = Flow.objects.get(name="Agenda")
        assert (made.bot_id, made.is_main, made.versions.count()) == (workshop.flow.bot_id, False, 0)
        assert len(made.draft["nodes"]) == ready_made.SAMPLES["scheduling"].step_count
