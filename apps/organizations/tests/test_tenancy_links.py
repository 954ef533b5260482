"""Many-to-many links stay within one organisation, from either side and by every verb."""

import pytest

from django.db import transaction

from apps.organizations.tenancy import ForeignTenant, NoTenantScope, platform_scope, tenant_scope
from apps.organizations.tests.factories import MembershipFactory
from apps.teams.tests.factories import QueueFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def mine():
    return QueueFactory()


@pytest.fixture
def foreign():
    return MembershipFactory()


VERBS = {
    "add": lambda queue, member: queue.members.add(member),
    "add by id": lambda queue, member: queue.members.add(member.pk),
    "set": lambda queue, member: queue.members.set([member]),
    "from the other side": lambda queue, member: member.queues.add(queue),
    "set from the other side": lambda queue, member: member.queues.set([queue]),
}


@pytest.mark.parametrize("verb", VERBS)
def test_a_link_to_another_tenants_object_is_refused(mine, foreign, verb):
    with tenant_scope(mine.organization):
        with pytest.raises(ForeignTenant), transaction.atomic():
            VERBS[verb](mine, foreign)
        own = MembershipFactory(organization=mine.organization)
        VERBS[verb](mine, own)  # negative control: one's own are linked
        assert list(mine.members.all()) == [own]


@pytest.mark.parametrize("verb", VERBS)
def test_the_platform_links_nothing_across_tenants_either(mine, foreign, verb):
    with platform_scope(reason="even staff link within one organisation"):
        with pytest.raises(ForeignTenant), transaction.atomic():
            VERBS[verb](mine, foreign)
        VERBS[verb](mine, MembershipFactory(organization=mine.organization))


def test_linking_needs_a_scope(mine, foreign):
    with pytest.raises(NoTenantScope), transaction.atomic():
        mine.members.add(foreign)


def test_unlinking_and_clearing_are_free(mine):
    own = MembershipFactory(organization=mine.organization)
    with tenant_scope(mine.organization):
        mine.members.add(own)
        mine.members.remove(own)
        mine.members.add(own)
        mine.members.clear()
        assert not mine.members.exists()
