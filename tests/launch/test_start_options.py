"""What a start is asked for, its port and addresses, its keys, its static files."""

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import numpy
import pytest
import zxingcpp

from lims.launch import network, static
from lims.launch.keys import NAMES, key_files
from lims.launch.network import addresses, allowed_hosts, claim, free_port, qr_lines
from lims.launch.options import Options
from lims.launch.words import CannotStart


def test_without_a_word_it_is_the_demonstration_on_this_machine_only():
    options = Options.read({})
    assert (options.kind, options.host, options.port) == ("demonstration", "127.0.0.1", 8000)


def test_a_named_database_is_never_given_the_demonstration_unasked():
    assert Options.read({"DATABASE_URL": "postgres://lab"}).kind == "lab"
    assert Options.read({"DATABASE_URL": "postgres://lab", "DEMO": "1"}).kind == "demonstration"


def test_an_address_may_come_from_a_file(tmp_path: Path):
    (tmp_path / "url").write_text("postgres://lab\n")
    assert Options.read({"DATABASE_URL_FILE": str(tmp_path / "url")}).database_url == "postgres://lab"


@pytest.mark.parametrize("wrong", [{"PORT": "eight"}, {"PORT": "0"}, {"PORT": "65536"}, {"DEMO": "maybe"}])
def test_a_wrong_option_is_a_sentence(wrong: dict[str, str]):
    with pytest.raises(CannotStart, match="write"):
        Options.read(wrong)


def test_a_port_in_use_names_its_holder_and_another_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CannotStart, match=f"Port {port} is already in use.* PORT=\\d+ make run") as refusal:
            claim("127.0.0.1", port)
    if Path("/proc/net/tcp").exists():
        assert f"(process {os.getpid()})" in str(refusal.value)


def test_a_free_port_is_claimed_on_every_kind_of_host():
    for host in ("127.0.0.1", "0.0.0.0"):
        claim(host, free_port())


@pytest.mark.parametrize("host", ["203.0.113.7", "no.such.host.invalid"])
def test_an_address_of_another_machine_is_refused(host: str):
    with pytest.raises(CannotStart, match=r"127\.0\.0\.1"):
        claim(host, free_port())


def test_on_the_network_every_address_is_shown_and_allowed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(network, "lan_addresses", lambda: ["192.168.1.20", "10.0.0.7"])
    assert addresses("0.0.0.0", 8000) == [
        "http://127.0.0.1:8000",
        "http://192.168.1.20:8000",
        "http://10.0.0.7:8000",
    ]
    assert {"localhost", "127.0.0.1", "192.168.1.20", "10.0.0.7"} <= set(allowed_hosts("0.0.0.0"))
    assert "192.168.1.20" not in allowed_hosts("127.0.0.1")


def test_the_qr_code_in_the_terminal_reads_as_the_address():
    rows: list[list[int]] = []
    for line in qr_lines("http://192.168.1.20:8000"):
        cells = line.removeprefix("\033[97;40m").removesuffix("\033[0m")
        rows += [[255 * (cell in "█▀") for cell in cells], [255 * (cell in "█▄") for cell in cells]]
    image = numpy.kron(numpy.array(rows, dtype=numpy.uint8), numpy.ones((4, 4), dtype=numpy.uint8))
    found = zxingcpp.read_barcode(image)
    assert found is not None
    assert found.text == "http://192.168.1.20:8000"


def test_keys_are_made_once_and_for_their_owner_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    first = {name: Path(path).read_text() for name, path in key_files(tmp_path / "secrets").items()}
    again = {name: Path(path).read_text() for name, path in key_files(tmp_path / "secrets").items()}
    assert first == again
    assert len(set(first.values())) == 3
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "secrets").iterdir()} == {0o600}


def test_a_key_cut_short_is_never_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    key_files(tmp_path / "secrets")
    (tmp_path / "secrets" / "ledger_key").write_text("")
    with pytest.raises(CannotStart, match=r"ledger_key is empty or cut short\. Put the file back from a backup"):
        key_files(tmp_path / "secrets")


def test_a_key_from_the_environment_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SECRET_KEY", "given")
    assert set(key_files(tmp_path / "secrets")) == {"TOKEN_PEPPER_FILE", "LEDGER_KEY_FILE"}


def test_static_files_are_made_again_only_when_a_source_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    ran: list[str] = []

    def run(command: list[str], environment: object) -> None:
        ran.append(command[0])
        (tmp_path / "static").mkdir(exist_ok=True)
        (tmp_path / "static" / "staticfiles.json").touch()

    monkeypatch.setattr(static, "run_command", run)
    environment = {"STATIC_ROOT": str(tmp_path / "static")}
    static.make(environment)
    static.make(environment)
    assert ran == ["build_assets", "collectstatic"]
    monkeypatch.setattr(static, "fingerprint", lambda: "another style")
    static.make(environment)
    assert len(ran) == 4


def test_the_launcher_needs_no_settings():
    """It runs before there is a database address or a key."""
    program = "import sys, lims.supervisor; sys.exit('django.conf' in sys.modules and 'lims.settings' in sys.modules)"
    bare = {"PATH": os.environ["PATH"]}
    assert subprocess.run([sys.executable, "-c", program], env=bare, cwd=static.PROJECT, check=False).returncode == 0
