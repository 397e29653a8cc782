"""Certificates for Redis over TLS in tests: an authority of our own, a server's for the loopback, a client's."""

import datetime
import ipaddress
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

VALID_DAYS = 2


class Certificates(NamedTuple):
    """PEM files. The server's is good for 127.0.0.1 and localhost."""

    authority: Path
    server: Path
    server_key: Path
    client: Path
    client_key: Path

    @property
    def options(self) -> list[str]:
        """For redis-server, beside `--tls-port`."""
        files = ("--tls-cert-file", self.server), ("--tls-key-file", self.server_key)
        return [str(word) for pair in (*files, ("--tls-ca-cert-file", self.authority)) for word in pair]


def make_certificates(folder: Path, host: str = "localhost") -> Certificates:
    """Certificates that are good for two days, in `folder`. The server's is for `host`, and for 127.0.0.1 where that is
    localhost."""
    folder.mkdir(parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    authority = _signed("Test authority", key, key, "Test authority", is_authority=True)
    (folder / "authority.pem").write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    for who in ("server", "client"):
        own = ec.generate_private_key(ec.SECP256R1())
        signed = _signed(f"Test {who}", own, key, "Test authority", is_authority=False, host=host)
        (folder / f"{who}.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
        plain = serialization.NoEncryption()
        pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
        (folder / f"{who}-key.pem").write_bytes(own.private_bytes(pem, pkcs8, plain))
    names = ("authority.pem", "server.pem", "server-key.pem", "client.pem", "client-key.pem")
    return Certificates(*(folder / name for name in names))


def _signed(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
    issuer: str,
    *,
    is_authority: bool,
    host: str = "",
) -> x509.Certificate:
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=VALID_DAYS))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    if is_authority:
        builder = builder.add_extension(_USES, critical=True)
    else:
        names: list[x509.GeneralName] = [x509.DNSName(host)]
        if host == "localhost":
            names.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(signer, hashes.SHA256())


_USES = x509.KeyUsage(
    digital_signature=True,
    key_cert_sign=True,
    crl_sign=True,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    encipher_only=False,
    decipher_only=False,
)
