"""Finds the Chromium of the browser tests; as root on Debian it installs one: python -m tests.chromium"""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"


def find() -> str:
    """The path of a Chromium or Chrome, or "". CHROMIUM names another."""
    named = os.environ.get("CHROMIUM", "")
    found = next(filter(None, map(shutil.which, [named, *NAMES] if named else NAMES)), "")
    return found or (MAC if os.path.exists(MAC) else "")


def main() -> int:
    if find():
        return 0
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium for the browser tests ...", flush=True)
        quiet = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
        subprocess.run(["apt-get", "update", "-q"], env=quiet, check=False, stdout=subprocess.DEVNULL)
        command = ["apt-get", "install", "-qy", "--no-install-recommends", "chromium", "fonts-dejavu-core"]
        subprocess.run(command, env=quiet, check=False, stdout=subprocess.DEVNULL)
    if find():
        return 0
    print("The browser tests need Chromium or Chrome. Install one, or name its program in CHROMIUM.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
