import pytest

from django.db import IntegrityError, connection, transaction

from apps.audit.models import AuditEvent
from apps.audit.services import erasing_an_organization, record
from apps.organizations import services
from apps.organizations.models import Organization
from apps.organizations.tenancy import platform_scope, tenant_scope
from apps.organizations.tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def event():
    actor = MembershipFactory(role="owner")
    with tenant_scope(actor.organization):
        yield record("number.connected", actor=actor, target="+55 11 4000-0000", port=443)


def test_an_event_says_who_did_what(event):
    assert (event.action, event.target, event.data) == ("number.connected", "+55 11 4000-0000", {"port": 443})
    assert event.actor_name == event.actor.name
    assert record("number.paused", actor=None).actor_name == "PyTake"


def test_the_model_refuses_to_change_or_delete(event):
    with pytest.raises(TypeError, match="append-only"):
        event.save()
    with pytest.raises(TypeError, match="append-only"):
        event.delete()


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_auditevent SET action = 'nothing'", "DELETE FROM audit_auditevent"]
)
def test_the_database_refuses_too(event, statement):
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditEvent.objects.all().delete()
    assert AuditEvent.objects.count() == 1


def test_without_the_trigger_the_same_statement_works(event):
    """Negative control."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE audit_auditevent DISABLE TRIGGER audit_append_only")
        cursor.execute("UPDATE audit_auditevent SET action = 'nothing'")
        assert cursor.rowcount == 1


def test_events_go_only_together_with_their_organization(event):
    company = Organization.objects.get(pk=event.organization_id)
    with platform_scope(reason="a test erases a company"), pytest.raises(IntegrityError), transaction.atomic():
        company.delete()
    with platform_scope(reason="a test erases a company"), erasing_an_organization():
        company.delete()
    with platform_scope(reason="a test looks at everything"):
        assert not AuditEvent.objects.exists()


def test_the_permission_to_erase_ends_with_the_block(event):
    with erasing_an_organization():
        pass
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditEvent.objects.all().delete()


def test_an_undone_write_leaves_no_event():
    owner = MembershipFactory(role="owner")
    member = MembershipFactory(organization=owner.organization)
    with tenant_scope(owner.organization):
        with transaction.atomic():
            services.deactivate(actor=owner, membership=member)
            transaction.set_rollback(True)
        assert not AuditEvent.objects.exists()
        services.deactivate(actor=owner, membership=member)
        assert AuditEvent.objects.get().action == "member.deactivated"
