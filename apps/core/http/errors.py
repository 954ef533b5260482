"""What can go wrong on the way out. `ambiguous` is the only thing a sender has to know."""


class TransportError(Exception):
    """No usable answer. `ambiguous` False: nothing can have been accepted. True: the request may have been."""

    def __init__(self, reason: str, *, ambiguous: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.ambiguous = ambiguous


class BlockedAddress(TransportError):
    """The address, or one that its name or a redirect leads to, is not on the public internet."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, ambiguous=False)
