"""Every fetch asks for the right; foreign, forbidden and missing files are one and the same 404."""

import re
import uuid

import pytest

from django.test import Client
from django.urls import reverse

from apps.media import access, services
from apps.media.models import StoredFile
from apps.media.tests import samples
from apps.organizations.models import Membership
from apps.organizations.tenancy import tenant_scope
from apps.organizations.tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db


def keep(
    member: Membership, data: bytes = samples.PDF, name: str = "a.pdf", mime: str = "application/pdf"
) -> StoredFile:
    with tenant_scope(member.organization):
        return services.store_bytes(data, name=name, declared_mime=mime)


def address(member: Membership, file_id: object) -> str:
    return reverse("media:file", kwargs={"slug": member.organization.slug, "file_id": file_id})


@pytest.fixture
def member() -> Membership:
    return MembershipFactory.create()


@pytest.fixture
def browser(member: Membership, client: Client) -> Client:
    client.force_login(member.user)
    return client


@pytest.fixture
def all_allowed() -> None:
    access.register(lambda member, stored: True)


def body(response) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def page(response) -> bytes:
    """The page without what differs by itself: its CSRF token, and the address that was asked for."""
    asked = response.request["PATH_INFO"].encode()
    return re.sub(rb"\b[A-Za-z0-9]{64}\b", b"", response.content.replace(asked, b""))


@pytest.mark.usefixtures("all_allowed")
def test_a_document_is_an_attachment_that_runs_nothing(member, browser) -> None:
    stored = keep(member, name='Relatório "final".pdf')
    response = browser.get(address(member, stored.pk))
    assert (response.status_code, body(response)) == (200, samples.PDF)
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Length"] == str(len(samples.PDF))
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''Relat%C3%B3rio%20%22final%22.pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cache-Control"] == "private, no-cache"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.usefixtures("all_allowed")
@pytest.mark.parametrize(
    ("data", "name", "mime", "shown"),
    [
        (samples.picture("PNG"), "a.png", "image/png", "inline"),
        (samples.ogg_opus(), "a.ogg", "audio/ogg", "inline"),
        (samples.mp4(b"vide"), "a.mp4", "video/mp4", "inline"),
        (b"plain text", "a.txt", "text/plain", "attachment"),
        (samples.archive(a="1"), "a.zip", "application/zip", "attachment"),
    ],
)
def test_only_pictures_sound_and_film_are_shown_in_place(member, browser, data, name, mime, shown) -> None:
    response = browser.get(address(member, keep(member, data, name, mime).pk))
    assert response["Content-Disposition"].startswith(shown)
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["Content-Type"].startswith(mime)
    body(response)


@pytest.mark.usefixtures("all_allowed")
def test_a_foreign_file_is_as_absent_as_one_that_never_was(member, browser) -> None:
    foreign = keep(MembershipFactory.create())
    foreign_organization = MembershipFactory.create(organization=foreign.organization)
    for through in (member, foreign_organization):
        found = browser.get(address(through, foreign.pk))
        missing = browser.get(address(through, uuid.uuid4()))
        assert (found.status_code, missing.status_code) == (404, 404)
        assert page(found) == page(missing)
    own = browser.get(address(member, keep(member).pk))
    assert (own.status_code, body(own)) == (200, samples.PDF)  # the control


def test_nobody_may_fetch_what_no_check_allows(member, browser) -> None:
    stored = keep(member)
    denied, missing = browser.get(address(member, stored.pk)), browser.get(address(member, uuid.uuid4()))
    assert (denied.status_code, page(denied)) == (404, page(missing))
    access.register(lambda membership, file: membership.pk == member.pk and file.pk == stored.pk)
    assert body(browser.get(address(member, stored.pk))) == samples.PDF


def test_the_first_check_that_answers_counts(member, browser) -> None:
    stored = keep(member)
    access.register(lambda membership, file: None)
    access.register(lambda membership, file: False)
    access.register(lambda membership, file: True)
    assert browser.get(address(member, stored.pk)).status_code == 404


def test_a_check_registered_twice_is_one() -> None:
    def check(membership: Membership, stored: StoredFile) -> bool:
        return True

    access.register(access.register(check))
    access.unregister(check)
    assert access._checks == []


@pytest.mark.usefixtures("all_allowed")
def test_strangers_are_asked_to_log_in(member, client) -> None:
    response = client.get(address(member, keep(member).pk))
    assert response.status_code == 302
    assert "next=" in response["Location"]


@pytest.mark.usefixtures("all_allowed")
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_files_are_only_read(member, browser, method: str) -> None:
    assert getattr(browser, method)(address(member, keep(member).pk)).status_code == 405


@pytest.mark.usefixtures("all_allowed")
def test_a_row_whose_bytes_are_gone_is_a_404(member, browser, media_folder) -> None:
    stored = keep(member)
    (media_folder / stored.key).unlink()
    assert browser.get(address(member, stored.pk)).status_code == 404


@pytest.mark.usefixtures("all_allowed")
def test_the_number_of_queries_is_small_and_constant(member, browser, django_assert_max_num_queries) -> None:
    stored = keep(member)
    with django_assert_max_num_queries(4):
        body(browser.get(address(member, stored.pk)))
