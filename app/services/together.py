"""Whoever waits first asks for all who wait: many requests, one statement or one commit.

There is no thread to start or to stop, and a lone request pays for no hand-over between threads.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Question = TypeVar("Question")
Answer = TypeVar("Answer")

MOST_TOGETHER = 64


class _Waiting(Generic[Question, Answer]):
    """One caller in line."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.answer: Answer | None = None
        self.failure: Exception | None = None
        self.is_answered = False


class Together(Generic[Question, Answer]):
    """A line in front of `answer_all`, which answers several questions at once, in their order."""

    def __init__(self, answer_all: Callable[[Sequence[Question]], Sequence[Answer]]) -> None:
        self._answer_all = answer_all
        self._line: deque[_Waiting[Question, Answer]] = deque()
        self._head = threading.Lock()

    def ask(self, question: Question) -> Answer:
        """The answer, or what `answer_all` raised for everybody who asked together."""
        waiting: _Waiting[Question, Answer] = _Waiting(question)
        self._line.append(waiting)
        with self._head:
            while not waiting.is_answered:
                self._answer_line()
        if waiting.failure is not None:
            raise waiting.failure
        return waiting.answer  # type: ignore[return-value]

    def _answer_line(self) -> None:
        together = [self._line.popleft() for _ in range(min(len(self._line), MOST_TOGETHER))]
        try:
            answers = self._answer_all([waiting.question for waiting in together])
            for waiting, answer in zip(together, answers, strict=True):
                waiting.answer = answer
        except Exception as error:  # noqa: BLE001 (whoever waits in line must be told, whatever it was)
            for waiting in together:
                waiting.failure = error
        for waiting in together:
            waiting.is_answered = True
