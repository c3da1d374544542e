"""Capability masks and the widths that follow from them (sqli.md 3.2, 3.3)."""

import json
from pathlib import Path

import pytest
from informix_wire.caps import FULL, NARROW, OFFER_JDBC, SERVER_ANSWER, Capabilities, bits_of, mask_of
from informix_wire.pdu import FROM_CLIENT, Protocols, read_client, read_server

VECTORS = json.loads((Path(__file__).parent / "vectors" / "protocols.json").read_text())["vectors"]


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["id"] for vector in VECTORS])
def test_recorded_masks(vector):
    raw = bytes.fromhex(vector["hex"])
    message, end = (read_client if vector["dir"] == "c2s" else read_server)(raw, 0, NARROW)
    assert isinstance(message, Protocols)
    assert raw[end:] == b"\0\x0c"
    assert message.mask.hex() == vector["decoded"]["mask"]
    assert sorted(bits_of(message.mask)) == vector["decoded"]["bits"]
    assert mask_of(vector["decoded"]["bits"], len(message.mask)) == message.mask
    assert message.encode(NARROW) + b"\0\x0c" == raw


def test_jdbc_and_a_12_10_server_speak_the_full_dialect():
    caps = Capabilities.negotiate(OFFER_JDBC, SERVER_ANSWER)
    widths = (
        "array_fetch",
        "wide_offsets",
        "named_parameters",
        "bigint",
        "long_text",
        "large_fetch",
        "large_tuple",
    )
    assert [getattr(caps, name) for name in widths] == [getattr(FULL, name) for name in widths]
    assert (caps.savepoints, caps.generated_keys, caps.describe_input) == (True, True, True)
    assert not caps.pam
    assert not caps.long_rowid


def test_a_feature_needs_both_sides_but_pam_only_the_server():
    offer, answer = mask_of([8, 62], 8), mask_of([44, 54, 62], 9)
    caps = Capabilities.negotiate(offer, answer)
    assert caps.bits == {62, 44}
    assert caps.long_text
    assert caps.pam
    assert not caps.bigint
    assert not caps.array_fetch  # negotiated away: NFETCH has no short (sqli.md 3.3)


def test_seven_byte_offers_are_narrow():
    caps = Capabilities.negotiate(bytes.fromhex("fffe9ffe74aa52"), SERVER_ANSWER)
    assert not caps.long_text
    assert not caps.large_fetch
    assert not caps.wide_offsets
    assert caps.bigint


def test_tables_agree_with_their_classes():
    assert all(tag == cls.TAG for tag, cls in FROM_CLIENT.items())
