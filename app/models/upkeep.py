"""What those who look after the server want to know of it: when something last happened."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, one_of


class Upkeep(Base):
    """One row for each: the worker's last tick, the last backup of rows, of keys, that the rows were moved.

    `told` says more: the backup's name, which keys it held, where the rows went.
    """

    __tablename__ = "upkeep"
    __table_args__ = (one_of("name", "worker", "backup", "keys", "moved"),)

    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    told: Mapped[str]
