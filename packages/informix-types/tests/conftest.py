"""Helpers shared by the tests of informix-types: an independent reading of the base-100 container, contexts."""

from collections.abc import Callable
from decimal import localcontext
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("tests", deadline=None, max_examples=200, suppress_health_check=list(HealthCheck))
settings.load_profile("tests")


def _container_value(raw: bytes) -> Fraction:
    """Value of a packed container by integer arithmetic alone: complements are 100**n - c (sqli.md 7.3)."""
    count = len(raw) - 1
    number = 0
    for digit in raw[1:]:
        assert digit <= 99
        number = number * 100 + digit
    if raw[0] >= 0x80:
        exponent = raw[0] - 0x80 - 64
    else:
        exponent = 0x7F - raw[0] - 64
        number = number - 100**count
    return Fraction(number) * Fraction(100) ** (exponent - count)


@pytest.fixture(scope="session")
def container_value() -> Callable[[bytes], Fraction]:
    return _container_value


@pytest.fixture
def hostile_context():
    """A decimal context that rounds nearly everything away and traps the rest."""
    with localcontext() as ctx:
        ctx.prec = 1
        ctx.Emax, ctx.Emin = 3, -3
        for signal in ctx.traps:
            ctx.traps[signal] = True
        yield ctx
