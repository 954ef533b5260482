"""What can go wrong, each as one sentence for the person who set the connection up."""


class DatasourceError(Exception):
    """`sentence` is for people and holds no secret; `permanent` False: the same may work a little later."""

    def __init__(self, sentence: str, *, permanent: bool) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.permanent = permanent


class QueryRefused(DatasourceError):
    """The query was not sent, or the database would not run it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, permanent=True)


class ConnectionFailed(DatasourceError):
    """There was no conversation with the database."""


class TooSlow(DatasourceError):
    """The time was up."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, permanent=False)
