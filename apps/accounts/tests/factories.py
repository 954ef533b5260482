"""People for tests."""

from typing import Any

from factory.declarations import Sequence
from factory.django import DjangoModelFactory

from apps.accounts.models import User

PASSWORD = "Correct-Horse-7"


class UserFactory(DjangoModelFactory[User]):
    """A user whose password is `PASSWORD`, unless another one is given."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = Sequence(lambda number: f"person{number}@example.com")
    full_name = Sequence(lambda number: f"Person {number}")

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **fields: Any) -> User:
        return model_class.objects.create_user(password=fields.pop("password", PASSWORD), **fields)
