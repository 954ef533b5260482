"""What a replay shows, without a database."""

import pytest

from apps.chatbots.outside import redacting

CANARY = 'canary/9+ü"x'


def test_what_stands_under_a_telling_name_is_hidden_wherever_it_stands():
    shown = [
        redacting.headers({"X-Api-Key": CANARY, "Accept": "a"}),
        redacting.text("https://a.example/x?api_key=canary&page=2#z"),
        redacting.text("Authorization: Bearer canary.token-123"),
        redacting.body('{"user": {"senha": "canary"}, "items": [{"access_token": "canary"}], "name": "Ana"}'),
    ]
    assert "canary" not in str(shown)
    assert "page=2" in shown[1]
    assert "Ana" in shown[3]


@pytest.mark.parametrize(
    "echo", [CANARY, "canary%2F9%2B%C3%BC%22x", "canary/9%2B%C3%BC%22x", 'canary/9+ü\\"x', ["a", {CANARY: [CANARY]}]]
)
def test_a_secret_that_comes_back_is_taken_out_however_it_is_spelled(echo):
    assert "canary" not in str(redacting.without({"said": echo}, [CANARY]))
    assert "canary" in str(redacting.without({"said": echo}, []))


def test_a_very_short_secret_does_not_tear_words_apart():
    assert redacting.without("banana", ["an"]) == "banana"


def test_long_bodies_are_cut():
    assert len(redacting.body("x" * 50_000)) == redacting.LONGEST + 1
