"""`frozen` and `mutable` against what they stand for: the same classes made by them and by `dataclasses`."""

import copy
import dataclasses
import inspect
import pickle
import threading
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pytest
from informix_types import ColumnType
from informix_types.classes import frozen, mutable

TWINS = {"frozen": dataclass(frozen=True, slots=True), "mutable": dataclass(slots=True)}
"""Our decorator's name → what it stands for."""


def classes(kind: Any) -> dict[str, Any]:
    """The same classes, made by one of the two decorators."""

    class Empty:
        """No field."""

    class Point:
        """Defaults, a class variable, a property, a method."""

        COUNT: ClassVar[int] = 7
        x: int
        y: "int | None" = None

        @property
        def both(self) -> tuple[Any, Any]:
            return self.x, self.y

    class Options:
        """Every kind of field."""

        name: str
        secret: str = field(repr=False)
        place: int = field(default=0, compare=False)
        note: str = field(default="n", hash=False)
        items: list[int] = field(default_factory=list, compare=False)

    class Checked:
        """Checks itself."""

        value: int

        def __post_init__(self) -> None:
            if self.value < 0:
                raise ValueError("negative")

    class Own:
        """Defines methods itself."""

        value: int

        def __repr__(self) -> str:
            return "own"

        def __hash__(self) -> int:
            return 5

    class OwnEqual:  # noqa: PLW1641 - the decorator makes it
        """Defines equality: the hash still comes from the fields."""

        value: int

        def __eq__(self, other: object) -> bool:
            return True

    made = {cls.__name__: kind(cls) for cls in (Empty, Point, Options, Checked, Own, OwnEqual)}

    class Child(made["Point"]):  # type: ignore[misc]
        """Adds a field."""

        z: int = 3

        @property
        def both(self) -> tuple[Any, Any]:
            return self.x, self.y, self.z

    class Bare(made["Point"]):  # type: ignore[misc]
        """No field of its own, not decorated."""

        __slots__ = ()

    class Loose(made["Point"]):  # type: ignore[misc]
        """Not decorated and with a dictionary."""

    return made | {"Child": kind(Child), "Bare": Bare, "Loose": Loose}


OURS = {"frozen": classes(frozen), "mutable": classes(mutable)}
THEIRS = {name: classes(kind) for name, kind in TWINS.items()}
FROZEN = OURS["frozen"]
NAMES = sorted(FROZEN)
CALLS: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("Empty", (), {}),
    ("Empty", (1,), {}),
    ("Point", (1,), {}),
    ("Point", (1, 2), {}),
    ("Point", (), {"y": 2, "x": 1}),
    ("Point", (), {}),
    ("Point", (1, 2, 3), {}),
    ("Point", (1,), {"x": 2}),
    ("Point", (1,), {"w": 2}),
    ("Point", (float("nan"),), {}),
    ("Options", ("a", "b"), {}),
    ("Options", ("a", "b", 1, "c", [1]), {}),
    ("Options", ("a",), {"secret": "s", "items": [2]}),
    ("Options", ("a",), {}),
    ("Checked", (1,), {}),
    ("Checked", (-1,), {}),
    ("Own", (1,), {}),
    ("OwnEqual", (1,), {}),
    ("Child", (1,), {}),
    ("Child", (1, 2, 4), {}),
    ("Bare", (1,), {}),
    ("Loose", (1, 2), {}),
]


def made(classes: dict[str, Any], name: str, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """The object, or the type and text of what refused to make it."""
    try:
        return classes[name](*args, **options)
    except (TypeError, ValueError) as exc:
        return type(exc), str(exc)


def hashed(value: Any) -> Any:
    """An object's hash, or the text of its refusal."""
    try:
        return hash(value)
    except TypeError as exc:
        return str(exc)


@pytest.mark.parametrize("kind", TWINS)
@pytest.mark.parametrize(("name", "args", "options"), CALLS)
def test_objects_are_made_shown_hashed_and_matched_as_by_dataclasses(
    kind: str, name: str, args: tuple[Any, ...], options: dict[str, Any]
) -> None:
    mine, theirs = made(OURS[kind], name, args, options), made(THEIRS[kind], name, args, options)
    if isinstance(theirs, tuple):
        assert mine == theirs
        return
    assert repr(mine) == repr(theirs)
    assert hashed(mine) == hashed(theirs)
    assert [(f.name, getattr(mine, f.name)) for f in dataclasses.fields(mine)] == [
        (f.name, getattr(theirs, f.name)) for f in dataclasses.fields(theirs)
    ]
    assert type(mine).__match_args__ == type(theirs).__match_args__
    assert getattr(mine, "both", None) == getattr(theirs, "both", None)


@pytest.mark.parametrize(("decorator", "kind"), [(frozen, "frozen"), (mutable, "mutable")])
@pytest.mark.parametrize("name", NAMES)
def test_signatures_are_those_of_dataclasses_before_and_after_the_first_call(
    decorator: Any, kind: str, name: str
) -> None:
    mine, theirs = classes(decorator)[name], THEIRS[kind][name]
    for _ in range(2):
        assert str(inspect.signature(mine)) == str(inspect.signature(theirs))
        mine(*([1] * len(dataclasses.fields(mine))))


@pytest.mark.parametrize("kind", TWINS)
def test_equality_is_that_of_dataclasses(kind: str) -> None:
    mine, theirs = (
        [value for value in (made(classes, *call) for call in CALLS) if not isinstance(value, tuple)]
        for classes in (OURS[kind], THEIRS[kind])
    )
    assert [[a == b for a in mine] for b in mine] == [[a == b for a in theirs] for b in theirs]
    assert [[a != b for a in mine] for b in mine] == [[a != b for a in theirs] for b in theirs]
    assert mine[0] != theirs[0]


@pytest.mark.parametrize("name", ["Point", "Child", "Bare", "Empty"])
@pytest.mark.parametrize("attribute", ["x", "z", "other", "both"])
def test_nothing_can_be_assigned_or_deleted(name: str, attribute: str) -> None:
    value = made(FROZEN, name, () if name == "Empty" else (1,), {})
    before = repr(value)
    with pytest.raises(AttributeError):
        setattr(value, attribute, 9)
    with pytest.raises(AttributeError):
        delattr(value, attribute)
    assert repr(value) == before


def test_a_subclass_that_is_not_frozen_can_have_more_attributes() -> None:
    value = made(FROZEN, "Loose", (1,), {})
    value.other = 9
    assert value.other == 9
    del value.other
    assert not hasattr(value, "other")
    with pytest.raises(dataclasses.FrozenInstanceError):
        value.x = 9
    with pytest.raises(dataclasses.FrozenInstanceError):
        del value.x
    assert value.x == 1


def test_a_field_cannot_be_assigned() -> None:
    point = FROZEN["Point"](1)
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field 'x'"):
        point.x = 2
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot delete field 'x'"):
        del point.x
    assert point.x == 1
    assert not hasattr(point, "__dict__")


def test_fields_of_a_mutable_object_can_be_assigned_and_nothing_else() -> None:
    point = OURS["mutable"]["Point"](1)
    point.x = 2
    assert point == OURS["mutable"]["Point"](2)
    del point.y
    assert not hasattr(point, "y")
    with pytest.raises(AttributeError):
        point.other = 1
    assert copy.deepcopy(OURS["mutable"]["Point"]([1])).x == [1]
    with pytest.raises(TypeError, match="unhashable"):
        hash(point)


def test_tools_of_dataclasses_work() -> None:
    options = FROZEN["Options"]("a", "b", items=[1])
    other = dataclasses.replace(options, name="c")
    assert repr(other) == repr(options).replace("name='a'", "name='c'")
    assert dataclasses.asdict(other) == {"name": "c", "secret": "b", "place": 0, "note": "n", "items": [1]}
    assert dataclasses.is_dataclass(options)
    point = FROZEN["Point"]
    match point(1, 2):
        case point(1, two):
            assert two == 2
        case _:
            pytest.fail("no match")


@pytest.mark.parametrize("decorator", [frozen, mutable])
@pytest.mark.parametrize("option", [{"kw_only": True}, {"init": False, "default": 1}])
def test_fields_that_are_no_plain_parameters_are_refused(decorator: Any, option: dict[str, Any]) -> None:
    @decorator
    class Odd:
        """With a field that these decorators do not know."""

        value: int = field(**option)

    with pytest.raises(TypeError, match=r"Odd\.value: every field is a plain parameter"):
        Odd(1)


def test_a_default_factory_makes_a_new_value_each_time() -> None:
    kind = FROZEN["Options"]
    assert kind("a", "b").items is not kind("a", "b").items


def test_options_leave_the_bases_methods() -> None:
    @frozen(eq=False)
    class ByIdentity:
        """Compared by identity."""

        value: int

    @frozen(repr=False)
    class Hidden(FROZEN["Own"]):  # type: ignore[misc]
        """Shown as its base."""

        more: int = 0

    @mutable(eq=False)
    class State:
        """Compared by identity."""

        value: int

    state = State(1)
    assert state != State(1)
    assert {state: 2}[state] == 2
    assert ByIdentity(1) != ByIdentity(1)
    assert len({ByIdentity(1), ByIdentity(1)}) == 2
    assert repr(Hidden(1)) == "own"
    assert Hidden(1) == Hidden(1, 0) != Hidden(1, 1)


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))])
def test_copies_and_pickles_are_equal(again: Any) -> None:
    value = ColumnType(0, 20, extended_name="x")
    assert again(value) == value
    assert again(value).encoded_length == 20


def test_first_calls_in_many_threads() -> None:
    for _ in range(20):
        cls = classes(frozen)["Child"]
        start = threading.Barrier(8)
        found: list[Any] = []

        def use(cls: Any = cls, start: Any = start, found: list[Any] = found) -> None:
            start.wait(10)
            found.append((cls(1, 2), hash(cls(1, 2)), cls(1) == cls(1, None, 3), repr(cls(1, 2))))

        threads = [threading.Thread(target=use) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
        first = cls(1, 2)
        assert found == [(first, hash(first), True, repr(first))] * 8


def test_a_method_is_written_once() -> None:
    cls = classes(frozen)["Point"]
    before = vars(cls)["__init__"]
    cls(1)
    after = vars(cls)["__init__"]
    assert before is not after
    cls(2)
    assert vars(cls)["__init__"] is after
    assert after.__qualname__.endswith("Point.__init__")
