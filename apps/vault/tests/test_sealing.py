"""A sealed value opens only with the right keys, for the right organisation, unaltered."""

import base64
import os

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from django.core.exceptions import ImproperlyConfigured

from apps.organizations.tenancy import platform_scope, tenant_scope
from apps.organizations.tests.factories import OrganizationFactory
from apps.vault import sealing
from apps.vault.models import DataKey
from apps.vault.sealing import Unreadable, seal, unseal

pytestmark = pytest.mark.django_db
CANARY = "canary-EAAG-token-7f3a"


@pytest.fixture(autouse=True)
def no_known_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "_known_keys", {})


@pytest.fixture
def company():
    return OrganizationFactory.create()


def another_master_key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


def data_key(company) -> bytes:
    return sealing._sealing_key(company.pk)[1]


def test_a_value_of_before_versions_is_still_opened(company) -> None:
    nonce = os.urandom(12)
    sealed = nonce + AESGCM(data_key(company)).encrypt(nonce, CANARY.encode(), company.pk.bytes)
    assert unseal(company.pk, sealed) == CANARY
    assert (sealing.version_of(sealed), sealing.version_of(seal(company.pk, CANARY))) == (1, 1)


def test_what_was_sealed_is_opened_again(company) -> None:
    assert unseal(company.pk, seal(company.pk, CANARY)) == CANARY


@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_any_text_survives(company, text: str) -> None:
    assert unseal(company.pk, seal(company.pk, text)) == text


def test_the_text_is_not_in_the_sealed_value_and_no_two_are_alike(company) -> None:
    first, second = seal(company.pk, CANARY), seal(company.pk, CANARY)
    assert CANARY.encode() not in first
    assert first != second


def test_another_organization_cannot_open_it(company) -> None:
    other = OrganizationFactory.create()
    with pytest.raises(Unreadable):
        unseal(other.pk, seal(company.pk, CANARY))


def test_it_is_the_name_of_the_organization_that_is_checked_not_only_its_key(company) -> None:
    """With the very same data key in both rows a moved value still does not open."""
    other = OrganizationFactory.create()
    sealed = seal(company.pk, CANARY)
    with platform_scope(reason="a test copies a key"):
        key = DataKey.objects.get(organization=company)
        DataKey.objects.create(organization=other, wrapped=key.wrapped, master=key.master)
    with pytest.raises(Unreadable):
        unseal(other.pk, sealed)


def test_without_the_name_in_the_seal_it_would_open(company) -> None:
    """Negative control of the test above: same key, nothing authenticated besides."""
    key = data_key(company)
    nonce = os.urandom(12)
    sealed = AESGCM(key).encrypt(nonce, CANARY.encode(), b"")
    assert AESGCM(key).decrypt(nonce, sealed, b"").decode() == CANARY


@pytest.mark.parametrize("position", [0, 11, 12, 20, -1])
def test_a_changed_byte_is_noticed(company, position: int) -> None:
    sealed = bytearray(seal(company.pk, CANARY))
    sealed[position] ^= 1
    with pytest.raises(Unreadable):
        unseal(company.pk, bytes(sealed))


@pytest.mark.parametrize("sealed", [b"", b"x", b"x" * 12, b"x" * 27, CANARY.encode()])
def test_what_was_never_sealed_does_not_open(company, sealed: bytes) -> None:
    with pytest.raises(Unreadable):
        unseal(company.pk, sealed)


def test_the_error_tells_nothing(company) -> None:
    sealed = seal(company.pk, CANARY)
    with pytest.raises(Unreadable) as refused:
        unseal(company.pk, sealed[:-1] + b"\0")
    assert CANARY not in f"{refused.value!r} {refused.value.__cause__!r}"


def test_each_organization_has_one_key_and_it_is_wrapped(company) -> None:
    with tenant_scope(company):
        seal(company.pk, "a")
        sealing._known_keys.clear()
        seal(company.pk, "b")
        row = DataKey.objects.get()
    assert data_key(company) not in bytes(row.wrapped)
    assert CANARY not in str(row)


def test_a_key_is_remembered_only_when_it_was_committed(company, django_capture_on_commit_callbacks) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        seal(company.pk, CANARY)
        assert not sealing._known_keys
    assert list(sealing._known_keys) == [company.pk]
    assert data_key(company) not in sealing._known_keys[company.pk].keys[1]  # still wrapped in memory


def test_another_master_key_opens_nothing(company, settings) -> None:
    sealed = seal(company.pk, CANARY)
    settings.VAULT_MASTER_KEY = another_master_key()
    with pytest.raises(Unreadable):
        unseal(company.pk, sealed)


@pytest.mark.parametrize("key", ["", base64.b64encode(b"short").decode()])
def test_a_missing_or_weak_master_key_is_refused(company, settings, key: str) -> None:
    settings.VAULT_MASTER_KEY = key
    with pytest.raises(ImproperlyConfigured, match="openssl rand"):
        seal(company.pk, CANARY)
