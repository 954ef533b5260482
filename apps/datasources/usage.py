"""Where a database connection is used."""

from apps.core.usage import Uses
from apps.datasources.models import Connection

uses = Uses[Connection]()
