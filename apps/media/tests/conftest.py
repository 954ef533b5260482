from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.media import access
from apps.organizations.models import Organization
from apps.organizations.tenancy import tenant_scope
from apps.organizations.tests.factories import OrganizationFactory


@pytest.fixture(autouse=True)
def media_folder(settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path / "media")
    return tmp_path / "media"


@pytest.fixture
def organization(db: None) -> Iterator[Organization]:
    """A company in whose scope the test runs."""
    made = OrganizationFactory.create()
    with tenant_scope(made):
        yield made


@pytest.fixture(autouse=True)
def no_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests register their own; what higher apps registered is put back afterwards."""
    monkeypatch.setattr(access, "_checks", [])
