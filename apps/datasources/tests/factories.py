from factory.declarations import Sequence

from apps.datasources.models import Connection
from apps.organizations.tests.factories import TenantFactory


class ConnectionFactory(TenantFactory[Connection]):
    """A file that is not there: asking it answers at once, and nothing goes out."""

    class Meta:
        model = Connection

    name = Sequence(lambda number: f"Database {number}")
    engine = "sqlite"
