"""How long a VARCHAR may be in a row depends on the client's code set (sqli.md 9)."""

import pytest
from informix_types import ConversionError, TypeContext, parse_type
from informix_types.codecs.text import longest_varchar
from informix_types.reference import decode_row

SHORT = parse_type("VARCHAR(5)")


@pytest.mark.parametrize(
    "encoding", ["ascii", "iso8859-1", "iso8859-15", "cp1252", "cp437", "koi8-r", "mac-roman", "cp037"]
)
def test_one_byte_a_character(encoding: str) -> None:
    assert longest_varchar(SHORT, TypeContext(encoding=encoding)) == 5


@pytest.mark.parametrize(
    "encoding", ["utf-8", "gb18030", "gbk", "big5", "euc-jp", "shift_jis", "euc-kr", "iso2022_jp", "utf-16-be"]
)
def test_more_bytes_a_character(encoding: str) -> None:
    assert longest_varchar(SHORT, TypeContext(encoding=encoding)) == 255


def test_text_that_grew_comes_whole() -> None:
    """Five letters of a Latin-1 database for a client with UTF-8."""
    row = bytes((10,)) + "äöüßé".encode()
    assert decode_row([SHORT], row, TypeContext(encoding="utf-8")) == ("äöüßé",)
    with pytest.raises(ConversionError, match="10 bytes"):
        decode_row([SHORT], row, TypeContext(encoding="iso8859-1"))
