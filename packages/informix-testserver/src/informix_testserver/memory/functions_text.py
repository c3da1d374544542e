# ruff: noqa: ARG001 - the functions of one dispatch table share one signature
"""Functions on character data."""

from ..engine import SqlError
from ..sql import ast
from .bind_functions import function
from .binder import ANY_TEXT, Binder
from .expr import Expr
from .types import (
    INTEGER,
    MAX_LVARCHAR,
    Family,
    char,
    char_length,
    family,
    is_fixed_char,
    lvarchar,
    text_of,
    varchar,
)

__all__ = ["subscripted", "substring", "trimmed"]

SUBSCRIPT_NOT_CHAR, SUBSCRIPT_RANGE, RESULT_TOO_LONG, PAD_LENGTH = -305, -306, -881, -879


def _same(b: Binder, argument: Expr, key: str, body: object) -> Expr:
    """A function whose result has its argument's type."""
    text = b.text(argument)
    return Expr.of(b.call(key, body, [text.sql]), text.type.with_flags(0))  # type: ignore[arg-type]  # any callable


@function("upper")
def _upper(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    return _same(
        b, arguments[0], "upper", lambda v: v.upper() if len(v.upper()) == len(v) else _each(v, str.upper)
    )


@function("lower")
def _lower(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    return _same(
        b, arguments[0], "lower", lambda v: v.lower() if len(v.lower()) == len(v) else _each(v, str.lower)
    )


def _each(text: str, change: object) -> str:
    """Change letter by letter and keep those whose other case is longer (ß)."""
    out = []
    for letter in text:
        changed = change(letter)  # type: ignore[operator]  # str.upper or str.lower
        out.append(changed if len(changed) == 1 else letter)
    return "".join(out)


@function("initcap")
def _initcap(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    def initcap(value: str) -> str:
        out, start = [], True
        for letter in value:
            out.append(letter.upper() if start else letter.lower())
            start = not letter.isalnum()
        return "".join(out)

    return _same(b, arguments[0], "initcap", initcap)


@function("reverse")
def _reverse(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    return _same(b, arguments[0], "reverse", lambda v: v[::-1])


@function("length", "len")
def _length(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    """Bytes without trailing blanks, but for TEXT and BYTE (GLS User's Guide, "The LENGTH function")."""
    argument = b.settle(arguments[0], ANY_TEXT)
    if family(argument.stored) in (Family.BYTE, Family.TEXT, Family.LOB):
        return Expr.of(b.call("octets", lambda v: len(_bytes(b, v)), [argument.sql]), INTEGER)
    text = b.text(argument)
    return Expr.of(b.call("length", lambda v: len(_bytes(b, v.rstrip(" "))), [text.sql]), INTEGER)


def _limited(size: int, of: int = 1) -> int:
    """Return a length that a result may have. Raises SqlError -881 beyond the longest LVARCHAR."""
    if size * of > MAX_LVARCHAR:
        raise SqlError(RESULT_TOO_LONG)
    return size


def _limited_text(text: str) -> str:
    _limited(len(text))
    return text


def _bytes(b: Binder, value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode(b.env.codec, "replace")


@function("octet_length")
def _octet_length(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    argument = b.settle(arguments[0], ANY_TEXT)
    text = argument if family(argument.stored) in (Family.BYTE, Family.TEXT) else b.text(argument)
    return Expr.of(b.call("octets", lambda v: len(_bytes(b, v)), [text.sql]), INTEGER)


@function("char_length", "character_length")
def _char_length(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    text = b.text(arguments[0])
    return Expr.of(b.call("characters", len, [text.sql]), INTEGER)


def trimmed(b: Binder, side: str, operand: Expr, characters: Expr | None) -> Expr:
    """TRIM: one pad character, blank by default; the result is VARCHAR (a CHAR would be padded again)."""
    arguments = [operand.sql]
    if characters is not None:
        arguments.append(b.text(characters).sql)

    def trim(value: str, pad: str = " ") -> str:
        if len(pad) != 1:
            raise SqlError(PAD_LENGTH)
        if side in ("LEADING", "BOTH"):
            value = value.lstrip(pad)
        return value.rstrip(pad) if side in ("TRAILING", "BOTH") else value

    return Expr.of(b.call(("trim", side), trim, arguments), text_of(char_length(operand.type)))


@function("ltrim", most=2)
def _ltrim(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    return _trim_set(b, arguments, "ltrim", str.lstrip)


@function("rtrim", most=2)
def _rtrim(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    return _trim_set(b, arguments, "rtrim", str.rstrip)


def _trim_set(b: Binder, arguments: list[Expr], key: str, body: object) -> Expr:
    texts = [b.text(argument) for argument in arguments]
    sql = b.call(key, lambda v, pad=" ": body(v, pad), [t.sql for t in texts])  # type: ignore[operator]  # str method
    return Expr.of(sql, text_of(char_length(texts[0].type)))


@function("lpad", least=2, most=3)
def _lpad(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    return _pad(b, arguments, "lpad")


@function("rpad", least=2, most=3)
def _rpad(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    return _pad(b, arguments, "rpad")


def _pad(b: Binder, arguments: list[Expr], key: str) -> Expr:
    def pad(value: str, size: int, fill: str = " ") -> str | None:
        _limited(size)
        if size <= len(value):
            return value[: max(size, 0)]
        if not fill:
            return value
        more = size - len(value)
        filler = (fill * (more // len(fill) + 1))[:more]
        return filler + value if key == "lpad" else value + filler

    size = b.convert(arguments[1], INTEGER)
    sqls = [b.text(arguments[0]).sql, size.sql, *(b.text(a).sql for a in arguments[2:])]
    known = size.value if size.constant and size.value is not None else MAX_LVARCHAR
    return Expr.of(b.call(key, pad, sqls), text_of(max(1, known)))


def substring(b: Binder, arguments: list[Expr], *, standard: bool, octets: bool = False) -> Expr:
    """SUBSTR and SUBSTRING: from a 1-based position, SUBSTR's negative ones counting from the end.

    SUBSTRB counts bytes; what it makes of a character's part is taken from column substrings [I].
    """
    text = b.text(arguments[0])

    def cut(value: str, start: int, length: int | None = None) -> str | None:
        if length is not None and length < 0:
            return None if not standard else ""
        if start < 0 and not standard:
            begin = (len(_bytes(b, value)) if octets else len(value)) + start
            if begin < 0:
                return None
        else:
            begin = start - 1
            if begin < 0:
                # SUBSTRING counts places before the first character; SUBSTR takes 0 for 1.
                if standard and length is not None:
                    length = max(0, length + begin)
                begin = 0
        if octets:
            return _byte_range(b, value, begin, MAX_LVARCHAR if length is None else begin + length)
        return value[begin:] if length is None else value[begin : begin + length]

    sqls = [text.sql, *(b.convert(a, INTEGER).sql for a in arguments[1:])]
    return Expr.of(b.call(("substr", standard, octets), cut, sqls), text_of(char_length(text.type)))


@function("substr", "substrb", least=2, most=3)
def _substr(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    return substring(b, arguments, standard=False, octets=node.name.name == "substrb")


@function("substring", least=2, most=3)
def _substring(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    return substring(b, arguments, standard=True)


def _byte_range(b: Binder, value: str, start: int, end: int) -> str:
    """Return the bytes from `start` to before `end`; each byte of a character that is not wholly there is a blank.

    So the GLS User's Guide, "Partial characters in column substrings". Of a TEXT a server returns the bytes as
    they are, which no text of ours could hold: they become blanks, too.
    """
    if value.isascii() or len(_bytes(b, value)) == len(value):
        return value[start:end]
    out, at = [], 0
    for letter in value:
        size = len(_bytes(b, letter))
        inside = min(at + size, end) - max(at, start)
        if inside > 0:
            out.append(letter if inside == size else " " * inside)
        at += size
        if at >= end:
            break
    return "".join(out)


def _subscript(b: Binder, node: ast.Subscript) -> tuple[Expr, int, int]:
    """Bind the operand of `x[m,n]` and check m and n. Raises SqlError -305, -306, -201."""
    operand = b.value(node.operand, ANY_TEXT)
    if family(operand.stored) not in (Family.CHAR, Family.TEXT):
        token = node.operand.name if isinstance(node.operand, ast.ColumnRef) else ""
        raise SqlError(SUBSCRIPT_NOT_CHAR, offset=node.pos, token=token)
    start = b.bind(node.start)
    end = b.bind(node.end) if node.end is not None else start
    if not (start.constant and end.constant and isinstance(start.value, int) and isinstance(end.value, int)):
        raise SqlError(-201, offset=node.pos)
    first, last = start.value, end.value
    limit = char_length(operand.type) if family(operand.stored) is Family.CHAR else 2**31
    if first < 1 or last < first or last > limit:
        raise SqlError(SUBSCRIPT_RANGE, offset=node.pos)
    return operand, first, last


def subscripted(b: Binder, node: ast.Subscript) -> Expr:
    """`x[m,n]`: CHAR of n-m+1 bytes; the positions count bytes and must lie within a CHAR's length."""
    operand, first, last = _subscript(b, node)
    fixed = is_fixed_char(operand.type)

    def cut(value: str) -> str:
        piece = _byte_range(b, value, first - 1, last)
        return _filled(b, piece, last - first + 1) if fixed else piece

    kind = char(last - first + 1) if fixed else text_of(last - first + 1)
    return Expr.of(b.call(("subscript", first, last, fixed), cut, [operand.sql]), kind)


def _filled(b: Binder, text: str, size: int) -> str:
    return text + " " * (size - len(_bytes(b, text)))


def part_changed(b: Binder, node: ast.Subscript, value: Expr) -> Expr:
    """`UPDATE … SET x[m,n] = value`: the value, cut or filled with blanks, in place of a part of the text.

    That NULL counts as blanks, in the column as in the value, is inferred.
    """
    operand, first, last = _subscript(b, node)
    if family(operand.stored) is not Family.CHAR:
        raise SqlError(SUBSCRIPT_NOT_CHAR, offset=node.pos)
    size = last - first + 1

    def change(text: str | None, piece: str | None) -> str:
        text = text or ""
        head = _filled(b, _byte_range(b, text, 0, first - 1), first - 1)
        middle = _filled(b, _byte_range(b, piece or "", 0, size), size)
        return head + middle + _byte_range(b, text, last, len(_bytes(b, text)))

    sql = b.call(("part", first, last), change, [operand.sql, b.text(value).sql], strict=False)
    return Expr.of(sql, operand.type.with_flags(0))


@function("replace", least=2, most=3)
def _replace(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    texts = [b.text(argument) for argument in arguments]

    def replace(value: str | None, old: str | None, new: str | None = "") -> str | None:
        if value is None:
            return None
        return _limited_text(value.replace(old, new or "")) if old else value

    sql = b.call("replace", replace, [t.sql for t in texts], strict=False)
    old, new = texts[1], texts[2] if len(texts) > 2 else None
    shrinks = old.constant and (new is None or (new.constant and len(new.value or "") <= len(old.value or "")))
    return Expr.of(sql, text_of(char_length(texts[0].type)) if shrinks else lvarchar(MAX_LVARCHAR))


@function("concat", least=2)
def _concat(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    from .bind_values import concatenate

    return concatenate(b, arguments[0], arguments[1])


@function("instr", least=2, most=4)
def _instr(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    def instr(value: str, part: str, start: int = 1, count: int = 1) -> int:
        if not part or count < 1 or start == 0:
            return 0
        at = start - 1 if start > 0 else len(value) + start
        step = 1 if start > 0 else -1
        while 0 <= at <= len(value) - len(part):
            if value.startswith(part, at):
                count -= 1
                if count == 0:
                    return at + 1
            at += step
        return 0

    sqls = [b.text(a).sql for a in arguments[:2]] + [b.convert(a, INTEGER).sql for a in arguments[2:]]
    return Expr.of(b.call("instr", instr, sqls), INTEGER)


@function("charindex", least=2, most=3)
def _charindex(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    sqls = [b.text(a).sql for a in arguments[:2]] + [b.convert(a, INTEGER).sql for a in arguments[2:]]
    sql = b.call("charindex", lambda part, value, start=1: value.find(part, max(start - 1, 0)) + 1, sqls)
    return Expr.of(sql, INTEGER)


@function("substring_index", least=3)
def _substring_index(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    def before(value: str, mark: str, count: int) -> str:
        parts = value.split(mark) if mark else [value]
        if abs(count) >= len(parts):
            return value
        return mark.join(parts[:count] if count >= 0 else parts[count:])

    text, mark, count = b.text(arguments[0]), b.text(arguments[1]), b.convert(arguments[2], INTEGER)
    sql = b.call("substring_index", before, [text.sql, mark.sql, count.sql])
    return Expr.of(sql, text_of(char_length(text.type)))


@function("left", least=2)
def _left(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    text, size = b.text(arguments[0]), b.convert(arguments[1], INTEGER)
    return Expr.of(
        b.call("left", lambda v, n: v[: max(n, 0)], [text.sql, size.sql]), text_of(char_length(text.type))
    )


@function("right", least=2)
def _right(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    text, size = b.text(arguments[0]), b.convert(arguments[1], INTEGER)
    return Expr.of(
        b.call("right", lambda v, n: v[-n:] if n > 0 else "", [text.sql, size.sql]),
        text_of(char_length(text.type)),
    )


@function("space")
def _space(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    return Expr.of(
        b.call("space", lambda n: " " * _limited(n), [b.convert(arguments[0], INTEGER).sql]),
        lvarchar(MAX_LVARCHAR),
    )


@function("repeat", least=2)
def _repeat(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    text, count = b.text(arguments[0]), b.convert(arguments[1], INTEGER)
    return Expr.of(
        b.call("repeat", lambda v, n: v * _limited(n, len(v)), [text.sql, count.sql]), lvarchar(MAX_LVARCHAR)
    )


@function("ascii")
def _ascii(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    sql = b.call("ascii", lambda v: _bytes(b, v)[0] if v else None, [b.text(arguments[0]).sql])
    return Expr.of(sql, INTEGER)


@function("chr")
def _chr(b: Binder, arguments: list[Expr], node: ast.FunctionCall) -> Expr:
    def character(code: int) -> str:
        if not 0 <= code <= 255:
            raise SqlError(-1213)
        return bytes((code,)).decode(b.env.codec, "replace")

    return Expr.of(b.call("chr", character, [b.convert(arguments[0], INTEGER).sql]), varchar(1))
