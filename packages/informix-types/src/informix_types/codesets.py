"""Informix locales and code sets to Python codecs (sqli.md 9).

A locale is ``lang_TERR.codeset[@modifier]``; only its code set matters on the wire. It may be given by name or
number, in any case.
"""

__all__ = ["CODESETS", "UnknownCodeset", "codec_for_codeset", "codec_for_locale"]

CODESETS: tuple[tuple[str, int | None, tuple[str, ...]], ...] = (
    ("iso8859-1", 819, ("8859-1", "iso8859-1", "latin1")),
    ("iso8859-2", 912, ("8859-2", "iso8859-2", "latin2")),
    ("iso8859-3", 57346, ("8859-3", "iso8859-3")),
    ("iso8859-4", 57347, ("8859-4", "iso8859-4")),
    ("iso8859-5", 915, ("8859-5", "iso8859-5")),
    ("iso8859-6", 1089, ("8859-6", "iso8859-6")),
    ("iso8859-7", 813, ("8859-7", "iso8859-7")),
    ("iso8859-8", 916, ("8859-8", "iso8859-8")),
    ("iso8859-9", 920, ("8859-9", "iso8859-9", "latin5")),
    ("iso8859-13", 57390, ("8859-13", "iso8859-13")),
    ("iso8859-15", 923, ("8859-15", "iso8859-15", "latin9")),
    ("ascii", 364, ("ascii", "us-ascii", "ascii-7")),
    ("utf-8", 57372, ("utf8", "utf-8")),
    ("cp1250", 1250, ("cp1250",)),
    ("cp1251", 1251, ("cp1251",)),
    ("cp1252", 1252, ("cp1252",)),
    ("cp1253", 1253, ("cp1253",)),
    ("cp1254", 1254, ("cp1254",)),
    ("cp1255", 1255, ("cp1255",)),
    ("cp1256", 1256, ("cp1256",)),
    ("cp1257", 1257, ("cp1257",)),
    ("cp1258", 1258, ("cp1258",)),
    ("cp437", 437, ("cp437",)),
    ("cp850", 850, ("pc-latin-1", "cp850")),
    ("cp852", 852, ("pc-latin-2", "cp852")),
    ("cp855", 855, ("cp855",)),
    ("cp857", 857, ("cp857",)),
    ("cp858", 858, ("pc-latin-1-euro", "pc-latin-1 with euro", "cp858")),
    ("cp860", 860, ("cp860",)),
    ("cp861", 861, ("cp861",)),
    ("cp862", 862, ("cp862",)),
    ("cp863", 863, ("cp863",)),
    ("cp864", 864, ("cp864",)),
    ("cp865", 865, ("cp865",)),
    ("cp866", 866, ("cp866",)),
    ("cp869", 869, ("cp869",)),
    ("cp874", 874, ("thai620", "tis620", "cp874")),
    ("koi8-r", None, ("koi8", "koi8-r", "koi-8")),
    ("koi8-u", None, ("koi8-u",)),
    ("cp932", 932, ("sjis-s", "cp932")),
    ("cp932", 57350, ("sjis",)),
    ("euc_jp", 57351, ("ujis", "eucjp", "euc-jp")),
    ("big5", 57352, ("big5", "big-5")),
    ("cp949", 57356, ("ksc", "ks5601", "ksc5601", "cp949", "euckr", "euc-kr")),
    ("gbk", 57357, ("gb", "gb2312-80", "gb2312", "gbk", "cp936")),
    ("gb18030", 5488, ("gb18030-2000", "gb18030")),
)
"""Python codec, Informix number (None where it was never recorded), Informix names (lower case)."""

_BY_NAME: dict[str, str] = {name: codec for codec, _, names in CODESETS for name in names}
_BY_NUMBER: dict[int, str] = {number: codec for codec, number, _ in CODESETS if number is not None}


class UnknownCodeset(LookupError):
    """A locale names a code set that has no known Python codec; the message lists those that have."""


def codec_for_codeset(codeset: str) -> str:
    """Return the Python codec of a code set given by name or number, e.g. ``8859-1``, ``819``, ``utf8``.

    Raises:
        UnknownCodeset: there is none. Never falls back to another one (sqli.md 9).
    """
    name = codeset.strip().lower()
    if name.isascii() and name.isdigit() and int(name) in _BY_NUMBER:
        return _BY_NUMBER[int(name)]
    # "_" and "-" are used alike in names that users type.
    for candidate in (name, name.replace("_", "-")):
        if candidate in _BY_NAME:
            return _BY_NAME[candidate]
    known = ", ".join(f"{names[0]} ({number})" if number else names[0] for _, number, names in CODESETS)
    raise UnknownCodeset(f"unknown code set {codeset!r}; known are {known}; or name a Python codec explicitly")


def codec_for_locale(locale: str) -> str:
    """Return the Python codec of a locale's code set, e.g. ``en_US.utf8`` -> ``utf-8``, ``de_DE.819@dict``.

    Raises:
        UnknownCodeset: the locale names no code set, or an unknown one.
    """
    _, dot, codeset = locale.partition("@")[0].partition(".")
    if not dot or not codeset.strip():
        raise UnknownCodeset(
            f"locale {locale!r} names no code set; write it as lang_TERR.codeset, e.g. en_US.utf8"
        )
    return codec_for_codeset(codeset)
