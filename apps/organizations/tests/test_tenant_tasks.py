import celery
import pytest

from apps.core import correlation
from apps.organizations.models import Membership
from apps.organizations.tasks import TenantTask
from apps.organizations.tenancy import NoTenantScope, current_organization_id
from apps.organizations.tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db


@celery.shared_task(base=TenantTask, name="tests.members")
def members(organization_id):
    return [str(current_organization_id()), Membership.objects.count(), correlation.current()]


@celery.shared_task(name="tests.unscoped")
def unscoped(organization_id):
    return Membership.objects.count()


def test_a_tenant_task_enters_the_tenant_of_its_first_argument():
    member = MembershipFactory()
    MembershipFactory()
    organization_id, count, correlation_id = members.apply([str(member.organization_id)]).get()
    assert (organization_id, count) == (str(member.organization_id), 1)
    assert correlation_id


def test_an_ordinary_task_does_not():
    """Negative control."""
    with pytest.raises(NoTenantScope):
        unscoped.apply([str(MembershipFactory().organization_id)]).get()


def test_the_scope_ends_with_the_task():
    members.apply([str(MembershipFactory().organization_id)])
    with pytest.raises(NoTenantScope):
        current_organization_id()
