"""The same over an S3-compatible server: private bucket, ranges, links that end."""

import logging
import urllib.error
import urllib.request
from collections.abc import Iterator

import boto3
import pytest
from moto.server import ThreadedMotoServer

from django.core.exceptions import ImproperlyConfigured

from apps.media import access, services
from apps.media.bucket import BucketMedia
from apps.media.storage import LINK_SECONDS, Missing, media_storage
from apps.media.tests import samples
from apps.media.tests.test_fetching import address, body, keep
from apps.organizations.tenancy import tenant_scope
from apps.organizations.tests.factories import MembershipFactory

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore::DeprecationWarning")]
NAME = "pytake-media"
CREDENTIALS = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing", "region_name": "us-east-1"}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(settings, endpoint: str):
    client = boto3.client("s3", endpoint_url=endpoint, **CREDENTIALS)
    client.create_bucket(Bucket=NAME)
    settings.MEDIA_BACKEND, settings.MEDIA_S3_BUCKET, settings.MEDIA_S3_ENDPOINT = "s3", NAME, endpoint
    settings.MEDIA_S3_ACCESS_KEY = settings.MEDIA_S3_SECRET_KEY = "testing"
    yield client
    storage = media_storage()
    assert isinstance(storage, BucketMedia)
    storage.connection.meta.client.close()
    client.close()


@pytest.fixture
def member(bucket, client):
    made = MembershipFactory.create()
    access.register(lambda membership, stored: True)
    client.force_login(made.user)
    return made


def keys(bucket) -> list[str]:
    return [found["Key"] for found in bucket.list_objects_v2(Bucket=NAME).get("Contents", [])]


def test_bytes_go_to_the_bucket_and_leave_with_their_row(bucket, member, django_capture_on_commit_callbacks) -> None:
    stored = keep(member)
    assert stored.key in keys(bucket)
    with stored.open() as file:
        assert file.read() == samples.PDF
    with django_capture_on_commit_callbacks(execute=True), tenant_scope(member.organization):
        services.remove(stored)
    assert stored.key not in keys(bucket)


def test_whole_files_and_parts_go_through_the_application(member, client) -> None:
    stored = keep(member, samples.ogg_opus(), "voz.ogg", "audio/ogg")
    whole = client.get(address(member, stored.pk))
    assert (whole.status_code, body(whole)) == (200, samples.ogg_opus())
    assert whole["Content-Length"] == str(len(samples.ogg_opus()))
    part = client.get(address(member, stored.pk), headers={"range": "bytes=4-9"})
    assert (part.status_code, body(part)) == (206, samples.ogg_opus()[4:10])
    assert "127.0.0.1" not in str(whole.headers) + str(part.headers)


def test_a_head_does_not_touch_the_bucket(member, client, bucket) -> None:
    stored = keep(member)
    bucket.delete_object(Bucket=NAME, Key=stored.key)
    assert client.head(address(member, stored.pk))["Content-Length"] == str(stored.size)
    assert client.get(address(member, stored.pk)).status_code == 404


def test_missing_bytes_are_told(bucket) -> None:
    with pytest.raises(Missing):
        media_storage().span("nothing/here.pdf", 0, 1)


def test_a_link_is_given_only_to_who_may_fetch(member, client, settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.MEDIA_PRESIGNED = True
    stored = keep(member, name="Relatório.pdf")
    response = client.get(address(member, stored.pk))
    assert response.status_code == 302
    assert f"X-Amz-Expires={LINK_SECONDS}" in response["Location"]
    assert response["Cache-Control"] == "private, no-cache"
    with urllib.request.urlopen(response["Location"]) as fetched:
        assert fetched.read() == samples.PDF
        assert fetched.headers["Content-Disposition"].startswith("attachment")
    monkeypatch.setattr(access, "_checks", [])
    assert client.get(address(member, stored.pk)).status_code == 404


def test_on_a_local_disk_there_are_no_links(settings) -> None:
    settings.MEDIA_BACKEND = "local"
    assert media_storage().link("a", mime="text/plain", disposition="attachment") == ""


def test_a_bucket_needs_a_name(settings) -> None:
    settings.MEDIA_BACKEND, settings.MEDIA_S3_BUCKET = "s3", ""
    with pytest.raises(ImproperlyConfigured, match="MEDIA_S3_BUCKET"):
        media_storage()
