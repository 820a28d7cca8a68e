"""Bugs that the machine must find, each as somebody could write it. If one passes, it proves nothing."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from app.db import Database
from prove.machine_phone import Phone, Record, Request


class DropOn4xx(Phone):
    """ "The server does not want it": so does a captive portal, or an ended credential."""

    def settle(self, batch: list[Record], status: int, said: dict[str, Any]) -> int:
        if not 400 <= status < 500:
            return super().settle(batch, status, said)
        for record in batch:
            del self.outbox[record.id]
        return len(batch)


@dataclass
class NewIdOnRetry(Phone):
    """Each attempt is a new item."""

    tried: set[str] = field(default_factory=set)

    def request(self, person: str, batch: list[Record]) -> Request:
        for number, record in enumerate(batch):
            if record.id in self.tried:
                del self.outbox[record.id]
                batch[number] = replace(record, id=str(uuid.uuid4()))
                self.outbox[batch[number].id] = batch[number]
            self.tried.add(batch[number].id)
        return super().request(person, batch)


class DeleteBeforeReceipt(Phone):
    """Sent is not arrived."""

    def request(self, person: str, batch: list[Record]) -> Request:
        for record in batch:
            del self.outbox[record.id]
        return super().request(person, batch)


class UploadAsWhoIsHere(Phone):
    """Whatever waits goes out in the name of whoever signed in last."""

    def request(self, person: str, batch: list[Record]) -> Request:
        if self.here is None:
            return super().request(person, batch)
        here, patient = self.here
        return Request(here, tuple(replace(record, patient=patient) for record in batch))


class BelieveAnyReceipt(Phone):
    """A receipt's id is enough; its hash is not compared."""

    def settle(self, batch: list[Record], status: int, said: dict[str, Any]) -> int:
        said = said if isinstance(said.get("receipts"), list) else {}
        hashes = {record.id: record.sha256 for record in batch}
        told = [one | {"sha256": hashes.get(one.get("id"))} for one in said.get("receipts", ())]
        return super().settle(batch, status, {"receipts": told})


PHONE_BUGS = (DropOn4xx, NewIdOnRetry, DeleteBeforeReceipt, UploadAsWhoIsHere, BelieveAnyReceipt)


class ForgetfulDatabase(Database):
    """The clinic's own bug: every third time what was acknowledged is rolled back."""

    turns = 0

    @contextmanager
    def writing_core(self) -> Iterator[sa.Connection]:
        """As the intake uses it."""
        self.turns += 1
        with super().writing_core() as connection:
            yield connection
            transaction = connection.get_transaction()
            if transaction is not None and self.turns % 3 == 0:
                transaction.rollback()
