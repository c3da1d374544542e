"""TLS settings become an `ssl.SSLContext`; TLS is a listener of its own, there is no upgrade (sqli.md 1)."""

import ssl
import warnings
from typing import Literal

from .errors import InterfaceError

__all__ = ["InsecureTLSWarning", "TLSSetting", "make_context"]

TLSSetting = bool | Literal["verify"] | ssl.SSLContext
"""False: plain TCP; True: TLS without verification; "verify": system CAs; or a context of your own."""


class InsecureTLSWarning(UserWarning):
    """The connection is encrypted, but nobody checked whom it goes to."""


def make_context(
    tls: TLSSetting, *, ca_file: str | None = None, cert_file: str | None = None, key_file: str | None = None
) -> ssl.SSLContext | None:
    """Return the context for a `tls` setting, or None for plain TCP.

    Args:
        tls: see `TLSSetting`. ``True`` encrypts without checking whom it talks to and warns about it.
        ca_file: PEM file of CAs to trust; makes ``True`` mean ``"verify"``.
        cert_file: PEM file with the client's certificate.
        key_file: PEM file with its key, when it is not in `cert_file`.

    Raises:
        InterfaceError: an impossible setting, or a file that cannot be loaded.
    """
    if isinstance(tls, ssl.SSLContext):
        if ca_file or cert_file or key_file:
            raise InterfaceError("give either an SSLContext or tls_*_file settings, not both")
        return tls
    if tls is False:
        if ca_file or cert_file or key_file:
            raise InterfaceError('tls_*_file settings need tls=True or tls="verify"')
        return None
    if tls is not True and tls != "verify":
        raise InterfaceError(f'tls must be False, True, "verify" or an ssl.SSLContext, not {tls!r}')
    try:
        context = ssl.create_default_context(cafile=ca_file)
        if cert_file:
            context.load_cert_chain(cert_file, key_file)
    except (OSError, ssl.SSLError) as error:
        raise InterfaceError(f"the TLS files cannot be loaded: {error}") from None
    if tls is True and not ca_file:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        warnings.warn(
            'tls=True encrypts without verifying the server; use tls="verify" or tls_ca_file in production',
            InsecureTLSWarning,
            stacklevel=4,
        )
    return context
