"""Phone, network and clinic in every order that Hypothesis can think of, with the real intake.

Rules say what may happen; `Ledger` (machine_ledger.py) says what must be true after each of them. At the
end of a sequence the network heals, and everything that was written must be at the clinic.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from prove.machine_clinic import Clinic, Owner
from prove.machine_items import KINDS, seal_kind
from prove.machine_ledger import Ledger
from prove.machine_phone import NO_REPLY, Phone, Reply, Request, Upload
from prove.machine_replies import FORGED, WRONG_REPLIES

HEAL_ROUNDS = 5
PHONES = st.integers(0, 1)
WHO = st.integers(0, 1)
WRONG = st.sampled_from(sorted(FORGED)) | st.sampled_from(sorted(WRONG_REPLIES))
# What the network does to one request. "late": the phone gives up, and it may arrive any time later.
LOSSES = ("lost", "late", "unheard", "half", "stale")


@dataclass
class Tally:
    """What was tried. `faults` is empty when every promise held."""

    sequences: int = 0
    requests: int = 0
    acknowledged: int = 0
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Flight:
    """A request on its way, with the jar it was sent from."""

    request: Request
    cookies: list[str]


@dataclass
class Handset:
    """A phone in somebody's hands: its stores, its cookie jar, and the upload that is going on."""

    phone: Phone
    jar: dict[uuid.UUID, str] = field(default_factory=dict)
    here: Owner | None = None
    written: int = 0
    _upload: Upload | None = None
    _flight: Flight | None = None

    def next_flight(self) -> Flight | None:
        """The request that waits for its reply; starts an upload when none is going on."""
        if self._upload is None:
            self._upload = self.phone.upload()
            self._take(lambda: next(self._upload))
        return self._flight

    @property
    def is_uploading(self) -> bool:
        """Whether a request waits for its reply."""
        return self._upload is not None

    def hear(self, reply: Reply) -> None:
        """The reply to that request."""
        self._take(lambda: self._upload.send(reply))

    def die(self) -> None:
        """The browser ends in the middle; only the stores are left."""
        self._upload = self._flight = None

    def _take(self, step: Callable[[], Request]) -> None:
        try:
            self._flight = Flight(step(), list(self.jar.values()))
        except StopIteration:
            self.die()


class Machine(RuleBasedStateMachine):
    """Two phones, two people, one clinic."""

    clinic: Clinic
    phone_type: type[Phone] = Phone
    tally: Tally

    @initialize()
    def begin(self) -> None:
        """New people, so that nothing of an earlier sequence is in the way."""
        self.owners = self.clinic.open_clinic("AB")
        self.ledger = Ledger(self.clinic, self.owners)
        self.handsets = [Handset(self.phone_type()), Handset(self.phone_type())]
        self.live: set[str] = set()
        self.late: list[Flight] = []
        self.heard: list[Reply] = []
        self.tally.sequences += 1
        for number, handset in enumerate(self.handsets):
            self._sign_in(handset, self.owners[number])

    @rule(phone=PHONES, kind=st.sampled_from(KINDS))
    def write(self, phone: int, kind: str) -> None:
        """Somebody writes something and presses Send."""
        self._write(self.handsets[phone], kind)

    @rule(phone=PHONES, count=st.sampled_from((2, 3, 21)))
    def write_many(self, phone: int, count: int) -> None:
        """A long time without a network."""
        for _ in range(count):
            self._write(self.handsets[phone], "today")

    @rule(phone=PHONES)
    def write_twin(self, phone: int) -> None:
        """The same check-in sealed on a second phone: other bytes under one id."""
        handset, other = self.handsets[phone], self.handsets[1 - phone]
        here = str(handset.here.person) if handset.here else None
        known = self.ledger.ids_on(handset.phone)
        theirs = [one for one in self.ledger.written_on(other.phone) if one.person == here]
        fresh = [one.id for one in theirs if one.id not in known]
        if fresh:
            self._write(handset, "full", uuid.UUID(fresh[-1]))

    @rule(phone=PHONES, fate=st.sampled_from(LOSSES))
    def step_with_loss(self, phone: int, fate: str) -> None:
        """One request of an upload; the phone hears nothing of use."""
        self._meet(self.handsets[phone], fate)

    @rule(phone=PHONES, fate=st.sampled_from(("fine", "twice", "slow")))
    def step(self, phone: int, fate: str) -> None:
        """One request that arrives once or twice; "slow": other things happen while it is on its way."""
        self._meet(self.handsets[phone], fate)

    @rule(phone=PHONES, fate=WRONG, reached=st.booleans())
    def step_with_wrong_reply(self, phone: int, fate: str, reached: bool) -> None:
        """Somebody in between answers, whether or not the request reached the clinic."""
        flight = self.handsets[phone].next_flight()
        if flight is not None:
            if reached:
                self._deliver(flight)
            self.handsets[phone].hear(WRONG_REPLIES[fate](flight.request))

    @rule(phone=PHONES)
    def upload_all(self, phone: int) -> None:
        """A moment of good network."""
        self._drive(self.handsets[phone])

    @precondition(lambda self: self.late)
    @rule(number=st.integers(0, 7))
    def arrive_late(self, number: int) -> None:
        """A request the phone has given up on arrives, in any order and perhaps again."""
        self._deliver(self.late[number % len(self.late)])

    @rule(phone=PHONES)
    def die(self, phone: int) -> None:
        """The battery, or the system."""
        self.handsets[phone].die()

    @precondition(lambda self: not self.clinic.is_locked)
    @rule(trouble=st.sampled_from(("restart", "lock")))
    def trouble(self, trouble: str) -> None:
        """The server ends and starts again, or its database cannot be written for a while."""
        (self.clinic.restart if trouble == "restart" else self.clinic.lock)()

    @precondition(lambda self: self.clinic.is_locked)
    @rule()
    def unlock(self) -> None:
        """The database can be written again."""
        self.clinic.unlock()

    @precondition(lambda self: not self.clinic.is_locked)
    @rule(phone=PHONES, who=WHO)
    def sign_in(self, phone: int, who: int) -> None:
        """This person, whoever was here before."""
        self._sign_in(self.handsets[phone], self.owners[who])

    @rule(phone=PHONES, who=st.sampled_from((None, 0, 1)))
    def leave(self, phone: int, who: int | None) -> None:
        """Sign-out: what waits and the credential that appends stay. Or the browser forgot a cookie."""
        handset = self.handsets[phone]
        self._arrive(handset, None)
        if who is not None:
            handset.jar.pop(self.owners[who].person, None)

    @precondition(lambda self: not self.clinic.is_locked)
    @rule(who=WHO, what=st.sampled_from(("expires_at", "revoked_at", "hours")))
    def credentials(self, who: int, what: str) -> None:
        """Ninety days unused; "sign out everywhere"; or two hours, after which their use is written down."""
        if what == "hours":
            self.clinic.age_credentials(self.owners[who])
            return
        self.clinic.end_credentials(self.owners[who], what)
        self.live = {one for one in self.live if not one.startswith(self._cookie_name(who))}

    @invariant()
    def holds(self) -> None:
        """Every promise, after every step."""
        if hasattr(self, "ledger"):
            self.ledger.check()

    def teardown(self) -> None:
        """The network heals."""
        self.clinic.unlock()
        if not hasattr(self, "ledger"):
            return
        for handset in self.handsets:
            self._heal(handset)
        self.ledger.check()
        self.ledger.check_arrived()
        self.tally.acknowledged += self.ledger.acknowledged

    def _heal(self, handset: Handset) -> None:
        self._drive(handset)
        able = {str(person) for person, cookie in handset.jar.items() if cookie in self.live}
        waiting = {one.person for one in handset.phone.outbox.values()}
        assert not waiting & able, "waits although its credential is good"
        waiting = {one.person for one in handset.phone.outbox.values()}
        for owner in self.owners:
            if str(owner.person) in waiting:
                self._sign_in(handset, owner)
        self._drive(handset)

    def _drive(self, handset: Handset) -> None:
        for _ in range(HEAL_ROUNDS):
            self._meet(handset, "fine")
            while handset.is_uploading:
                self._meet(handset, "fine")

    def _write(self, handset: Handset, kind: str, item: uuid.UUID | None = None) -> None:
        if handset.here is None:
            return
        handset.written += 1
        record = seal_kind(kind, self.clinic.seal_to, handset.here, handset.written, item)
        handset.phone.outbox[record.id] = record
        self.ledger.wrote(handset.phone, record, kind)

    def _meet(self, handset: Handset, fate: str) -> None:
        flight = handset.next_flight()
        if flight is None or fate == "slow":
            return
        if fate == "late":
            self.late.append(flight)
        reply = NO_REPLY if fate in ("lost", "late") else self._deliver(flight)
        if fate == "twice":
            reply = self._deliver(flight)
        handset.hear(self._as_heard(fate, reply))

    def _as_heard(self, fate: str, reply: Reply) -> Reply:
        if fate == "unheard":
            return NO_REPLY
        if fate == "half":
            return Reply(reply.status, reply.body[: len(reply.body) // 2], reply.content_type)
        if fate == "stale":
            return self.heard[0] if self.heard else NO_REPLY
        self.heard.append(reply)
        return reply

    def _deliver(self, flight: Flight) -> Reply:
        self.ledger.is_old = True
        self.tally.requests += 1
        reply = self.clinic.post(flight.cookies, flight.request.body())
        assert reply.status in (200, 401, 503), f"the clinic answered {reply.status}"
        return reply

    def _sign_in(self, handset: Handset, owner: Owner) -> None:
        cookie = handset.jar[owner.person] = self.clinic.give_cookie(owner)
        self.live.add(cookie)
        self._arrive(handset, owner)

    def _arrive(self, handset: Handset, owner: Owner | None) -> None:
        handset.here = owner
        handset.phone.here = (str(owner.person), str(owner.patient)) if owner else None

    def _cookie_name(self, who: int) -> str:
        return f"append-{self.owners[who].person.hex[:8]}"
