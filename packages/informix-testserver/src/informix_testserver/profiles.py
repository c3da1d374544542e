"""What kind of server this is: version text, capability answer, and which of the permitted reply forms it uses.

`server.TestServer(profile=...)` takes one of these; the login, negotiation and reply code ask it.
"""

from dataclasses import replace
from typing import Literal

from informix_types.classes import frozen
from informix_wire.caps import bits_of, mask_of

__all__ = ["PROFILES", "Profile", "profile_named"]

_PAM = 44
"""Capability bit that demands the PAM exchange (sqli.md 2.6)."""


@frozen
class Profile:
    """One server release as far as the wire shows it; `dataclasses.replace` makes variants.

    Where sqli.md permits several forms of a reply, the switches exist so that a client can be tried against all of
    them; the defaults are what real servers send, unless that would break one of the two clients of others that
    must work.

    Attributes:
        name: the release, as `--profile` takes it.
        product: the product version that ``dbinfo('version','full')`` returns.
        version: version text of the login accept. IBM's JDBC 4.50 demands `` Version `` in it and fails on
            ``15.x`` (sqli.md 2.3, 12 #31).
        serial: serial number text of the login accept.
        mask: answer to SQ_PROTOCOLS (sqli.md 3.2); empty = the ancient dialect: the offer is answered by no bits.
        cap_1: first capability word of the accept; other than 316 makes clients use the ancient dialect.
        short_tail: leave out marker 110 and the binary's path, as 11.50 did (sqli.md 2.3).
        end_of_data: an empty block with DONE, or ERR +100 (sqli.md 12 #4).
        done_after_full_block: false: a full fetch buffer ends with EOT directly after a TUPLE (sqli.md 5.2).
        cumulative_rows: DONE.rows of fetch replies counts the whole cursor, not the block (sqli.md 12 #5).
        send_cost: send COST after DONE.
        describe_commands: answer NDESCRIBE after COMMAND with a DESCRIBE, as real servers do (sqli.md 4.3). Off by
            default: it makes IBM's JDBC keep the id of the command and, after a later error, release it although
            it has been given to another statement (ids are handed out anew here, sqli.md 4.2).
        insertdone_on_prepare: send the empty INSERTDONE in the PREPARE reply of an INSERT (sqli.md 4.4).
        xactstat_on_dml: send XACTSTAT in the replies to DML in logged databases (sqli.md 4.4).
        tupid_first: TUPID before its TUPLE in SFETCH replies (sqli.md 5.9: either order).
        keys_with_prepare: KEYDESCRIBE in the prepare reply, else in the execute reply (sqli.md 12 #17).
        exit_with_eot: send EOT after EXIT (sqli.md 4.8).
        normalised_datetimes: drop leading zero pairs of DATETIME values as real servers do. Off by default, since
            informix-driver would misread them and IBM's JDBC takes both (sqli.md 7.4).
        strict_ids: an unknown statement id is an error even when it is 0, which informix-driver sends for
            everything (sqli.md 4.2).
    """

    name: str
    product: str
    version: str
    mask: bytes
    serial: str = "Software Serial Number AAA#B000000"
    cap_1: int = 316
    short_tail: bool = False
    end_of_data: Literal["done", "error"] = "done"
    done_after_full_block: bool = True
    cumulative_rows: bool = True
    send_cost: bool = True
    describe_commands: bool = False
    insertdone_on_prepare: bool = True
    xactstat_on_dml: bool = False
    tupid_first: bool = False
    keys_with_prepare: bool = True
    exit_with_eot: bool = False
    normalised_datetimes: bool = False
    strict_ids: bool = False

    def answer(self, *, pam: bool = False) -> bytes:
        """Return the mask that answers SQ_PROTOCOLS, with bit 44 when PAM is required (sqli.md 2.6)."""
        if not pam:
            return self.mask
        return mask_of(bits_of(self.mask) | {_PAM}, max(len(self.mask), 9))

    def without(self, *bits: int) -> "Profile":
        """Return the same server with capability bits cleared, e.g. ``without(50, 62, 63)`` for narrow fields."""
        return replace(self, mask=mask_of(bits_of(self.mask) - frozenset(bits), len(self.mask)))


_FULL_12_10 = bytes.fromhex("bdbe9ffe7fb7ffeff0")
"""Captured from 12.10.FC12W1 (sqli.md 3.2)."""
_FULL_14_10 = bytes.fromhex("bdbe9ffe7fb7ffeff8")
"""Captured from 14.10.FC7W1 (sqli.md 3.2)."""
_FULL_15 = bytes.fromhex("bdbe9ffe7fb7ffefff")
"""Captured from 15.0.1.0.3: large tuples and long row ids too (sqli.md 3.2)."""
_NARROW_11_70 = mask_of(bits_of(_FULL_12_10) - {50, 56, 61, 62, 63, 64, 65, 66, 67}, 9)
"""Inferred: 11.70 without the 4-byte widths, hence the narrow dialect for every client (sqli.md 0.3)."""

_NAME = "IBM Informix Dynamic Server Version "

PROFILES: dict[str, Profile] = {
    profile.name: profile
    for profile in (
        Profile(name="11.70", product=f"{_NAME}11.70.FC9", version=f"{_NAME}11.70.FC9", mask=_NARROW_11_70),
        Profile(name="12.10", product=f"{_NAME}12.10.FC12W1", version=f"{_NAME}9.56.FC12W1", mask=_FULL_12_10),
        Profile(name="14.10", product=f"{_NAME}14.10.FC7W1", version=f"{_NAME}9.59.FC7W1", mask=_FULL_14_10),
        Profile(name="15", product=f"{_NAME}15.0.1.0.3", version=f"{_NAME}15.0.1.0.3", mask=_FULL_15),
    )
}
"""The releases by name. 12.10 announces 9.56 and 14.10 announces 9.59 in the login (sqli.md 2.3)."""


def profile_named(profile: str | Profile) -> Profile:
    """Return a profile by name, or the profile itself.

    Raises:
        ValueError: the name is unknown; the message lists the names.
    """
    if isinstance(profile, Profile):
        return profile
    try:
        return PROFILES[profile]
    except KeyError:
        raise ValueError(f"unknown profile {profile!r}; known: {', '.join(PROFILES)}") from None
