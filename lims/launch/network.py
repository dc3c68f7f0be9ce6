"""The web server's port, the addresses under which the lab's network finds it, and a QR code for a tablet's camera."""

import contextlib
import errno
import os
import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lims.launch.processes import command_of
from lims.launch.words import CannotStart

SIOCGIFADDR = 0x8915  # Linux: the IPv4 address of an interface
EVERYWHERE = {"0.0.0.0", "::", ""}


def read_port(text: str) -> int:
    if text.isdigit() and 0 < int(text) < 65536:
        return int(text)
    raise CannotStart(f"PORT is {text!r}; write a number from 1 to 65535, such as PORT=8080.")


def claim(host: str, port: int) -> None:
    """Refuse now, in one sentence, what the web server would refuse later with a long trace."""
    try:
        family, *_, address = socket.getaddrinfo(host or "0.0.0.0", port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror:
        raise CannotStart(f"HOST is {host!r}, which is no address. Use HOST=127.0.0.1 or HOST=0.0.0.0.") from None
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            raise CannotStart(_why_not(error, host, port)) from None


def _why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        by = next((f" by {holder}" for holder in holders_of(port)), "")
        return f"Port {port} is already in use{by}. Take another: PORT={free_port(port + 1)} make run"
    if error.errno == errno.EACCES:
        return f"Port {port} is reserved for root. Take one above 1023: PORT=8000 make run"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"This machine has no address {host}. Use HOST=127.0.0.1, HOST=0.0.0.0 or one of its own."
    return f"Port {port} on {host} cannot be opened ({error.strerror})."


def free_port(start: int = 0) -> int:
    """A free port on the loopback address: the first from `start` on, or any."""
    for port in range(start, min(start + 100, 65536)) if start else [0]:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    return free_port()


def holders_of(port: int) -> Iterator[str]:
    """ "python (process 4711)" for whoever listens on the port, where /proc tells us (Linux, our own processes)."""
    sockets = {f"socket:[{inode}]" for inode in _listening_inodes(port)}
    for process in Path("/proc").glob("[0-9]*") if sockets else ():
        with contextlib.suppress(OSError):
            if any(os.readlink(descriptor) in sockets for descriptor in (process / "fd").iterdir()):
                program = Path(command_of(int(process.name)).split(" ")[0]).name
                yield f"{program} (process {process.name})"


def _listening_inodes(port: int) -> Iterator[str]:
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        with contextlib.suppress(OSError):
            for line in table.read_text(encoding="ascii").splitlines()[1:]:
                fields = line.split()
                if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port:
                    yield fields[9]


def lan_addresses() -> list[str]:
    """The IPv4 addresses of this machine that another one can reach, the default route's first."""
    found = [*_of_the_default_route(), *_of_every_interface()]
    with contextlib.suppress(OSError):
        found += socket.gethostbyname_ex(socket.gethostname())[2]
    return [address for address in dict.fromkeys(found) if not address.startswith(("127.", "169.254.", "0."))]


def _of_the_default_route() -> Iterator[str]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, contextlib.suppress(OSError):
        probe.connect(("192.0.2.1", 9))  # a datagram socket: chooses a route, sends nothing
        yield probe.getsockname()[0]


def _of_every_interface() -> Iterator[str]:
    if not Path("/proc/net").exists():
        return
    import fcntl

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _, name in socket.if_nameindex():
            with contextlib.suppress(OSError):
                answer = fcntl.ioctl(probe.fileno(), SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
                yield socket.inet_ntoa(answer[20:24])


def addresses(host: str, port: int) -> list[str]:
    """Where to open Subline: on this machine first, then as the lab's network sees it."""
    hosts = ["127.0.0.1", *lan_addresses()] if host in EVERYWHERE else [f"[{host}]" if ":" in host else host]
    return [f"http://{each}:{port}" for each in hosts]


def allowed_hosts(host: str) -> list[str]:
    names = ["localhost", "127.0.0.1", "[::1]"]
    if host in EVERYWHERE:
        name = socket.gethostname().lower()
        names += [name, f"{name.partition('.')[0]}.local", *lan_addresses()]
    else:
        names.append(f"[{host}]" if ":" in host else host)
    return list(dict.fromkeys(names))


def qr_lines(text: str) -> list[str]:
    """A QR code of half blocks, dark on light whatever the terminal's colours; two modules a character high."""
    from zxingcpp import BarcodeFormat, create_barcode

    image: Any = create_barcode(text, BarcodeFormat.QRCode).to_image(scale=1)
    modules: Any = memoryview(image).tolist()
    rows = [[bool(module) for module in row] for row in modules]
    if len(rows) % 2:
        rows.append([True] * len(rows[0]))
    blocks = {(True, True): "█", (True, False): "▀", (False, True): "▄", (False, False): " "}
    pairs = zip(rows[::2], rows[1::2], strict=True)
    lines = ["".join(blocks[pair] for pair in zip(*two_rows, strict=True)) for two_rows in pairs]
    return [f"\033[97;40m{line}\033[0m" for line in lines]
