"""Templates: listing, creation rules, review, and sends that fit or do not."""

import pytest

from apps.simulator.errors import GraphError
from apps.simulator.tests.conftest import NUMBER, WABA, until
from apps.simulator.validation_templates import check_components, fill

pytestmark = pytest.mark.asyncio
BODY = {"type": "BODY", "text": "Oi, {{1}}! Seu pedido chegou bem.", "example": {"body_text": [["Ana"]]}}


def template(name: str = "aviso_de_entrega", **changes) -> dict:
    return {"name": name, "language": "pt_BR", "category": "UTILITY", "components": [BODY], **changes}


def order(*values: str, name: str = "pedido_confirmado", language: str = "pt_BR") -> dict:
    parameters = [{"type": "text", "text": value} for value in values]
    return {"name": name, "language": {"code": language}, "components": [{"type": "body", "parameters": parameters}]}


async def created(lab, **changes) -> dict:
    status, body = await lab.graph("POST", f"{WABA}/message_templates", template(**changes))
    assert status == 200, body
    return body


async def test_a_new_template_is_reviewed_and_the_verdict_arrives(lab) -> None:
    await lab.faults(template_review_ms=20, template_rejections={"aviso_ruim": "INVALID_FORMAT"})
    good = await created(lab)
    await created(lab, name="aviso_ruim")
    assert good["status"] == "PENDING"
    events = await until(lambda: len(found := lab.receiver.values("message_template_status_update")) == 2 and found)
    assert [(e["event"], e["reason"]) for e in events] == [("APPROVED", "NONE"), ("REJECTED", "INVALID_FORMAT")]
    assert events[0]["message_template_id"] == int(good["id"])
    assert events[0]["message_template_language"] == "pt-BR"


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Com Espaço"},
        {"category": "GOSSIP"},
        {"components": [{"type": "FOOTER", "text": "x"}]},
        {"components": [{**BODY, "text": "x" * 1025}]},
        {"components": [{**BODY, "text": "{{1}} chegou ao seu destino"}]},
        {"components": [{**BODY, "text": "Oi {{2}}, tudo bem com você?"}]},
        {"components": [{**BODY, "text": "Oi {{1}} {{2}} {{3}} ok"}]},
        {"components": [{"type": "BODY", "text": "Oi, {{1}}! Seu pedido chegou."}]},
        {"components": [BODY, {"type": "HEADER", "format": "TEXT", "text": "x" * 61}]},
        {"components": [BODY, {"type": "FOOTER", "text": "Olá {{1}}"}]},
        {"components": [BODY, {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "x" * 26}]}]},
        {"components": [BODY, {"type": "BUTTONS", "buttons": [{"type": "PHONE_NUMBER", "text": "Ligar"}] * 2}]},
        {"components": "none"},
    ],
)
async def test_a_template_against_the_rules_is_refused(lab, change) -> None:
    status, body = await lab.graph("POST", f"{WABA}/message_templates", template(**change))
    assert status == 400
    assert body["error"]["code"] in (100, 131008)


async def test_quick_replies_stand_together() -> None:
    def buttons(*kinds: str) -> list[dict]:
        return [BODY, {"type": "BUTTONS", "buttons": [{"type": kind, "text": "Ok"} for kind in kinds]}]

    check_components(buttons("QUICK_REPLY", "QUICK_REPLY", "URL"), "UTILITY")
    with pytest.raises(GraphError):
        check_components(buttons("QUICK_REPLY", "URL", "QUICK_REPLY"), "UTILITY")


async def test_one_name_and_language_exists_once(lab) -> None:
    await created(lab)
    _, body = await lab.graph("POST", f"{WABA}/message_templates", template())
    assert body["error"]["error_subcode"] == 2388024
    await created(lab, language="en_US")


async def test_lists_are_filtered_and_paged(lab) -> None:
    _, marketing = await lab.graph("GET", f"{WABA}/message_templates?category=MARKETING&fields=name,status")
    assert [set(each) for each in marketing["data"]] == [{"id", "name", "status"}] * 3
    assert [each["name"] for each in marketing["data"]] == ["oferta_da_semana", "colecao_de_verao", "vitrine_da_semana"]
    names, after = [], ""
    while True:
        _, page = await lab.graph("GET", f"{WABA}/message_templates?limit=3&after={after}")
        names += [each["name"] for each in page["data"]]
        if "next" not in page["paging"]:
            break
        after = page["paging"]["cursors"]["after"]
    assert len(names) == len(set(names)) == 9


async def test_sends_must_fit_the_template(lab) -> None:
    wamid = await lab.sent("template", order("Ana", "#1", "sexta"))
    await until(lambda: lab.receiver.names(wamid) == ["sent", "delivered"])
    assert lab.receiver.statuses(wamid)[0]["pricing"]["category"] == "utility"
    cases = {
        132000: order("Ana"),
        132001: order("Ana", name="nada"),
        132018: order("Ana\nMaria", "#1", "sexta"),
        132005: order("x" * 1100, "#1", "sexta"),
    }
    for code, content in cases.items():
        assert (await lab.send("template", content))[1]["error"]["code"] == code
    assert (await lab.send("template", order("A", "B", "C", language="en_US")))[1]["error"]["code"] == 132001
    wrong = {**order(), "components": ["text"]}
    assert (await lab.send("template", wrong))[1]["error"]["code"] == 100


async def test_paused_and_disabled_templates_do_not_send(lab) -> None:
    for event, code in (("PAUSED", 132015), ("DISABLED", 132016), ("REJECTED", 132001)):
        await lab.post("/control/template", {"name": "pedido_confirmado", "event": event})
        assert (await lab.send("template", order("Ana", "#1", "sexta")))[1]["error"]["code"] == code
    await lab.post("/control/template", {"name": "pedido_confirmado", "event": "APPROVED"})
    await lab.sent("template", order("Ana", "#1", "sexta"))


async def test_editing_reviews_again_and_deleting_forgets(lab) -> None:
    await lab.faults(template_review_ms=60_000)
    waiting = await created(lab, name="em_analise")
    _, early = await lab.graph("POST", waiting["id"], {"components": [BODY]})
    assert early["error"]["error_subcode"] == 2388039
    await lab.faults(template_review_ms=10)
    made = await created(lab)
    await until(lambda: lab.receiver.values("message_template_status_update"))
    assert (await lab.graph("POST", made["id"], {"components": [BODY]}))[1] == {"success": True}
    assert (await lab.graph("DELETE", f"{WABA}/message_templates?name=aviso_de_entrega"))[1] == {"success": True}
    assert (await lab.graph("GET", made["id"]))[0] == 400


async def test_parameters_fill_by_position_and_by_name() -> None:
    assert fill("Oi {{1}}, {{2}}", [{"type": "text", "text": "Ana"}, {"type": "text", "text": "ok"}]) == "Oi Ana, ok"
    assert fill("Oi {{nome}}", [{"type": "text", "text": "Ana", "parameter_name": "nome"}]) == "Oi Ana"
    money = {"type": "currency", "currency": {"fallback_value": "R$ 5", "code": "BRL", "amount_1000": 5000}}
    assert fill("{{1}}", [money]) == "R$ 5"


async def test_a_carousel_is_sent_card_by_card_and_shown_on_the_phone(lab) -> None:
    def card(at: int, media: str) -> dict:
        header = {"type": "header", "parameters": [{"type": "image", "image": {"id": media}}]}
        words = {"type": "body", "parameters": [{"type": "text", "text": f"R$ {at}"}]}
        link = {"type": "button", "sub_type": "url", "index": "1", "parameters": [{"type": "text", "text": "x"}]}
        return {"card_index": at, "components": [header, words, link]}

    content = order("Ana", name="vitrine_da_semana")
    body = content["components"]
    for cards in ([card(0, "7")], [card(1, "7"), card(0, "8")], [card(0, "7"), {**card(1, "8"), "components": []}]):
        content["components"] = [*body, {"type": "carousel", "cards": cards}]
        assert (await lab.send("template", content))[0] == 400
    content["components"] = [*body, {"type": "carousel", "cards": [card(0, "7"), card(1, "8")]}]
    wamid = await lab.sent("template", content)
    await until(lambda: "delivered" in lab.receiver.names(wamid))
    shown = (await lab.get("/phone/thread", customer="1", number=NUMBER))["messages"][-1]["cards"]
    assert [each["text"] for each in shown] == [
        "Vestido Ipê por apenas R$ 0 nesta semana.",
        "Bolsa Areia por apenas R$ 1 nesta semana.",
    ]
    assert [each["title"] for each in shown[0]["buttons"]] == ["Quero esta", "Ver na loja"]


async def test_carousels_against_the_rules_are_refused() -> None:
    def carousel(*cards: list[dict]) -> list[dict]:
        return [BODY, {"type": "CAROUSEL", "cards": [{"components": each} for each in cards]}]

    picture, words = {"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "Bolsa"}
    check_components(carousel([picture, words], [picture, words]), "MARKETING")
    wrong = [
        carousel([picture, words]),
        carousel([picture, words], [picture]),
        carousel([words], [words]),
        carousel(*[[picture, {"type": "BODY", "text": "x" * 161}]] * 2),
        carousel(*[[picture, {"type": "BUTTONS", "buttons": [{}] * 3}]] * 2),
    ]
    for components in wrong:
        with pytest.raises(GraphError):
            check_components(components, "MARKETING")
