"""A throwaway certificate authority for the servers of the tests."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme

SERVER_NAMES = ("localhost", "127.0.0.1", "127.0.0.2")


class CertificateAuthority:
    """An authority that no machine trusts, and the one certificate it issued to the loopback addresses.

    The files are written in `directory`: `ca_pem` for clients, `certificate_pem` and `key_pem` for servers.

    Args:
        directory: Where the files are written.
        expired: Whether the certificate's last day is over.
    """

    def __init__(self, directory: Path, *, expired: bool = False) -> None:
        self._authority = trustme.CA()
        not_after = datetime.now(UTC) - timedelta(days=1) if expired else None
        self._certificate = self._authority.issue_cert(*SERVER_NAMES, not_after=not_after)
        self.ca_pem = directory / "ca.pem"
        self.certificate_pem = directory / "certificate.pem"
        self.key_pem = directory / "key.pem"
        self._authority.cert_pem.write_to_path(self.ca_pem)
        self._certificate.private_key_pem.write_to_path(self.key_pem)
        for pem in self._certificate.cert_chain_pems:
            pem.write_to_path(self.certificate_pem, append=True)

    def client_context(self) -> ssl.SSLContext:
        """Return a context that trusts this authority alone, and checks names."""
        return ssl.create_default_context(cafile=self.ca_pem)

    def server_context(self) -> ssl.SSLContext:
        """Return a context that presents the certificate of the loopback addresses."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._certificate.configure_cert(context)
        return context
