"""What goes wrong on a channel."""


class ChannelError(Exception):
    """An attempt failed. `permanent`: trying again changes nothing."""

    def __init__(self, permanent: bool, status: int | None = None, retry_after: int | None = None) -> None:
        super().__init__(f"permanent={permanent} status={status}")
        self.permanent = permanent
        self.status = status
        self.retry_after = retry_after

    @property
    def is_gone(self) -> bool:
        """The push service says that nobody will ever listen there again."""
        return self.status in (404, 410)
