import orjson
import pytest

from apps.whatsapp.error_codes import RULES, Policy
from apps.whatsapp.errors import NO_ANSWER, GraphError, graph_error_from_response, graph_error_from_status, policy_for
from apps.whatsapp.payloads import ErrorItem

# Every code of the platform's error reference that a sender can meet.
DOCUMENTED = [
    *(0, 1, 2, 3, 4, 10, 33, 100, 104, 190, 200, 250, 299, 368, 613, 803, 80007, 80008, 130403, 130429, 130472, 130497),
    *(131000, 131005, 131008, 131009, 131016, 131020, 131021, 131026, 131030, 131031, 131037, 131041, 131042, 131044),
    *(131045, 131047, 131048, 131049, 131050, 131051, 131052, 131053, 131055, 131056, 131057, 131059, 131060, 131062),
    *(131063, 131064, 131208, 132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016, 132018, 132068, 132069),
    *(133000, 133004, 133005, 133006, 133008, 133009, 133010, 133015, 133016, 134011, 134100, 134101, 134102, 135000),
    *(136024, 137000, 138000, 138018, 139000, 139004, 139100, 139101, 139102, 139103, 141010, 147001, 147005, 200005),
    *(200007, 1752041, 2388012, 2388019, 2388023, 2388024, 2388039, 2388040, 2388047, 2388072, 2388073, 2388091),
    *(2388093, 2388103, 2388293, 2388299, 2494100, 2494164, 2494179, 2593107, 2593108, 2593109),
]
STOPPING = [0, 190, 10, 200, 299, 368, 131031, 131042, 131045, 131048, 131064, 132001, 132007, 132015, 132016, 133010]
REQUEUED = [4, 80007, 130429, 131056, 131016, 131000, 131057, 133004, 2]


def rest_error(code, **more):
    return orjson.dumps({"error": {"message": "(#1) no", "type": "OAuthException", "code": code, **more}})


@pytest.mark.parametrize("code", DOCUMENTED)
def test_every_documented_code_has_its_own_rule_and_a_sentence(code):
    rule = policy_for(code)
    assert rule is not policy_for(987654)
    assert str(rule.sentence).endswith(".")


def test_campaigns_stop_at_once_on_exactly_the_codes_that_hurt():
    assert all(policy_for(code).stops_campaign for code in STOPPING)
    others = {code for code, rule in RULES.items() if rule.stops_campaign} - set(STOPPING)
    assert others == {3, 33, 131005, 131044}


@pytest.mark.parametrize("code", REQUEUED)
def test_temporary_refusals_are_tried_again(code):
    rule = policy_for(code)
    assert rule.retries
    assert rule.max_tries > 1
    assert 0 < rule.delay(0) <= rule.delay(1) <= rule.delay(50) <= 1_024


@pytest.mark.parametrize(
    ("code", "policy"),
    [
        (131047, Policy.CLOSE_WINDOW),
        (131050, Policy.OPT_OUT),
        (131026, Policy.CONTACT),
        (131056, Policy.RETRY_PAIR),
        (130429, Policy.SLOW_NUMBER),
        (131042, Policy.PAUSE_PAID),
        (132016, Policy.STOP_TEMPLATE),
        (131049, Policy.WAIT),
        (190, Policy.PAUSE_NUMBER),
        (100, Policy.CONFIG),
    ],
)
def test_what_is_done(code, policy):
    assert policy_for(code).policy is policy


def test_pair_limits_wait_four_to_the_power_of_the_try():
    assert [policy_for(131056).delay(tries) for tries in range(4)] == [1, 4, 16, 64]


@pytest.mark.parametrize(
    ("figures", "retries"),
    [({}, False), ({"is_transient": True}, True), ({"http_status": 503}, True), ({"http_status": 429}, True)],
)
def test_unknown_codes_fail_unless_called_temporary(figures, retries):
    assert policy_for(987654, **figures).retries is retries


def test_a_transient_flag_makes_a_failure_temporary_but_never_a_dead_token():
    assert policy_for(100, is_transient=True).retries
    assert policy_for(190, is_transient=True).policy is Policy.PAUSE_NUMBER


def test_a_rest_error_tells_everything():
    body = rest_error(131047, error_data={"details": "24 hours"}, error_subcode=2494055, fbtrace_id="Az8")
    error = graph_error_from_response(400, body)
    assert (error.code, error.subcode, error.details, error.fbtrace_id) == (131047, 2494055, "24 hours", "Az8")
    assert (error.ambiguous, error.permanent, error.retry_after) == (False, True, None)


@pytest.mark.parametrize(
    ("body", "code", "details"),
    [
        (rest_error(100, error_data="plain string"), 100, "plain string"),
        (rest_error("131009"), 131009, ""),
        (rest_error(100, error_user_msg="for people"), 100, "for people"),
        (b'{"error":"text"}', -2, ""),
        (b'{"error":{"code":true}}', -2, ""),
        (b"<html>", -2, ""),
        (b"", -2, ""),
        (b"[1]", -2, ""),
    ],
)
def test_odd_error_bodies_are_understood(body, code, details):
    error = graph_error_from_response(400, body)
    assert (error.code, error.details, error.ambiguous) == (code, details, False)


@pytest.mark.parametrize(
    "body", [b"<html>Bad gateway</html>", b"", rest_error(1), rest_error(131000), rest_error(131016)]
)
@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
def test_a_server_error_leaves_it_open_and_is_never_retried(status, body):
    error = graph_error_from_response(status, body)
    assert (error.policy, error.ambiguous, error.permanent, error.retry_after) == (Policy.AMBIGUOUS, True, False, None)


@pytest.mark.parametrize("code", [4, 80007, 130429, 131056])
def test_limits_refuse_before_processing_whatever_the_status(code):
    for status in (400, 403, 429, 500, 503):
        error = graph_error_from_response(status, rest_error(code), {"Retry-After": "120"})
        assert not error.ambiguous
        assert error.retry_after >= 120


def test_a_failed_status_is_never_open():
    error = graph_error_from_status([ErrorItem(131026, "Message undeliverable", "no WhatsApp")])
    assert (error.policy, error.ambiguous, error.details) == (Policy.CONTACT, False, "no WhatsApp")


def test_a_failed_status_without_code_says_nothing_of_the_token():
    assert graph_error_from_status([]).policy is graph_error_from_status([ErrorItem(0)]).policy is Policy.PERMANENT


def test_no_answer_is_open_only_if_something_was_written():
    assert GraphError(NO_ANSWER, "refused", ambiguous=False).rule.retries
    assert GraphError(NO_ANSWER, "timeout", ambiguous=True).policy is Policy.AMBIGUOUS
