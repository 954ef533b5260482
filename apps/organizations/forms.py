from typing import Any

from apps.accounts.forms import NewAccountForm


class AcceptInvitationForm(NewAccountForm):
    """The e-mail is the invitation's: whoever opened the link reads that mailbox."""

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def email_for_password_check(self) -> str:
        return self.email
