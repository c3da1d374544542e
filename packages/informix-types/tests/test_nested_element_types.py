"""Element types of collections of collections: the element's text and the whole type's text begin alike."""

import pytest
from informix_types import ColumnType, TypeCode
from informix_types.literals import parse_constructed
from informix_types.typetext import element_type


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("list(smallint not null) not null", TypeCode.LIST),
        ("LIST(SMALLINT NOT NULL)", TypeCode.SMALLINT),
        ("set(smallint not null) not null", TypeCode.SET),
        ("smallint not null", TypeCode.SMALLINT),
        ("LIST(LIST(SMALLINT NOT NULL) NOT NULL)", TypeCode.LIST),
    ],
)
def test_the_element_of_a_list(text: str, code: int) -> None:
    found = element_type(ColumnType(TypeCode.LIST, extended_name=text))
    assert found is not None
    assert found.code == code


def test_elements_of_nested_lists_are_typed() -> None:
    column = ColumnType(TypeCode.LIST, extended_name="list(varchar(5) not null) not null")
    assert parse_constructed(column, "LIST{LIST{'1'},LIST{2}}") == [["1"], ["2"]]
