"""The distribution is only a name so far; what it needs and what it is called is settled."""

import re
from importlib.metadata import metadata, requires

import informix_lob


def test_version_is_calver_and_the_distributions() -> None:
    assert re.fullmatch(r"\d{4}\.\d{2}\.\d{2}(\.(post)?\d+)?", informix_lob.__version__)
    # Metadata holds the normalised form: no leading zeros.
    written = [int(part) for part in informix_lob.__version__.split(".")[:3]]
    assert [int(part) for part in metadata("informix-lob")["Version"].split(".")[:3]] == written


def test_it_needs_nothing_but_our_own_distributions() -> None:
    assert set(requires("informix-lob") or ()) == {"informix-db", "informix-types", "informix-wire"}
