"""Faults on demand: struck errors, lost answers, and webhooks that repeat, wander or vanish."""

import asyncio
import time

import aiohttp
import pytest

from apps.simulator.behaviour import Dice
from apps.simulator.tests.conftest import NUMBER, until

pytestmark = pytest.mark.asyncio


async def test_an_error_can_strike_a_given_number_of_times(lab) -> None:
    await lab.says()
    await lab.faults(errors=[{"code": 131016, "count": 2}])
    codes = [(await lab.send())[0] for _ in range(3)]
    assert codes == [503, 503, 200]
    assert len((await lab.get("/control/messages"))["messages"]) == 1


async def test_an_error_may_come_as_a_failed_status_instead(lab) -> None:
    await lab.says()
    await lab.faults(errors=[{"code": 131049, "channel": "status"}])
    wamid = await lab.sent()
    await until(lambda: lab.receiver.names(wamid) == ["failed"])
    assert lab.receiver.statuses(wamid)[0]["errors"][0]["code"] == 131049


async def test_an_error_may_strike_another_endpoint_or_one_recipient(lab) -> None:
    await lab.faults(
        errors=[{"code": 80007, "endpoint": "phone_numbers"}, {"code": 131000, "to": "7777"}], window="off"
    )
    assert (await lab.graph("GET", "102290129340398/phone_numbers"))[0] == 429
    assert (await lab.send())[0] == 200
    assert (await lab.send(to="+5511977776666"))[1]["error"]["is_transient"] is True


async def test_the_same_seed_makes_the_same_decisions() -> None:
    first, second, other = Dice(5), Dice(5), Dice(6)
    drawn = [[dice.hit(0.3) for _ in range(50)] for dice in (first, second, other)]
    assert drawn[0] == drawn[1]
    assert drawn[0] != drawn[2]
    assert 0 < sum(drawn[0]) < 50


@pytest.mark.parametrize("mode", ["hang", "reset", "5xx"])
async def test_an_answer_may_be_lost_after_accepting(lab, mode) -> None:
    await lab.says()
    await lab.faults(after_accept=[{"mode": mode, "count": 1}])
    body = {"messaging_product": "whatsapp", "to": "+5511988881234", "type": "text", "text": {"body": "Oi"}}
    headers = {"Authorization": "Bearer simulator-token"}
    timeout = aiohttp.ClientTimeout(total=0.4)
    url = f"{lab.url}/v26.0/{NUMBER}/messages"
    try:
        async with lab.session.post(url, json=body, headers=headers, timeout=timeout) as response:
            assert mode == "5xx"
            assert response.status == 503
            assert "json" not in response.headers["Content-Type"]
    except TimeoutError:
        assert mode == "hang"
    except aiohttp.ClientError:
        assert mode == "reset"
    await until(lambda: lab.receiver.names() == ["sent", "delivered"])
    assert len((await lab.get("/control/messages"))["messages"]) == 1


async def test_a_late_answer_is_still_the_answer(lab) -> None:
    await lab.says()
    await lab.faults(after_accept=[{"mode": "late", "delay_ms": 80}])
    began = time.monotonic()
    assert (await lab.send())[0] == 200
    assert time.monotonic() - began >= 0.08


async def test_the_stub_mode_waits_and_stays_silent(lab) -> None:
    await lab.faults(latency_ms=60, statuses="off", window="off", throughput_per_second=0, pair_seconds=0)
    began = time.monotonic()
    answers = await asyncio.gather(*(lab.send() for _ in range(100)))
    assert 0.06 <= time.monotonic() - began < 5
    assert {status for status, _ in answers} == {200}
    assert lab.receiver.posts == []


async def test_throughput_and_pair_rate_are_limited(lab) -> None:
    await lab.says()
    await lab.faults(pair_burst=3)
    statuses = [(await lab.send())[0] for _ in range(5)]
    assert statuses == [200, 200, 200, 429, 429]
    assert (await lab.send())[1]["error"]["code"] == 131056
    await lab.faults(throughput_per_second=2.0, window="off")
    answers = [await lab.send(to=f"+55119777766{i}0") for i in range(8)]
    assert answers[-1][1]["error"]["code"] == 130429
    assert answers[-1][1]["error"]["error_subcode"] == 2494055


async def test_webhooks_can_be_doubled_dropped_and_shuffled(lab) -> None:
    await lab.faults(webhook_duplicate=1.0)
    await lab.says(content="dobro")
    assert [m["text"]["body"] for m in lab.receiver.messages()] == ["dobro", "dobro"]
    await lab.faults(webhook_duplicate=0.0, webhook_drop=1.0)
    await lab.says(content="sumiu")
    await lab.faults(webhook_drop=0.0, webhook_reorder=0.5, webhook_batch=1)
    specs = [{"text": str(i), "wait": True} for i in range(20)]
    await lab.post("/control/inbound", specs)
    arrived = [m["text"]["body"] for m in lab.receiver.messages()][2:]
    assert "sumiu" not in arrived
    assert arrived != sorted(arrived, key=int)
    assert sorted(arrived, key=int) == [str(i) for i in range(20)]


async def test_statuses_can_be_forced_in_any_order(lab) -> None:
    await lab.faults(statuses="off", window="off")
    wamid = await lab.sent()
    for status in ("read", "sent", "failed"):
        await lab.post("/control/status", {"id": wamid, "status": status})
    await until(lambda: lab.receiver.names(wamid) == ["read", "sent", "failed"])


async def test_wrong_settings_change_nothing_and_are_explained(lab) -> None:
    for body in ({"no_such": 1}, {"latency_ms": "fast"}, {"window": "maybe"}, {"after_accept": [{"mode": "explode"}]}):
        async with lab.session.post(f"{lab.url}/control/faults", json={"auto_read": True, **body}) as response:
            assert response.status == 400
            assert (await response.json())["error"]
    assert (await lab.get("/control/faults"))["auto_read"] is False


async def test_clearing_and_resetting_bring_back_the_beginning(lab) -> None:
    await lab.faults(latency_ms=5, errors=[{"code": 1}])
    async with lab.session.delete(f"{lab.url}/control/faults") as response:
        assert (await response.json())["errors"] == []
    await lab.says()
    first = await lab.post("/control/reset", {"seed": 11})
    assert first["seed"] == 11
    assert (await lab.get("/control/state"))["messages"] == 0


async def test_other_sites_cannot_steer_the_simulator(lab) -> None:
    evil = {"Origin": "https://evil.example"}
    async with lab.session.post(f"{lab.url}/control/reset", headers=evil) as response:
        assert response.status == 403
    async with lab.session.post(f"{lab.url}/control/reset", headers={"Origin": lab.url}) as response:
        assert response.status == 200
