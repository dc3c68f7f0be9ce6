"""The embedded Valkey (or Redis). It only carries nudges, so it keeps nothing on disk and never evicts a message."""

import os
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from lims.launch.accounts import Account
from lims.launch.processes import Program
from lims.launch.words import CannotStart


@dataclass
class Valkey:
    executable: Path
    run_folder: Path
    account: Account
    log: Path
    port: int = 0  # 0: no TCP, the socket only

    @property
    def socket_path(self) -> Path:
        return self.run_folder / "broker.sock"

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0" if self.port else f"unix://{self.socket_path}?db=0"

    def program(self) -> Program:
        listen = (
            ["--bind", "127.0.0.1"] if self.port else ["--unixsocket", str(self.socket_path), "--unixsocketperm", "700"]
        )
        options = {
            "--port": str(self.port),
            "--save": "",
            "--appendonly": "no",
            "--maxmemory": "128mb",
            "--maxmemory-policy": "noeviction",
            "--dir": str(self.run_folder),
            "--daemonize": "no",
        }
        command = [str(self.executable), *listen, *(part for pair in options.items() for part in pair)]
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}
        return Program("Valkey", command, self.log, environment, popen=self.account.popen(), patience_s=10)

    def is_ready(self) -> bool:
        family, address = (
            (socket.AF_INET, ("127.0.0.1", self.port)) if self.port else (socket.AF_UNIX, str(self.socket_path))
        )
        try:
            with socket.socket(family, socket.SOCK_STREAM) as client:
                client.settimeout(2)
                client.connect(address)
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def wait_until_ready(self, process: subprocess.Popen[bytes], program: Program) -> None:
        deadline = time.monotonic() + 30
        while not self.is_ready():
            if process.poll() is not None or time.monotonic() > deadline:
                raise CannotStart(f"Valkey did not start. It says:\n{program.last_words()}")
            time.sleep(0.05)
