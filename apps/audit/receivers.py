"""The organisations' writes are recorded here, in their own transaction."""

from apps.audit.services import record
from apps.organizations.ledger import add_recorder

add_recorder(record)
