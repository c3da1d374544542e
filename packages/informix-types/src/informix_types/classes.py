"""`frozen` and `mutable`: the decorators of the classes in these packages that are their fields: values, messages,
syntax-tree nodes, state.

They make what ``@dataclass(frozen=True, slots=True)`` and ``@dataclass(slots=True)`` make, but write a method when
it is first called. `dataclasses` compiles up to six functions a class while its module is imported, which takes
0.4 ms; there are some 300 classes, and a program uses few of them.
"""

import dataclasses
from collections.abc import Callable
from typing import Any, TypeVar, dataclass_transform, overload

__all__ = ["frozen", "mutable"]

T = TypeVar("T")
Class = type[Any]
Method = Callable[..., Any]
Writer = Callable[[Class], Method]
Field = dataclasses.Field[Any]


class _Omitted:
    """Default of a parameter whose field has a default factory; shown in signatures as `dataclasses` does."""

    def __repr__(self) -> str:
        return "<factory>"


_OMITTED = _Omitted()
_DISPLAYS: dict[Any, str] = {list: "[]", dict: "{}"}
"""Default factories that have a display, which is faster than a call."""


@overload
def frozen(cls: type[T], /) -> type[T]: ...
@overload
def frozen(*, eq: bool = True, repr: bool = True) -> Callable[[type[T]], type[T]]: ...
@dataclass_transform(frozen_default=True, field_specifiers=(dataclasses.field,))
def frozen(cls: Class | None = None, /, *, eq: bool = True, repr: bool = True) -> Any:  # noqa: A002 - dataclass's name
    """Make a class a frozen dataclass with slots: ``@frozen`` above a class whose annotations are its fields.

    Fields are declared as for `dataclasses.dataclass`, with defaults and `dataclasses.field` (``default``,
    ``default_factory``, ``compare``, ``hash``, ``repr``); `dataclasses.fields`, `replace`, `asdict` and ``match``
    work. Methods that the class defines itself stay. A subclass with fields of its own is ``@frozen`` as well.

    Args:
        cls: the class.
        eq: compare and hash by the fields; False: as the base class does.
        repr: show the fields; False: as the base class does.
    """
    writers = {"__init__": _init_frozen} | (_REPR if repr else {}) | (_EQ | _HASH if eq else {})
    return _decorator(cls, writers, _FROZEN)


@overload
def mutable(cls: type[T], /) -> type[T]: ...
@overload
def mutable(*, eq: bool = True, repr: bool = True) -> Callable[[type[T]], type[T]]: ...
@dataclass_transform(field_specifiers=(dataclasses.field,))
def mutable(cls: Class | None = None, /, *, eq: bool = True, repr: bool = True) -> Any:  # noqa: A002 - see frozen
    """Make a class a dataclass with slots whose fields can be assigned; otherwise like `frozen`.

    Args:
        cls: the class.
        eq: compare by the fields, and have no hash; False: as the base class does.
        repr: show the fields; False: as the base class does.
    """
    writers = {"__init__": _init_mutable} | (_REPR if repr else {}) | (_EQ if eq else {})
    return _decorator(cls, writers, _SHARED | ({"__hash__": None} if eq else {}))


def _decorator(cls: Class | None, writers: dict[str, Writer], shared: dict[str, Any]) -> Any:
    """Return the class with the methods in it, or, for a decorator with options, the function that does that.

    Args:
        cls: the class, or None.
        writers: methods that are written at their first call.
        shared: what is the same in every class.
    """

    def make(cls: Class) -> Class:
        if cls.__doc__ is None:
            cls.__doc__ = cls.__name__  # else `dataclasses` writes the signature, by `inspect`
        made = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True)(cls)
        methods = shared | {name: _at_first_call(made, name, write) for name, write in writers.items()}
        for name, method in methods.items():
            if vars(cls).get(name) is None:  # Python itself sets __hash__ to None where there is an __eq__
                setattr(made, name, method)
        return made

    return make if cls is None else make(cls)


def _at_first_call(cls: Class, name: str, write: Writer) -> Method:
    """Return a method that replaces itself by what `write` compiles for the class; two threads do no harm."""

    def method(self: Any, *args: Any, **options: Any) -> Any:
        return method.install()(self, *args, **options)  # type: ignore[attr-defined]  # see below

    def install() -> Method:
        written = write(cls)
        written.__qualname__, written.__module__ = f"{cls.__qualname__}.{name}", cls.__module__
        setattr(cls, name, written)
        return written

    method.install = install  # type: ignore[attr-defined]  # functions take any attribute
    method.__name__, method.__qualname__ = name, f"{cls.__qualname__}.{name}"
    return method


def _compile(header: str, body: str, names: dict[str, Any] | None = None) -> Method:
    """Compile a function made of templates of this module and the names of fields; `names` are its globals."""
    names = {} if names is None else names
    exec(f"def {header}:\n {body}", names)
    function: Method = names.pop(header.partition("(")[0])
    return function


def _init_frozen(cls: Class) -> Method:
    """Write ``__init__``. A slot's own setter takes half as long as the `object.__setattr__` of `dataclasses`."""
    setters = {f"_set_{field.name}": getattr(cls, field.name).__set__ for field in dataclasses.fields(cls)}
    return _init(cls, "_set_{name}(self, {value})", setters)


def _init_mutable(cls: Class) -> Method:
    return _init(cls, "self.{name} = {value}", {})


def _init(cls: Class, assign: str, names: dict[str, Any]) -> Method:
    """Write ``__init__``.

    Args:
        cls: the class.
        assign: the statement that gives the field ``{name}`` its ``{value}``.
        names: what it finds among its globals.
    """
    names["_OMITTED"] = _OMITTED
    parameters, body = ["self"], []
    fields = dataclasses.fields(cls)
    for field in fields:
        name = value = field.name
        if field.kw_only or not field.init:
            raise TypeError(f"{cls.__qualname__}.{name}: every field is a plain parameter")
        if field.default is not dataclasses.MISSING:
            names[f"_default_{name}"] = field.default
            parameters.append(f"{name}=_default_{name}")
        elif field.default_factory is not dataclasses.MISSING:
            names[f"_default_{name}"] = field.default_factory
            parameters.append(f"{name}=_OMITTED")
            made = _DISPLAYS.get(field.default_factory, f"_default_{name}()")
            value = f"{made} if {name} is _OMITTED else {name}"
        else:
            parameters.append(name)
        body.append(assign.format(name=name, value=value))
    if hasattr(cls, "__post_init__"):
        body.append("self.__post_init__()")
    function = _compile(f"__init__({', '.join(parameters)})", "; ".join(body) or "pass", names)
    function.__annotations__ = {field.name: field.type for field in fields} | {"return": None}
    return function


def _repr(cls: Class) -> Method:
    shown = ", ".join(f"{field.name}={{self.{field.name}!r}}" for field in dataclasses.fields(cls) if field.repr)
    return _compile("__repr__(self)", f"return f'{{self.__class__.__qualname__}}({shown})'")


def _eq(cls: Class) -> Method:
    fields = [field for field in dataclasses.fields(cls) if field.compare]
    same = f"{_values(fields, 'self')} == {_values(fields, 'other')}"
    return _compile(
        "__eq__(self, other)", f"return {same} if other.__class__ is self.__class__ else NotImplemented"
    )


def _hash(cls: Class) -> Method:
    fields = [field for field in dataclasses.fields(cls) if (field.compare if field.hash is None else field.hash)]
    return _compile("__hash__(self)", f"return hash({_values(fields, 'self')})")


def _values(fields: list[Field], owner: str) -> str:
    """Return the source of the tuple of an object's fields."""
    return "(" + "".join(f"{owner}.{field.name}, " for field in fields) + ")"


_REPR: dict[str, Writer] = {"__repr__": _repr}
_EQ: dict[str, Writer] = {"__eq__": _eq}
_HASH: dict[str, Writer] = {"__hash__": _hash}


def _is_field(self: Any, name: str) -> bool:
    """Whether an attribute may not change: any, but of a subclass that is not ``@frozen`` only the fields."""
    return "__dataclass_fields__" in vars(type(self)) or name in self.__dataclass_fields__


def _setattr(self: object, name: str, value: object) -> None:
    if _is_field(self, name):
        raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")
    object.__setattr__(self, name, value)


def _delattr(self: object, name: str) -> None:
    if _is_field(self, name):
        raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")
    object.__delattr__(self, name)


def _getstate(self: Any) -> list[Any]:
    return [getattr(self, field.name) for field in dataclasses.fields(self)]


def _setstate(self: Any, state: list[Any]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)


class _Signature:
    """Lets `inspect.signature` of a class see the ``__init__`` that is not written yet."""

    def __get__(self, instance: object, owner: Class) -> Any:
        install = getattr(owner.__init__, "install", None)
        if install is not None:
            install()
        raise AttributeError("__signature__")  # `inspect` goes on to __init__


_SHARED: dict[str, Any] = {"__signature__": _Signature()}
"""What is the same in every class."""
_FROZEN = _SHARED | {
    "__setattr__": _setattr,
    "__delattr__": _delattr,
    "__getstate__": _getstate,
    "__setstate__": _setstate,
}
"""What is the same in every frozen class: assignment fails; copies and pickles carry the fields' values."""
