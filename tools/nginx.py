"""nginx for the tests of the bundle: the machine's own, or Debian's, unpacked in ``var/``."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tools.setup import ROOT

UNPACKED = ROOT / "var" / "nginx"


class NoNginx(Exception):
    """There is none and none can be had; the message is one sentence."""


def provide() -> Path:
    """Return the program; raise ``NoNginx`` where the machine has none and cannot get one.

    Debian's package is unpacked and not installed, since an installed one starts a server.
    """
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if found:
        return Path(found)
    program = UNPACKED / "usr" / "sbin" / "nginx"
    if not program.exists():
        unpack()
    if not program.exists():
        raise NoNginx("nginx is needed for the tests of the bundle: install it, or Debian's tools")
    return program


def unpack() -> None:
    """Fetch Debian's package and unpack it; where that fails nothing is there afterwards."""
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        return
    UNPACKED.mkdir(parents=True, exist_ok=True)
    if not download():
        subprocess.run(["apt-get", "update", "-qq"], capture_output=True)
        download()
    for package in UNPACKED.glob("nginx_*.deb"):
        subprocess.run(["dpkg-deb", "--extract", str(package), str(UNPACKED)], check=True)


def download() -> bool:
    """Fetch the package into its folder; tell whether that worked."""
    command = ["apt-get", "download", "-qq", "nginx"]
    return subprocess.run(command, cwd=UNPACKED, capture_output=True).returncode == 0
