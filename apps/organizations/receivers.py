"""What happens here when somebody registers: their company is founded, and its console is where they start."""

from apps.accounts.models import User
from apps.accounts.registration import add_step
from apps.organizations.selectors import console_address
from apps.organizations.services import found


def found_company(user: User, *, company: str) -> str:
    return console_address(found(user=user, name=company, language=user.language))


add_step(found_company)
