"""Connected accounts and numbers for tests."""

from factory.declarations import LazyAttribute, Sequence

from apps.organizations.tests.factories import TenantFactory
from apps.whatsapp.models import BusinessAccount, Number, secret_fingerprint

APP_SECRET = "app-secret"


class BusinessAccountFactory(TenantFactory[BusinessAccount]):
    class Meta:
        model = BusinessAccount

    name = "Acme"
    waba_id = Sequence(lambda number: f"{700000 + number}")
    app_id = "123456"
    access_token = "token"
    app_secret = APP_SECRET
    signer = secret_fingerprint(APP_SECRET)


class NumberFactory(TenantFactory[Number]):
    """A healthy number in its own account, unless `account=` says which."""

    class Meta:
        model = Number

    account = LazyAttribute(lambda made: BusinessAccountFactory(organization=made.organization))
    phone_number_id = Sequence(lambda number: f"{800000 + number}")
    display_phone = Sequence(lambda number: f"+55 11 9{number:04d}-0000")
    status = "CONNECTED"
    quality = "GREEN"
    tier = "TIER_2K"
    throughput = "STANDARD"
