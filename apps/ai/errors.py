"""What a caller has to know of a failed call: a sentence for people, and whether and when to try again."""

from datetime import datetime


class AiError(Exception):
    """`permanent`: trying again changes nothing. `retry_at`: not before. `billed`: the provider may charge for it."""

    def __init__(
        self, sentence: str, *, permanent: bool, retry_at: datetime | None = None, billed: bool = False
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.permanent = permanent
        self.retry_at = retry_at
        self.billed = billed


class BudgetSpent(AiError):
    """The month's budget leaves no room for this call; `retry_at` is the first of the next month."""

    def __init__(self, sentence: str, retry_at: datetime) -> None:
        super().__init__(sentence, permanent=False, retry_at=retry_at)
