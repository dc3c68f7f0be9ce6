"""Place, owner, file system and lock of the data folder."""

import fcntl
import os
import pwd
import subprocess
import sys
from pathlib import Path

import pytest

from lims.launch import accounts, folder
from lims.launch.accounts import server_account
from lims.launch.folder import choose, file_system_of, make_run_folder, open_folder, refuse_network_file_system
from lims.launch.words import CannotStart

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
server:/home /home nfs4 rw 0 0
/dev/sdb1 /home/anna/local xfs rw 0 0
//nas/lab /mnt/lab\\040share cifs rw 0 0
drvfs /mnt/c 9p rw 0 0
tank /mnt/z fuse.sshfs rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/srv/subline", "ext4"),
        ("/home/ben/var/lab", "nfs4"),
        ("/home/anna/local/lab", "xfs"),
        ("/homes/lab", "ext4"),
        ("/mnt/lab share/x", "cifs"),
    ],
)
def test_the_deepest_mount_tells_the_file_system(path: str, kind: str):
    assert file_system_of(Path(path), MOUNTS)[0] == kind


@pytest.mark.parametrize("path", ["/home/ben", "/mnt/lab share/x", "/mnt/c/Users/anna", "/mnt/z/lab"])
def test_a_network_file_system_is_refused_with_advice(path: str):
    with pytest.raises(CannotStart, match=r"network file system .* SUBLINE_DATA=/local/path"):
        refuse_network_file_system(Path(path), MOUNTS)


@pytest.mark.parametrize("path", ["/srv/lab", "/home/anna/local/lab"])
def test_a_local_file_system_is_welcome(path: str):
    refuse_network_file_system(Path(path), MOUNTS)


def test_the_folder_is_closed_to_others(tmp_path: Path):
    opened = open_folder(tmp_path / "lab", "lab")
    assert opened.path.stat().st_mode & 0o777 == 0o700


def test_what_root_makes_on_the_way_can_be_entered_whatever_the_umask(tmp_path: Path):
    before = os.umask(0o077)
    try:
        open_folder(tmp_path / "var" / "lab", "lab", servers_run_as_another=True)
    finally:
        os.umask(before)
    assert [folder.stat().st_mode & 0o777 for folder in (tmp_path / "var", tmp_path / "var" / "lab")] == [0o755, 0o711]


def test_data_of_another_owner_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """First started as root, later as a user, or the reverse."""
    open_folder(tmp_path / "lab", "lab").release()
    someone_else = os.geteuid() + 4321
    monkeypatch.setattr(os, "geteuid", lambda: someone_else)
    with pytest.raises(CannotStart, match=f"you are user number {someone_else}: a database has one owner"):
        open_folder(tmp_path / "lab", "lab")


def test_a_second_start_is_told_who_holds_the_data(tmp_path: Path):
    first = open_folder(tmp_path / "lab", "lab")
    first.note(**folder.about_this_start("Subline"))
    first.note(address="http://127.0.0.1:8000")
    with pytest.raises(
        CannotStart, match=rf"in use by Subline \(process {os.getpid()} of .* Open http://127.0.0.1:8000"
    ):
        open_folder(tmp_path / "lab", "lab")
    first.release()
    open_folder(tmp_path / "lab", "lab").release()


def test_the_lock_ends_with_its_process(tmp_path: Path):
    program = "import fcntl, os; f = open('lock', 'a'); fcntl.flock(f, fcntl.LOCK_EX); os.kill(os.getpid(), 9)"
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=False)
    with (tmp_path / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_the_lab_never_opens_the_demonstrations_folder(tmp_path: Path):
    open_folder(tmp_path / "data", "demonstration").release()
    with pytest.raises(CannotStart, match="holds the demonstration's data, not the lab's"):
        open_folder(tmp_path / "data", "lab")


def test_lab_and_demonstration_have_folders_of_their_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.delenv("SUBLINE_DATA", raising=False)
    monkeypatch.setattr(folder, "PROJECT", tmp_path)
    demo, lab = (choose(kind, servers_run_as_another=False) for kind in ("demonstration", "lab"))
    assert (demo, lab) == (tmp_path / "var" / "demo", tmp_path / "var" / "lab")


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(CannotStart, match=r"cannot be used .* Name another one"):
        open_folder(tmp_path / "file" / "lab", "lab")


def test_the_run_folder_is_short_private_and_new(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / ("x" * 100)))
    one, two = make_run_folder(), make_run_folder()
    assert one != two
    assert len(str(one / ".s.PGSQL.5432")) < 100
    assert one.stat().st_mode & 0o777 == 0o700
    one.rmdir()
    two.rmdir()


def test_a_user_without_a_passwd_entry_is_told_of_database_url(monkeypatch: pytest.MonkeyPatch):
    def unknown(_: object) -> None:
        raise KeyError

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    monkeypatch.setattr(pwd, "getpwnam", unknown)
    with pytest.raises(CannotStart, match="DATABASE_URL"):
        server_account()


@as_root
def test_root_hands_the_servers_to_nobody():
    assert server_account().popen() == {"user": 65534, "group": pwd.getpwnam("nobody").pw_gid, "extra_groups": []}


@as_root
def test_root_below_a_closed_folder_keeps_the_data_elsewhere_and_says_where(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.delenv("SUBLINE_DATA", raising=False)
    monkeypatch.setattr(folder, "PROJECT", closed)
    chosen = choose("lab", servers_run_as_another=True)
    assert chosen.parent == Path("/var/lib/subline")
    assert str(chosen) in capsys.readouterr().out


@as_root
def test_root_who_names_a_folder_below_a_closed_one_is_told_which(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    tmp_path.chmod(0o700)
    monkeypatch.setenv("SUBLINE_DATA", str(tmp_path / "lab"))
    closed = accounts.closed_folder_above(tmp_path / "lab")
    with pytest.raises(CannotStart, match=f"`nobody`, which may not enter {closed}"):
        choose("lab", servers_run_as_another=True)
