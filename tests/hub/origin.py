"""A server of assets as an attacker would write one, and a network that leads every public address to it."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpcore
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PUBLIC = "93.184.215.14"
Writer = Callable[[asyncio.StreamWriter], Awaitable[None]]
Answer = bytes | Writer


def answer(body: bytes, *, status: str = "200 OK", **headers: str) -> bytes:
    """A whole HTTP answer; a header's name may be written with underscores."""
    told = {"content_type": "image/png", "content_length": str(len(body)), **headers}
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in told.items() if value]
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode() + body


def redirect(to: str, status: str = "302 Found") -> bytes:
    """An answer that sends on."""
    return answer(b"", status=status, location=to)


class Origin:
    """Answers each path with what `pages` says, and remembers every request's head."""

    def __init__(self) -> None:
        self.pages: dict[str, Answer] = {}
        self.heads: list[str] = []
        self.port = 0

    @property
    def paths(self) -> list[str]:
        """What was asked for, in order."""
        return [head.split(" ")[1] for head in self.heads]

    @asynccontextmanager
    async def serving(self, tls: ssl.SSLContext | None = None) -> AsyncIterator[None]:
        """On a port of its own while open."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=tls)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                self.heads.append(head)
                page = self.pages.get(head.split(" ")[1], answer(b"no", status="404 Not Found"))
                if isinstance(page, bytes):
                    writer.write(page)
                    await writer.drain()
                else:
                    await page(writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


class Network(httpcore.AsyncNetworkBackend):
    """Names answer as `names` says, one answer after the other, the last for ever; every connection leads to `origin`
    and is remembered by the address it was made to."""

    def __init__(self, origin: Origin, **names: Sequence[Sequence[str]]) -> None:
        self.origin = origin
        self.names = {name.replace("_", "."): list(answers) for name, answers in names.items()}
        self.resolved: list[str] = []
        self.connected: list[tuple[str, int]] = []
        self.refusing: set[str] = set()
        self._real = httpcore.AnyIOBackend()

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        self.resolved.append(host)
        try:
            return [str(ip_address(host))]
        except ValueError:
            answers = self.names.get(host)
        if not answers:
            raise OSError("no such name")
        return answers.pop(0) if len(answers) > 1 else answers[0]

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the name is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        self.connected.append((host, port))
        if host in self.refusing:
            raise httpcore.ConnectError
        return await self._real.connect_tcp("127.0.0.1", self.origin.port, timeout)


class Certificates:
    """An authority for tests, made anew each time, and contexts for both sides."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority of tests")])
        self._root = self._sign(self._name, self._key.public_key(), x509.BasicConstraints(ca=True, path_length=0))

    def _sign(self, subject: x509.Name, key: ec.EllipticCurvePublicKey, *extensions: x509.ExtensionType) -> bytes:
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(hours=1))
        )
        for extension in extensions:
            builder = builder.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
        return builder.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    def client(self) -> ssl.SSLContext:
        """Trusts this authority alone."""
        return ssl.create_default_context(cadata=self._root.decode())

    def server(self, host: str) -> ssl.SSLContext:
        """A server whose certificate is for `host`."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        signed = self._sign(name, key.public_key(), x509.SubjectAlternativeName([x509.DNSName(host)]))
        plain = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path = self._folder / f"{host}.pem"
        path.write_bytes(plain + signed)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context
