"""`make dist`: the same bytes each time, little of ours, and everything in the list."""

import ast
import gzip
import json
import re
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import sync
from tools.dist.__main__ import main
from tools.dist.bundle import ORDER, BuildError, build, digest, renamed, sri
from tools.dist.python import small_sources
from tools.setup import ROOT
from tools.stdlib_in_pyodide import DROPPED

ARCHIVES = {"mpy": "sources", "py": "compiled"}
MOST = {"mpy": 50 * 1024, "py": 90 * 1024}
"""Bytes of ours that a visit may download, compressed by gzip at its usual level. Byte code is
twice as long as its source, and a first visit with Pyodide (6.4 MB) 0.2 s shorter with it.
"""


def files_of(bundle: Path) -> dict[str, bytes]:
    return {
        path.relative_to(bundle).as_posix(): path.read_bytes()
        for path in sorted(bundle.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("bundle") / "dist"
    build(target)
    return target


def test_a_second_build_has_the_same_bytes(bundle: Path, tmp_path: Path) -> None:
    """In another process, whose texts have other hashes."""
    again = tmp_path / "dist"
    program = "import sys, pathlib, tools.dist.bundle as one; one.build(pathlib.Path(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", program, str(again)], cwd=ROOT, check=True)
    assert files_of(again) == files_of(bundle)


def test_the_list_has_every_file_and_its_digest(bundle: Path) -> None:
    listed = json.loads((bundle / "integrity.json").read_text())
    files = files_of(bundle)
    del files["integrity.json"]
    assert listed == {name: sri(content) for name, content in files.items()}


def test_the_parts_of_pyscript_have_their_licences(bundle: Path) -> None:
    text = (bundle / "licenses" / "pyscript-parts.txt").read_text()
    for name in ("polyscript", "coincident", "@ungap/with-resolvers", "html-escaper"):
        assert re.search(rf"^{name} [\d.]+: ", text, re.MULTILINE), name
    assert text.count("Permission") >= 10


def test_the_tag_stays_small(bundle: Path) -> None:
    """At most 3 KB as a server sends it: it stands before everything else on the page."""
    assert len(gzip.compress((bundle / "sync/embed.js").read_bytes(), 6)) <= 3072


def test_all_but_the_fixed_addresses_are_named_by_content(bundle: Path) -> None:
    names = {name for name in files_of(bundle) if not name.startswith("assets/")}
    assert names == {
        "README.md",
        "VERSION",
        "chatkit_sync-0.1.0-py3-none-any.whl",
        "chatkit_sync_stubs-0.1.0-py3-none-any.whl",
        "index.html",
        "integrity.json",
        "licenses/micropython.txt",
        "licenses/pyodide.txt",
        "licenses/pyscript-parts.txt",
        "licenses/pyscript-toml.txt",
        "licenses/pyscript.txt",
        "licenses/python.txt",
        "sync/embed.js",
    }


def test_what_lies_in_assets_is_named_by_its_content(bundle: Path) -> None:
    """A browser keeps it for ever: another content under the same name would never be seen."""
    folders: dict[str, bytes] = {}
    for name, content in sorted(files_of(bundle).items()):
        path = Path(name).relative_to("assets") if name.startswith("assets/") else Path()
        if len(path.parts) == 1:
            assert path.stem.endswith(f"-{digest(content)}"), name
        elif path.parts:
            folders.setdefault(path.parts[0], b"")
            folders[path.parts[0]] += path.name.encode() + content
    assert len(folders) == 3
    for folder, content in folders.items():
        assert folder.endswith(f"-{digest(content)}"), folder


@pytest.mark.parametrize("runtime", ["mpy", "py"])
def test_a_visit_downloads_little_of_ours(bundle: Path, runtime: str) -> None:
    files = files_of(bundle)
    names = ("assets/ours-", f"assets/{ARCHIVES[runtime]}-")
    ours = {
        name: len(gzip.compress(content, 6))
        for name, content in files.items()
        if name == "sync/embed.js" or name.startswith(names)
    }
    assert len(ours) == 3
    assert sum(ours.values()) <= MOST[runtime], ours


def test_no_file_names_a_source_map(bundle: Path) -> None:
    """They are not there, and Django's `ManifestStaticFilesStorage` fails where one is missing."""
    named = [
        name
        for name, content in files_of(bundle).items()
        if name.endswith(("js", "css", "html")) and b"sourceMappingURL" in content
    ]
    assert named == []


def test_no_script_names_what_the_bundle_does_not_have(bundle: Path) -> None:
    for name, content in files_of(bundle).items():
        if name.startswith("sync/") or (name.endswith("js") and name.count("/") == 1):
            text = content.decode()
            assert "vendor/" not in text, name
            assert "pyscript.toml" not in text, name


def unpacked(archive: Path) -> dict[str, bytes]:
    """Return the files of an archive of ours."""
    line, content = gzip.decompress(archive.read_bytes()).split(b"\n", 1)
    files = {}
    for name, length in json.loads(line).items():
        files[name], content = content[:length], content[length:]
    assert content == b""
    return files


def test_the_wheel_and_the_archives_hold_the_same_python(bundle: Path) -> None:
    [archive] = bundle.glob("assets/sources-*.bin")
    sources = {name: source.decode() for name, source in unpacked(archive).items()}
    [wheel] = bundle.glob("chatkit_sync-*.whl")
    with zipfile.ZipFile(wheel) as zipped:
        inside = {
            name.removeprefix("sync/"): zipped.read(name).decode()
            for name in zipped.namelist()
            if name.startswith("sync/")
        }
    assert inside == sources
    assert set(sources) == {path.name for path in (ROOT / "sync").glob("*.py")}
    assert list(sources) == [f"{name}.py" for name in ORDER]
    [archive] = bundle.glob("assets/compiled-*.bin")
    compiled = unpacked(archive)
    assert set(compiled) == {f"{name}c" for name in sources}
    # Of one compiler: Python's magic number, and "not to be compared with a source" (PEP 552).
    [start] = {content[:8] for content in compiled.values()}
    assert start[2:] == b"\r\n\x01\x00\x00\x00"


def test_small_python_has_nothing_for_type_checkers() -> None:
    for name, source in small_sources(ROOT / "sync").items():
        assert "TYPE_CHECKING" not in source, name
        assert "typing" not in source, name
        assert not any(isinstance(one, ast.AnnAssign) for one in ast.walk(ast.parse(source))), name


PROGRAM = """
from sync import ChatKit, CommandRejected
from sync.types import ChatKitOptions

options: ChatKitOptions = {"api": {"url": "/chatkit", "domain_key": "x"}}
chatkit = ChatKit("#chat", options=options)

async def ask() -> str | None:
    try:
        await chatkit.send_user_message("Hello")
    except CommandRejected as error:
        return error.kind
    return chatkit.snapshot.thread_id
"""


def test_the_stubs_tell_a_type_checker_everything(bundle: Path, tmp_path: Path) -> None:
    [wheel] = bundle.glob("chatkit_sync_stubs-*.whl")
    venv.create(tmp_path / "venv", with_pip=False)
    [packages] = (tmp_path / "venv" / "lib").glob("python*/site-packages")
    zipfile.ZipFile(wheel).extractall(packages)

    def said(program: str) -> str:
        (tmp_path / "page.py").write_text(program)
        command = [sys.executable, "-m", "mypy", "--strict", "page.py"]
        command += ["--python-executable", str(tmp_path / "venv" / "bin" / "python")]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True).stdout

    assert "Success" in said(PROGRAM)
    assert '"send_user_message" of "ChatKit"' in said(PROGRAM.replace('"Hello"', "7"))
    assert 'TypedDict item "url" has type "str"' in said(PROGRAM.replace('"/chatkit"', "7"))


PUBLIC = {*sync.__all__, "Events"}


def signatures(source: str) -> Iterator[tuple[str, ...]]:
    """Functions, classes and methods that others can name, with what a page can pass by name."""
    for node in ast.parse(source).body:
        inner = node.body if isinstance(node, ast.ClassDef) else []
        if isinstance(node, ast.ClassDef):
            yield (node.name,)
        for one in [node, *inner]:
            if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef)):
                skipped = 1 if inner else 0
                names = [arg.arg for arg in [*one.args.args[skipped:], *one.args.kwonlyargs]]
                outer = node.name if isinstance(node, ast.ClassDef) else one.name
                yield (outer, one.name, *(names if outer in PUBLIC else []))


def test_small_python_keeps_the_names_that_others_use() -> None:
    kept = set()
    for name, source in small_sources(ROOT / "sync").items():
        of_source = signatures((ROOT / "sync" / name).read_text())
        public = {one for one in of_source if not any(re.match("_[^_]", each) for each in one[:2])}
        assert public - set(signatures(source)) == set(), name
        kept |= public
    assert {"start", "update", "send_user_message", "on"} <= {one[1] for one in kept if one[1:]}
    assert ("Events", "on", "name", "function") in kept


def methods(source: str) -> set[str]:
    """The names of all methods, which tracebacks tell."""
    classes = [one for one in ast.walk(ast.parse(source)) if isinstance(one, ast.ClassDef)]
    inside = [one for outer in classes for one in outer.body]
    return {one.name for one in inside if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef))}


def test_small_python_has_short_names_for_private_attributes_that_are_no_methods() -> None:
    known = set()
    long = set()
    for source in small_sources(ROOT / "sync").values():
        known |= methods(source)
        long |= set(re.findall(r"\.(_[a-z]\w{2,})", source))
    assert "_arrived" in known
    # These are names of functions or constants as well, or of a slot.
    assert long <= known | {"_given", "_once", "_running", "_scope", "_whole"}


def test_a_name_that_is_not_there_any_more_stops_the_build() -> None:
    with pytest.raises(BuildError, match=r"embed\.js does not name gone"):
        renamed("sync/embed.js", {"gone": "x"})


def test_a_folder_that_is_no_bundle_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "to-mother.txt").write_text("Dear mother")
    (tmp_path / "letters" / "VERSION").write_text("2")
    monkeypatch.setattr(sys, "argv", ["dist", str(tmp_path / "letters")])
    assert main() == 1
    assert "letters is no bundle" in capsys.readouterr().err
    assert (tmp_path / "letters" / "to-mother.txt").read_text() == "Dear mother"


def test_the_instructions_list_what_of_the_standard_library_is_left_out(bundle: Path) -> None:
    text = (bundle / "README.md").read_text()
    assert all(f"`{name}`" in text for name in DROPPED)
    assert "{" not in re.sub(r"`+[^`]*`+", "", text, flags=re.DOTALL), "a value is missing"
