"""Debian's packages, where the machine has ``apt-get`` and lets us use it without a password."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess


def apt_install(package: str) -> bool:
    """Install ``package`` with ``apt-get``; return whether that worked.

    False, without a question asked, on a machine that is no Debian or where we are neither root nor
    may become root without a password.
    """
    prefix = root_prefix()
    if prefix is None or shutil.which("apt-get") is None:
        return False
    print(f"setup: apt-get install {package} …", flush=True)
    install = ["apt-get", "install", "-qq", "--no-install-recommends", "--yes", package]
    # Lists that came with the machine name what is old, or gone. Without a network they have to do.
    update(prefix)
    return apt(prefix, install)


def root_prefix() -> list[str] | None:
    """Return what goes before a command that needs root, None where we cannot be root."""
    if is_root():
        return []
    if shutil.which("sudo") is None:
        return None
    asked = subprocess.run(["sudo", "--non-interactive", "true"], stderr=subprocess.DEVNULL)
    return ["sudo", "--non-interactive"] if asked.returncode == 0 else None


def update(prefix: list[str]) -> bool:
    """Fetch the lists of packages."""
    return apt(prefix, ["apt-get", "update", "-qq"])


def is_root() -> bool:
    """Tell whether we may do anything on this machine."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def apt(prefix: list[str], command: list[str]) -> bool:
    """Run one ``apt-get`` that asks nothing and prints only when it fails."""
    environment = ["env", "DEBIAN_FRONTEND=noninteractive"]
    done = subprocess.run(
        [*prefix, *environment, *command], stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    if done.returncode != 0:
        print(done.stderr.strip(), flush=True)
    return done.returncode == 0


def is_debian() -> bool:
    """Tell Debian from its relatives: Ubuntu's packages of browsers are stubs for another store."""
    try:
        return platform.freedesktop_os_release().get("ID") == "debian"
    except OSError:
        return False
