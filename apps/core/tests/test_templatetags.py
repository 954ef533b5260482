"""WhatsApp formatting never lets markup through, and names, times and icons look the same everywhere."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
import time_machine

from django.http import HttpRequest
from django.template import Context
from django.utils import timezone, translation

from apps.core.templatetags import pytake

NOON = datetime(2026, 3, 11, 15, 0, tzinfo=UTC)  # a Wednesday; 12:00 in São Paulo


@pytest.fixture(autouse=True)
def _brazil():
    with (
        time_machine.travel(NOON, tick=False),
        timezone.override(ZoneInfo("America/Sao_Paulo")),
        translation.override("en"),
    ):
        yield


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*bold* _italic_ ~gone~", "<strong>bold</strong> <em>italic</em> <s>gone</s>"),
        ("*bold _both_*", "<strong>bold <em>both</em></strong>"),
        ("```x = *1*```", "<code>x = *1*</code>"),
        ("`*code*`", "<code>*code*</code>"),
        ("2 * 3 * 4 and snake_case_name", "2 * 3 * 4 and snake_case_name"),
        ("* not bold *", "* not bold *"),
        ("", ""),
        (None, ""),
    ],
)
def test_marks_become_elements_only_where_whatsapp_would_show_them(text, html):
    assert pytake.wa_format(text) == html


def test_addresses_become_safe_links_without_the_punctuation_after_them():
    html = pytake.wa_format("See https://a.example/b_c_d?x=1&y=2, or www.b.example.")
    assert 'href="https://a.example/b_c_d?x=1&amp;y=2"' in html
    assert 'href="https://www.b.example"' in html
    assert html.endswith("</a>.")
    assert html.count('rel="noopener noreferrer nofollow"') == 2


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "*<img src=x onerror=alert(1)>*",
        "```</code><script>alert(1)</script>```",
        'https://a.example/"onmouseover="alert(1)',
        "https://a.example/<svg/onload=alert(1)>",
        "javascript:alert(1)",
        "\ue0000\ue001 <b>",
    ],
)
def test_markup_in_a_message_is_shown_and_never_run(attack):
    html = pytake.wa_format(attack)
    assert not any(element in html for element in ("<script", "<img", "<svg", "<b>", 'href="javascript'))
    assert 'onmouseover="' not in html


def test_a_private_use_character_cannot_summon_another_piece():
    assert pytake.wa_format("`secret` \ue0000\ue001") == "<code>secret</code> 0"


def test_a_preview_is_one_line_without_marks():
    assert pytake.wa_plain("*Hi*\n\n_there_  `now`") == "Hi there now"


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Mariana Costa", "MC"),
        ("Ana Maria de Souza", "AS"),
        ("ótica", "Ó"),
        ("+55 85 99811", "?"),
        ("", "?"),
        (None, "?"),
    ],
)
def test_initials_are_first_and_last(name, letters):
    assert pytake.initials(name) == letters


def test_a_name_keeps_its_tone():
    assert pytake.avatar_tone("Ana") == pytake.avatar_tone("Ana")
    assert {pytake.avatar_tone(f"Person {number}") for number in range(200)} == set(range(pytake.AVATAR_TONES))


@pytest.mark.parametrize(
    ("age", "text"),
    [
        (timedelta(minutes=5), "11:55"),
        (timedelta(hours=13), "yesterday"),
        (timedelta(days=3), "sun"),
        (timedelta(days=30), "09/02/2026"),
    ],
)
def test_times_grow_shorter_words_with_age(age, text):
    assert pytake.short_time(NOON - age) == text


def test_the_day_turns_at_local_midnight_not_at_utcs():
    late_yesterday = datetime(2026, 3, 11, 2, 30, tzinfo=UTC)  # 23:30 of the day before in São Paulo
    assert pytake.short_time(late_yesterday) == "yesterday"
    assert pytake.day_label(late_yesterday) == "Yesterday"
    assert pytake.day_label(NOON) == "Today"


def test_ago_carries_the_exact_moment_for_machines():
    html = pytake.ago(NOON, "row-time")
    assert 'datetime="2026-03-11T12:00:00-03:00"' in html
    assert ">12:00</time>" in html
    assert pytake.ago(None) == ""


def test_the_same_moment_is_told_in_the_time_of_each_company():
    told = []
    for zone in ("America/Sao_Paulo", "America/Manaus", "America/Sao_Paulo"):
        with timezone.override(zone):
            told.append((pytake.ago(NOON), pytake.short_time(NOON)))
    assert told[0] == told[2] != told[1]
    assert all(f">{text}</time>" in html for html, text in told)


@pytest.mark.parametrize(("minutes", "text"), [(1330, "22h 10m"), (48, "48m"), (0, "0m"), (-1, "")])
def test_what_is_left_of_the_window(minutes, text):
    assert pytake.time_left(NOON + timedelta(minutes=minutes)) == text
    assert pytake.time_left(None) == ""


@pytest.mark.parametrize(("seconds", "text"), [(17.4, "0:17"), (75, "1:15"), (None, ""), (-2, "")])
def test_lengths_of_recordings(seconds, text):
    assert pytake.clock_time(seconds) == text


def test_the_unread_line_stands_above_the_first_unread_customer_message():
    lines = [SimpleNamespace(id=number, direction=way) for number, way in enumerate(["in", "out", "in", "note", "in"])]
    assert pytake.first_unread(lines, 2) == 2
    assert pytake.first_unread(lines, 9) == 0
    assert pytake.first_unread(lines, 0) is None
    assert pytake.first_unread([], 3) is None


def test_reactions_are_counted_and_taken_back_ones_are_not():
    assert pytake.reaction_counts({"a": "👍", "b": "❤️", "c": "👍", "d": ""}) == [("👍", 2), ("❤️", 1)]
    assert pytake.reaction_counts(None) == []


def test_icons_are_silent_unless_they_say_something():
    assert 'aria-hidden="true"' in pytake.icon("check")
    spoken = pytake.icon("check", label='"Read"')
    assert 'role="img"' in spoken
    assert 'aria-label="&quot;Read&quot;"' in spoken
    assert '.svg#check"' in spoken


@pytest.mark.parametrize(
    ("cookie", "setting", "shown"),
    [("dark", "light", "dark"), ("", "dark", "dark"), ("", "auto", "light"), ('"><', "", "light")],
)
def test_the_theme_is_the_cookies_then_the_persons(cookie, setting, shown):
    request = HttpRequest()
    request.COOKIES["theme"] = cookie
    request.user = SimpleNamespace(theme=setting)
    assert pytake.theme(Context({"request": request})) == shown
    assert pytake.theme(Context()) == "light"


def test_a_page_without_a_request_has_no_flashes():
    assert pytake.flashes(Context({"messages": ["the page's own"]})) == []


def test_helpers_for_payloads_whose_keys_are_data():
    assert pytake.item({"a-b": 1}, "a-b") == 1
    assert pytake.item(None, "a") == ""
    assert pytake.split_words("a b") == ["a", "b"]
    assert pytake.as_attr([]) == "false"
    assert pytake.waveform("m") == pytake.waveform("m") != pytake.waveform("n")


def test_names_of_templates_and_languages_are_words():
    assert pytake.plain_name("pedido_confirmado") == "Pedido confirmado"
    with translation.override("pt-br"):
        assert pytake.language_name("pt_BR") == "Português (Brasil)"
        assert pytake.language_name("<b>") == "<b>"
    assert pytake.language_name("") == ""
