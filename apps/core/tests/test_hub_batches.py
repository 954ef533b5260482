"""What arrives while a hub renders is taken together: the last word counts, nobody keeps a stale row."""

import uuid

import pytest

from apps.core.realtime import hub as hubs
from apps.core.realtime.hub import Hub, _newest

COMPANY, RIVAL = uuid.uuid4(), uuid.uuid4()


def envelope(number, thing, *groups, gone=(), kind="row"):
    return {"seq": number, "kind": kind, "ids": {"conversation": thing}, "groups": list(groups), "gone": list(gone)}


def test_of_several_pushes_about_a_thing_only_the_last_is_rendered():
    found = _newest([(COMPANY, envelope(1, "a", "all")), (COMPANY, envelope(2, "a", "all"))])
    assert [item["seq"] for _company, item in found] == [2]


def test_who_sat_only_in_an_earlier_group_loses_the_row():
    found = _newest(
        [
            (COMPANY, envelope(1, "a", "all", "queue:1")),
            (COMPANY, envelope(2, "a", "all", "member:1", gone=["queue:2"])),
        ]
    )
    assert found[0][1]["groups"] == ["all", "member:1"]
    assert found[0][1]["gone"] == ["queue:1", "queue:2"]


def test_who_lost_it_and_got_it_back_keeps_it():
    found = _newest(
        [(COMPANY, envelope(1, "a", "all", gone=["queue:1"])), (COMPANY, envelope(2, "a", "all", "queue:1"))]
    )
    assert found[0][1]["gone"] == []


@pytest.mark.parametrize(
    "other",
    [
        (RIVAL, envelope(2, "a", "all")),
        (COMPANY, envelope(2, "b", "all")),
        (COMPANY, envelope(2, "a", "all", kind="message")),
    ],
    ids=["of another company", "about another thing", "of another kind"],
)
def test_other_pushes_are_not_merged(other):
    assert len(_newest([(COMPANY, envelope(1, "a", "all")), other])) == 2


async def test_a_flood_ends_in_one_catch_up_instead_of_a_growing_queue(monkeypatch):
    monkeypatch.setattr(hubs, "MAX_WAITING", 3)
    hub, told = Hub(), []

    async def catch_up():
        told.append(hub._arrived.qsize())

    monkeypatch.setattr(hub, "_catch_up_all", catch_up)
    channel = f"live:org:{COMPANY}".encode()
    for number in range(1, 6):
        await hub._receive(channel, envelope(number, str(number), "all"))
    assert told == [0]
    assert hub._arrived.qsize() == 2
