"""When another urgent byte may be sent (sqli.md 5.17)."""

from collections import deque

from informix_db.steps import UrgentGate
from informix_wire.pdu import Done, Err
from informix_wire.talk.reply import EXECUTE, Expected


def owing(count: int) -> tuple[UrgentGate, deque[Expected]]:
    gate, owed = UrgentGate(), deque(Expected(EXECUTE) for _ in range(count))
    gate.owed = owed
    return gate, owed


def test_one_at_a_time() -> None:
    gate, owed = owing(2)
    assert not gate.blocked()
    gate.passed()
    assert gate.blocked()
    owed.popleft().messages.append(Done(0, 1, 0, 0))
    assert gate.blocked(), "it may still be unread: the last request before it is not answered"
    owed.append(Expected(EXECUTE))
    owed.popleft()
    assert not gate.blocked(), "another request runs now"


def test_one_that_has_cancelled_something_is_past() -> None:
    gate, owed = owing(3)
    gate.passed()
    owed.popleft().messages.append(Err(-213, -157))
    assert not gate.blocked(), "two requests still run"
    gate.passed()
    assert gate.blocked()
    owed[0].messages.append(Err(-213, -157))
    assert not gate.blocked(), "the last one still runs"
    gate.passed()
    assert gate.blocked(), "the error that was seen before says nothing about this byte"
    owed.clear()
    assert not gate.blocked()


def test_other_errors_say_nothing() -> None:
    gate, owed = owing(2)
    gate.passed()
    owed.popleft().messages.append(Err(-206, -111))
    assert gate.blocked()


def test_no_second_one_for_a_request_whose_answer_is_only_not_complete() -> None:
    gate, owed = owing(1)
    gate.passed()
    assert not gate.met()
    owed[0].messages.append(Err(-213, -157))  # its EOT is still to come
    assert gate.met()
    assert gate.blocked()


def test_a_second_one_has_met_nothing_at_first() -> None:
    gate, owed = owing(2)
    gate.passed()
    owed.popleft().messages.append(Err(-213, -157))
    assert gate.met()
    gate.passed()
    assert not gate.met(), "this one may still hit whatever comes next"
    owed.popleft().messages.append(Err(-213, -157))
    assert gate.met()
