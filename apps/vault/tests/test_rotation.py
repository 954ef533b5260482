"""Keys are changed while values stay readable; a killed run goes on where it was; nothing is lost."""

import base64
import io
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest

from django.core.management import CommandError, call_command
from django.db import connection

from apps.core.clock import now
from apps.organizations.tenancy import platform_scope, tenant_scope
from apps.organizations.tests.factories import OrganizationFactory
from apps.vault import rotation, sealing
from apps.vault.models import DataKey, Secret
from apps.vault.sealing import version_of
from apps.whatsapp.tests.factories import NumberFactory

ROWS = 150


@pytest.fixture(autouse=True)
def no_known_keys(monkeypatch):
    monkeypatch.setattr(sealing, "_known_keys", {})


def fill(companies, rows: int) -> dict:
    """`rows` secrets in each company; what each must read for ever."""
    wanted = {}
    for company in companies:
        with tenant_scope(company):
            made = Secret.objects.bulk_create([Secret(name=f"s{n}", value=f"{company.pk} {n}") for n in range(rows)])
        wanted |= {secret.pk: f"{company.pk} {number}" for number, secret in enumerate(made)}
    return wanted


def readable() -> dict:
    with platform_scope(reason="a test reads the secrets of all companies"):
        return {secret.pk: secret.value.reveal() for secret in Secret.objects.all()}


def versions() -> set[int]:
    with platform_scope(reason="a test reads the secrets of all companies"):
        return {version_of(secret.value.sealed) for secret in Secret.objects.all()}


def fresh_master_key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


@pytest.mark.django_db
def test_a_new_master_key_wraps_the_data_keys_again(settings):
    wanted = fill([OrganizationFactory(), OrganizationFactory()], 3)
    former = settings.VAULT_MASTER_KEY
    settings.VAULT_MASTER_KEY = fresh_master_key()
    with pytest.raises(CommandError, match="VAULT_FORMER_MASTER_KEYS"):
        call_command("rotate_vault_keys", stdout=io.StringIO())
    settings.VAULT_FORMER_MASTER_KEYS = [former]
    sealing.forget_known_keys()
    assert readable() == wanted  # both are read before the command ran
    call_command("rotate_vault_keys", "--batch", "1", stdout=io.StringIO())
    settings.VAULT_FORMER_MASTER_KEYS = []
    sealing.forget_known_keys()
    assert readable() == wanted


class Killed(BaseException):
    """The process ended here."""


@pytest.mark.django_db
def test_a_killed_rotation_loses_nothing_and_goes_on(monkeypatch):
    wanted = fill([OrganizationFactory(), OrganizationFactory()], ROWS)
    whole, done = rotation._renew, []

    def dying(*args):
        done.append(1)
        if len(done) % 120 == 0:
            raise Killed
        whole(*args)

    monkeypatch.setattr(rotation, "_renew", dying)
    for _death in range(2):
        with pytest.raises(Killed):
            rotation.rotate(batch=50)
        assert readable() == wanted
    assert versions() == {1, 2}  # halfway: old and new are read side by side
    monkeypatch.setattr(rotation, "_renew", whole)
    outcome = rotation.rotate(batch=50)
    assert (readable(), versions()) == (wanted, {2})
    assert outcome.sealed < len(wanted)  # what was done before the end was not done again
    assert outcome.unreadable == []


@pytest.mark.django_db
def test_a_value_replaced_meanwhile_is_not_overwritten(monkeypatch):
    company = OrganizationFactory()
    fill([company], 1)
    original = rotation.unseal

    def slow(organization_id, value):
        with tenant_scope(company):
            found = Secret.objects.get()
            found.value = "typed meanwhile"
            found.save()
        return original(organization_id, value)

    monkeypatch.setattr(rotation, "unseal", slow)
    rotation.rotate()
    assert list(readable().values()) == ["typed meanwhile"]


@pytest.mark.django_db
def test_former_keys_go_only_when_a_later_full_pass_needed_none():
    company = OrganizationFactory()
    wanted = fill([company], 2)
    with tenant_scope(company):
        rotation.rotate()
        assert list(DataKey.objects.order_by("version").values_list("version", flat=True)) == [1, 2]
        DataKey.objects.filter(version=1).update(retired_at=now() - timedelta(days=2))
        rotation.rotate()
        assert list(DataKey.objects.order_by("version").values_list("version", flat=True)) == [2, 3]
    assert readable() == wanted


@pytest.mark.django_db
def test_what_cannot_be_opened_is_named_and_keeps_its_keys():
    company = OrganizationFactory()
    fill([company], 2)
    with tenant_scope(company):
        broken = Secret.objects.order_by("pk").first()
        Secret.objects.filter(pk=broken.pk).update(value=b"nobody sealed this, and yet it is here")
        with pytest.raises(CommandError, match=str(broken.pk)):
            call_command("rotate_vault_keys", "--data-keys", stdout=io.StringIO())
        assert DataKey.objects.filter(retired_at=None).count() == 2


@pytest.mark.django_db
def test_every_model_with_a_sealed_field_is_rotated():
    number = NumberFactory()
    with tenant_scope(number.organization):
        account = number.account
        account.access_token = "EAAG"
        account.save()
        rotation.rotate()
        account.refresh_from_db()
        assert (version_of(account.access_token.sealed), account.access_token.reveal()) == (2, "EAAG")
    assert {"vault.Secret", "whatsapp.BusinessAccount"} <= {m._meta.label for m, _ in rotation.sealed_columns()}


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
def test_ten_thousand_secrets_survive_kills_of_the_real_command():
    wanted = fill([OrganizationFactory() for _ in range(10)], 1000)
    environ = {**os.environ, "DATABASE_URL": _url(), "PYTHONPATH": os.getcwd()}
    command = [sys.executable, "manage.py", "rotate_vault_keys", "--data-keys", "--batch", "50"]
    kills = 0
    while (process := subprocess.Popen(command, env=environ)).poll() is None:
        for _tick in range(25 + 5 * kills):
            time.sleep(0.1)
            if process.poll() is not None:
                break
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            kills += 1
        if process.wait() == 0:
            break
        sealing.forget_known_keys()
        assert readable() == wanted
    sealing.forget_known_keys()
    assert kills > 0
    assert (readable(), versions()) == (wanted, {2})


def _url() -> str:
    database = connection.settings_dict
    return "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)
