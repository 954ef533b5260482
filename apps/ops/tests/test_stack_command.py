"""`manage.py stack --prepare` does what is needed and nothing twice; the parts get what it found."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from django.contrib.staticfiles.finders import get_finder
from django.core.management import call_command

from apps.ops import demo
from apps.ops.management.commands import stack
from apps.ops.stack.house import Config, simulator_environ, the_parts
from apps.simulator.config import load


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings) -> Iterator[list[str]]:
    """The names of the commands that were called."""
    called: list[str] = []

    def record(name: str, **options: object) -> None:
        called.append(name)

    assets = tmp_path / "assets"
    assets.mkdir()
    (assets / "app.css").write_text("body {}")
    settings.STATICFILES_DIRS = [assets]
    settings.STATIC_ROOT = str(tmp_path / "static")
    (tmp_path / "static").mkdir()
    monkeypatch.setattr(stack, "call_command", record)
    get_finder.cache_clear()
    yield called
    get_finder.cache_clear()


def test_static_files_are_collected_once_and_again_after_a_change(commands: list[str], settings) -> None:
    stack.collect_static()
    stack.collect_static()
    assert commands == ["collectstatic"]
    changed = Path(settings.STATICFILES_DIRS[0]) / "app.css"
    changed.write_text("body { color: green }")
    stack.collect_static()
    assert commands == ["collectstatic", "collectstatic"]


@pytest.mark.django_db
def test_a_migrated_database_is_left_alone(commands: list[str]) -> None:
    stack.migrate()
    assert commands == []


@pytest.mark.django_db
def test_a_waiting_migration_is_run(commands: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stack.MigrationExecutor, "migration_plan", lambda *args: ["one"])
    stack.migrate()
    assert commands == ["migrate"]


@pytest.mark.django_db
def test_the_simulator_is_started_as_the_demo_company_knows_it(tmp_path: Path, settings) -> None:
    settings.PUBLIC_URL = "http://127.0.0.1:9000"
    facts = demo.ensure()
    config = Config.read({"PORT": "9000", "SIMULATOR_PORT": "9001"}, root=tmp_path)
    simulator = load([], simulator_environ(config, json.loads(json.dumps(facts))))
    assert simulator.port == 9001
    assert simulator.webhook_url == "http://127.0.0.1:9000/webhooks/whatsapp/"
    assert simulator.app_secret == facts["app_secret"]
    assert simulator.phone_number_id == facts["number"]["phone_number_id"]
    assert simulator.waba_id == facts["waba_id"]


def test_the_worker_takes_from_every_queue_that_a_task_is_sent_to(tmp_path: Path, settings) -> None:
    worker = next(part for part in the_parts(Config.read({}, root=tmp_path)) if part.name == "worker")
    listened = set(worker.command[worker.command.index("--queues") + 1].split(","))
    routed = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()}
    assert listened == routed | {settings.CELERY_TASK_DEFAULT_QUEUE}


def test_prepare_writes_the_facts_of_the_demo_company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(name: str, *, json: bool, story: bool, stdout) -> None:
        assert not story
        stdout.write(f'{{"from": "{name}"}}')

    monkeypatch.setattr(stack, "collect_static", lambda: None)
    monkeypatch.setattr(stack, "migrate", lambda: None)
    monkeypatch.setattr(stack, "call_command", answer)
    call_command("stack", prepare=tmp_path / "demo.json")
    assert json.loads((tmp_path / "demo.json").read_text()) == {"from": "demo"}
