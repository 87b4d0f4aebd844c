"""An nginx for the tests: the machine's own, or Debian's package unpacked into the environment.

The package is unpacked and never installed: that needs no rights, and installing it would start a
web server on port 80. `python -m tests.support.proxy` finds or unpacks it and prints its path, or
one line that says what to do.
"""

import fcntl
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

SHIPPED = Path(__file__).resolve().parents[2] / "deploy" / "nginx.conf"
START_SECONDS = 20
# Only the surroundings of the shipped file. Everything that nginx can log is logged: its access log
# as it comes, and its error log down to what it does with each header.
AROUND = """
daemon off;
worker_processes 1;
{user}
pid {folder}/pid;
error_log {folder}/logs/error.log debug;
events {{ worker_connections 256; }}
http {{
    access_log {folder}/logs/access.log combined;
    gzip on;
    client_body_temp_path {folder}/temporary/body;
    proxy_temp_path {folder}/temporary/proxy;
    fastcgi_temp_path {folder}/temporary/fastcgi;
    uwsgi_temp_path {folder}/temporary/uwsgi;
    scgi_temp_path {folder}/temporary/scgi;
    include {folder}/headwind.conf;
}}
"""


class NoNginx(Exception):
    """No nginx: install one (`apt-get install nginx`) or set NGINX to its path."""

    def __str__(self) -> str:
        why = f" {self.args[0]}" if self.args else ""
        return f"{self.__doc__}{why}"


@dataclass(frozen=True)
class Proxy:
    """A running nginx: where it listens, where it writes, how to trust it."""

    folder: Path
    port: int
    plain_port: int
    trust: ssl.SSLContext

    @property
    def logs(self) -> Path:
        """The folder of its logs."""
        return self.folder / "logs"


def nginx() -> str:
    """Find an nginx, or unpack one; `NoNginx` says in one line what was in the way."""
    if told := os.environ.get("NGINX"):
        if not shutil.which(told):
            raise NoNginx(f"({told} cannot be run)")
        return told
    if not os.environ.get("NGINX_UNPACKED"):  # to try the other way on a machine that has one
        path = f"{os.environ.get('PATH', '')}{os.pathsep}/usr/sbin"
        if found := shutil.which("nginx", path=path):
            return found
    return _from_debian()


def _from_debian() -> str:
    home = Path(sys.prefix) / "nginx"
    home.mkdir(exist_ok=True)
    binary = home / "usr" / "sbin" / "nginx"
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            if not binary.exists():
                _unpack(home)
            _run(str(binary), "-v", cwd=home)
        except (OSError, subprocess.CalledProcessError) as fault:
            raise NoNginx(f"({fault})") from fault
    return str(binary)


def _unpack(home: Path) -> None:
    """Fetch Debian's package with lists of our own, which needs no rights."""
    print("Unpacking Debian's nginx ...", flush=True)
    lists, cache = home / "lists", home / "cache"
    for folder in (lists / "partial", cache / "archives" / "partial"):
        folder.mkdir(parents=True, exist_ok=True)
    own = ("-o", f"Dir::State::Lists={lists}", "-o", f"Dir::Cache={cache}", "-o",
           "APT::Sandbox::User=")  # fmt: skip
    _run("apt-get", *own, "-qq", "update", cwd=home)
    _run("apt-get", *own, "-qq", "download", "nginx", cwd=home)
    _run("dpkg-deb", "-x", str(next(home.glob("nginx_*.deb"))), str(home), cwd=home)
    shutil.rmtree(lists)
    shutil.rmtree(cache)


def _run(*command: str, cwd: Path) -> None:
    subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, check=True)


@contextmanager
def running_proxy(folder: Path, upstream: int, changes: Mapping[str, str]) -> Iterator[Proxy]:
    """Run nginx with the shipped file before a server of this machine.

    `changes` are further lines of the file that are written differently.
    """
    program = nginx()
    for name in ("logs", "temporary"):
        (folder / name).mkdir(parents=True)
    port, plain_port = _free_ports(2)
    trust = _certify(folder)
    (folder / "headwind.conf").write_text(
        _changed(SHIPPED.read_text(), folder, upstream, port, plain_port, changes)
    )
    user = "user root root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder, user=user))
    with (folder / "logs" / "output").open("wb") as output:
        process = subprocess.Popen(
            [program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"],
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
    try:
        _wait_for(port, process, folder)
        yield Proxy(folder, port, plain_port, trust)
    finally:
        process.send_signal(signal.SIGQUIT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _changed(
    text: str, folder: Path, upstream: int, port: int, plain_port: int, changes: Mapping[str, str]
) -> str:
    """Return the shipped file with other ports and files; each line must be there exactly once."""
    lines = {
        "server 127.0.0.1:8000 ": f"server 127.0.0.1:{upstream} ",
        "listen 80 default_server;": f"listen 127.0.0.1:{plain_port} default_server;",
        "listen [::]:80 default_server;": "",
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "listen [::]:443 ssl http2 default_server;": "",
        "/etc/letsencrypt/live/survey.example.org/fullchain.pem": str(folder / "certificate.pem"),
        "/etc/letsencrypt/live/survey.example.org/privkey.pem": str(folder / "key.pem"),
        **changes,
    }
    for line, other in lines.items():
        assert text.count(line) == 1, f"{line} stands {text.count(line)} times in {SHIPPED}"
        text = text.replace(line, other)
    return text


def _free_ports(count: int) -> list[int]:
    """Ports that nobody uses now; held together, so that they are different ones."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [taken.getsockname()[1] for taken in sockets]
    for taken in sockets:
        taken.close()
    return ports


def _certify(folder: Path) -> ssl.SSLContext:
    """Make a certificate for this machine; return what trusts it and nothing else."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "tests of Headwind")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(pem))
    (folder / "key.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return ssl.create_default_context(cafile=str(folder / "certificate.pem"))


def _wait_for(port: int, process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                said = (folder / "logs" / "output").read_text(errors="replace")
                raise NoNginx(f"It does not start: {said[-500:]}") from None
            time.sleep(0.02)
        else:
            return


if __name__ == "__main__":
    try:
        print(f"Proxy: {nginx()}")
    except NoNginx as fault:
        print(fault)
        sys.exit(1 if os.environ.get("CI") else 0)
