"""Connected accounts and numbers for tests."""

from factory.declarations import LazyAttribute, Sequence

from apps.organizations.tests.factories import TenantFactory
from apps.whatsapp.models import BusinessAccount, ConnectionAttempt, Number, Template, TemplateStop, secret_fingerprint

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


class ConnectionAttemptFactory(TenantFactory[ConnectionAttempt]):
    """A guided connection whose checks have not begun."""

    class Meta:
        model = ConnectionAttempt

    waba_id = Sequence(lambda number: f"{710000 + number}")
    phone_number_id = Sequence(lambda number: f"{810000 + number}")
    app_id = "123456"
    access_token = "token"
    app_secret = APP_SECRET


class TemplateStopFactory(TenantFactory[TemplateStop]):
    """A template that Meta refused when it was sent."""

    class Meta:
        model = TemplateStop

    account = LazyAttribute(lambda made: BusinessAccountFactory(organization=made.organization))
    name = Sequence(lambda number: f"parado_{number}")
    language = "pt_BR"
    code = 132001


class TemplateFactory(TenantFactory[Template]):
    """An approved template with two numbered gaps, in its own account unless `account=` says which."""

    class Meta:
        model = Template

    account = LazyAttribute(lambda made: BusinessAccountFactory(organization=made.organization))
    meta_id = Sequence(lambda number: f"{900000 + number}")
    name = Sequence(lambda number: f"aviso_{number}")
    language = "pt_BR"
    category = Template.Category.UTILITY
    status = Template.Status.APPROVED
    components = LazyAttribute(lambda made: [body_part("Oi, {{1}}! Seu pedido {{2}} saiu.", "Ana", "#88")])


def body_part(text: str, *examples: str) -> dict[str, object]:
    return {"type": "BODY", "text": text, "example": {"body_text": [list(examples)]}}
