"""The files that a clean clone is set up from: exact, free of hosts, and of one mind."""

import json
import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tools import router_pages

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = json.loads((ROOT / "package.json").read_text())


def tracked_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


FOLDERS = [
    ".",
    *(f"{router_pages.SOURCES.relative_to(ROOT)}/{name}" for name in router_pages.NAMES),
]
LOCK_FILES = ["requirements.txt", *(f"{folder}/package-lock.json" for folder in FOLDERS)]


@pytest.mark.parametrize("name", LOCK_FILES)
def test_lock_files_name_no_host_to_fetch_from(name: str) -> None:
    text = (ROOT / name).read_text()
    assert '"resolved"' not in text
    assert not re.search(r"--(extra-)?index-url|--find-links", text)
    hosts = set(re.findall(r"https?://([^/\"\s]+)", text))
    thanks = {"opencollective.com", "github.com", "tidelift.com", "paulmillr.com"}
    assert hosts <= thanks


def test_no_tracked_file_names_a_package_registry() -> None:
    registry = re.compile(rb"https?://[^ \"]*(registry|/simple/)")
    found = [path.name for path in tracked_files() if registry.search(path.read_bytes())]
    assert not found


def test_every_python_package_is_pinned_with_hashes() -> None:
    text = (ROOT / "requirements.txt").read_text()
    entries = re.split(r"\n(?=\S)", text.strip())
    assert len(entries) > 20
    for entry in entries:
        assert re.match(r"[\w.-]+==[\w.]+", entry), entry.splitlines()[0]
        assert "--hash=sha256:" in entry, entry.splitlines()[0]


@pytest.mark.parametrize("folder", FOLDERS)
def test_npm_packages_are_pinned_exactly(folder: str) -> None:
    package = json.loads((ROOT / folder / "package.json").read_text())
    lock = json.loads((ROOT / folder / "package-lock.json").read_text())
    wanted = {**package["dependencies"], **package.get("devDependencies", {})}
    for name, version in wanted.items():
        # An older one beside the present has a name of its own.
        pinned = re.fullmatch(r"(?:npm:@?[\w./-]+@)?(\d+\.\d+\.\d+)", version)
        assert pinned, name
        assert lock["packages"][f"node_modules/{name}"]["version"] == pinned[1]


def test_the_runtime_module_names_the_locked_pyodide() -> None:
    module = (ROOT / "runtime.mjs").read_text()
    assert f'export const version = "{PACKAGE["dependencies"]["pyodide"]}";' in module


def test_playwright_stays_on_the_line_that_drives_debians_firefox() -> None:
    assert "playwright==1.62.*" in (ROOT / "requirements.in").read_text()
    assert re.search(r"^playwright==1\.62\.", (ROOT / "requirements.txt").read_text(), re.M)


def test_project_and_page_have_one_name_and_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert (project["name"], project["version"]) == (PACKAGE["name"], PACKAGE["version"])


def test_continuous_integration_can_start_its_script() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    staged = subprocess.run(
        ["git", "ls-files", "--stage", ".ci/run"], cwd=ROOT, capture_output=True, text=True
    )
    assert staged.stdout.startswith("100755")
