"""An S3-compatible bucket, private. Loaded only where `MEDIA_BACKEND` is "s3": its client library is large."""

from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from storages.backends.s3 import S3Storage

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from apps.media.storage import LINK_SECONDS, Missing


class BucketMedia(S3Storage):  # type: ignore[misc]
    """Bytes go through the application, or by a link that ends after 24 hours."""

    def span(self, key: str, start: int, length: int) -> Any:
        """A readable of exactly that part, straight from the bucket."""
        part = f"bytes={start}-{start + length - 1}"
        try:
            found = self.connection.meta.client.get_object(Bucket=self.bucket_name, Key=key, Range=part)
        except (ClientError, BotoCoreError) as error:
            raise Missing(key) from error
        return found["Body"]

    def link(self, key: str, *, mime: str, disposition: str) -> str:
        parameters = {"ResponseContentType": mime, "ResponseContentDisposition": disposition}
        return str(self.url(key, parameters=parameters, expire=LINK_SECONDS))


def make() -> BucketMedia:
    """The bucket of the settings."""
    if not settings.MEDIA_S3_BUCKET:
        raise ImproperlyConfigured("MEDIA_S3_BUCKET names the bucket when MEDIA_BACKEND is s3.")
    config = Config(
        signature_version="s3v4",
        connect_timeout=5,
        read_timeout=30,
        retries={"max_attempts": 2},
        s3={"addressing_style": "path" if settings.MEDIA_S3_ENDPOINT else "auto"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    return BucketMedia(
        bucket_name=settings.MEDIA_S3_BUCKET,
        endpoint_url=settings.MEDIA_S3_ENDPOINT or None,
        access_key=settings.MEDIA_S3_ACCESS_KEY or None,
        secret_key=settings.MEDIA_S3_SECRET_KEY or None,
        client_config=config,
        querystring_expire=LINK_SECONDS,
    )
