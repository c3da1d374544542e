"""The recorded bytes are evidence: no file of them is changed to fit the code, and all copies are the same.

That every vector is run is the business of the packages' own tests, which are parametrised over whole files.
"""

import hashlib
import json
from pathlib import Path

import pytest

PACKAGES = Path(__file__).parent.parent / "packages"
RECORDED = {
    # file: (vectors, SHA-256). A new recording goes into a new file or, with its reason in the commit, in here.
    "cdc.json": (12, "35438b98f4498ee9333a1076bd29ed2463f1ef433b44018499757129a0176edd"),
    "client_groups.json": (115, "cc4cac26c8262e2dcb73000e54a26eddb9273c2a212f33ef93fc68e95792bc6a"),
    "login.json": (18, "d6bccca55d5a17197333cfdc0c88506d1c4d09945a6a9f525481d4174fed585a"),
    "messages.json": (72, "1bd50c3de344b027e3b180587e4809ea349511794860b7ae2bba1f5630d8a631"),
    "protocols.json": (10, "79726764f87f80d049a4485f581ebda6918cf2aba5be945e95405f716bcea35d"),
    "put_rows.json": (7, "46b17c16c44e8a24799c5b8ef6a12a1cd6459fcbc9119a54cdf4a76b87d15a6a"),
    "sessions.json": (94, "1e2eab3a49be68959a7d3285242c87d152d5cc191d077ac27cc431e02c55d842"),
    "values_bind.json": (46, "a9d94856fba27837058c3e49d3d832613148736e755788ccec245efbabcfcd37"),
    "values_row.json": (147, "da08df80d69bf67dfcc3dae22cd0db42a2b583f458e54fb8d5190ba426f5467f"),
}
OURS = {"constructed.json"}
"""Vectors that are no recordings of the specification's: built from what JDBC was seen to send (sqli.md 7.6)."""


def test_every_file_of_vectors_is_known() -> None:
    present = {path.name for path in PACKAGES.glob("*/tests/vectors/*.json")}
    assert present == RECORDED.keys() | OURS


@pytest.mark.parametrize("name", RECORDED)
def test_recordings_are_as_recorded(name: str) -> None:
    copies = sorted(PACKAGES.glob(f"*/tests/vectors/{name}"))
    assert copies
    for path in copies:
        raw = path.read_bytes()
        assert (len(json.loads(raw)["vectors"]), hashlib.sha256(raw).hexdigest()) == RECORDED[name], path
