"""Ways to reach a person. A channel knows nothing of reminders or tables."""

from app.channels.errors import ChannelError

__all__ = ["ChannelError"]
