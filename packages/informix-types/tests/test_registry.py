"""Loaders and dumpers: copy-on-write, precedence, equality of snapshots; code sets and locales."""

import codecs

import pytest
from informix_types import (
    DEFAULT_CONTEXT,
    ColumnType,
    TypeCode,
    TypeRegistry,
    UnknownCodeset,
    codec_for_codeset,
    codec_for_locale,
    decode_row,
    decode_value,
)
from informix_types.codesets import CODESETS

INTEGER = ColumnType(2, 4)
POINT = ColumnType(40, extended_name="point")


def context(registry):
    return DEFAULT_CONTEXT.with_adapters(registry.adapters)


def test_loader_by_code_and_by_name():
    registry = TypeRegistry()
    registry.register_loader(TypeCode.INTEGER, float)
    registry.register_loader(40, lambda raw: ("by code", raw))
    registry.register_loader("POINT", tuple)
    row = b"\0\0\0\5" + b"\0\0\0\0\2\1\2" + b"\x80\0\0\0"
    assert decode_row([INTEGER, POINT, INTEGER], row, context(registry)) == (5.0, (1, 2), None)
    registry.register_loader("point", None)
    assert decode_value(POINT, row, 4, context(registry))[0] == ("by code", b"\1\2")
    registry.register_loader(40, None)
    assert decode_value(POINT, row, 4, context(registry))[0] == b"\1\2"


def test_registries_copy_on_write():
    parent = TypeRegistry()
    parent.register_loader(2, str)
    child = TypeRegistry(parent)
    assert child.adapters is parent.adapters
    before = context(child)
    child.register_loader(2, float)
    parent.register_loader(2, hex)
    raw = b"\0\0\0\x10"
    assert decode_value(INTEGER, raw, 0, before)[0] == "16"
    assert decode_value(INTEGER, raw, 0, context(child))[0] == 16.0
    assert decode_value(INTEGER, raw, 0, context(parent))[0] == "0x10"
    assert decode_value(INTEGER, raw, 0, DEFAULT_CONTEXT)[0] == 16


def test_equal_snapshots_are_one_key():
    one, two = TypeRegistry(), TypeRegistry()
    for registry in (one, two):
        registry.register_loader(2, str)
        registry.register_dumper(list, str)
    assert context(one) == context(two)
    assert hash(context(one)) == hash(context(two))
    two.register_loader(2, repr)
    assert context(one) != context(two)
    two.register_dumper(list, None)
    two.register_loader(2, None)
    assert context(two) == DEFAULT_CONTEXT
    assert not two.adapters


def test_callables_without_hash():
    class Loader:
        __hash__ = None

        def __call__(self, value):
            return -value

    registry = TypeRegistry()
    registry.register_loader(2, Loader())
    assert decode_value(INTEGER, b"\0\0\0\5", 0, context(registry))[0] == -5
    assert context(registry) == context(registry)


def test_nonsense_is_refused():
    registry = TypeRegistry()
    with pytest.raises(TypeError, match="not callable"):
        registry.register_loader(2, "str")
    with pytest.raises(TypeError, match="by class"):
        registry.register_dumper("str", str)


@pytest.mark.parametrize(
    ("locale", "codec"),
    [
        ("en_US.8859-1", "iso8859-1"),
        ("en_US.819", "iso8859-1"),
        ("en_us.utf8", "utf-8"),
        ("EN_US.UTF8", "utf-8"),
        ("en_US.57372", "utf-8"),
        ("de_DE.8859-15@dict", "iso8859-15"),
        ("de_DE.923", "iso8859-15"),
        ("pl_PL.CP1250", "cp1250"),
        ("ru_RU.KOI8-R", "koi8-r"),
        ("ja_JP.sjis-s", "cp932"),
        ("ja_JP.57350", "cp932"),
        ("ja_JP.ujis", "euc_jp"),
        ("zh_TW.big5", "big5"),
        ("zh_CN.GB18030-2000", "gb18030"),
        ("zh_CN.5488", "gb18030"),
        ("zh_CN.gb", "gbk"),
        ("ko_KR.ksc", "cp949"),
        ("th_TH.thai620", "cp874"),
        ("en_US.PC-Latin-1", "cp850"),
        ("en_US.437", "cp437"),
    ],
)
def test_locales(locale, codec):
    assert codec_for_locale(locale) == codec


@pytest.mark.parametrize("locale", ["en_US", "", "en_US.", "en_US.8859-99", "en_US.99999", "C", "en_US.@euro"])
def test_unknown_locales_raise_with_the_list(locale):
    with pytest.raises(UnknownCodeset) as info:
        codec_for_locale(locale)
    assert "utf8" in str(info.value)


def test_every_codec_exists_and_every_name_is_unique():
    names = [name for _, _, names in CODESETS for name in names]
    numbers = [number for _, number, _ in CODESETS if number]
    assert len(names) == len(set(names))
    assert len(numbers) == len(set(numbers))
    for codec, number, aliases in CODESETS:
        assert codecs.lookup(codec).encode("abc")[0] == b"abc"
        for name in aliases:
            assert codec_for_codeset(name.upper()) == codec
        if number:
            assert codec_for_codeset(str(number)) == codec
