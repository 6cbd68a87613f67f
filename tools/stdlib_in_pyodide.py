"""Compiles and trims Pyodide's standard library; runs inside Pyodide, started by ``stdlib.mjs``.

``build`` turns each ``name.py`` of the stock zip into ``name.pyc`` in its place (Python's importer
takes such a file instead of the source), leaves out what ``DROPPED`` names, adds PyScript's own
package, which every page imports, and stores all of it uncompressed: the server compresses for the
network, and the browser need not inflate twice.
``prove``, in a Pyodide started from the result, imports what a page may expect.
"""

import importlib.util
import marshal
import sys
import zipfile
from collections.abc import Iterable, Mapping
from types import CodeType

# What a page in a browser has no use for. A package stands for all that is in it.
DROPPED = frozenset(
    # Terminals, debuggers, documentation browsers
    "_pyrepl bdb cmd curses doctest getpass idlelib pdb pty pydoc pydoc_data tkinter tty"
    " turtle turtledemo webbrowser"
    # Measuring and tracing a program from its command line
    " cProfile profile pstats timeit trace tracemalloc"
    # Processes and threads of the operating system, servers, mail over sockets
    " concurrent.interpreters ftplib http.server imaplib mailbox multiprocessing netrc poplib"
    " smtplib wsgiref xmlrpc"
    # Building and testing Python programs
    " compileall distutils ensurepip json.tool lib2to3 modulefinder pickletools py_compile pyclbr"
    " symtable tabnanny test unittest venv zipapp"
    # Other systems
    " asyncio.proactor_events asyncio.windows_events asyncio.windows_utils ctypes._aix"
    " ctypes.macholib ctypes.wintypes encodings.mbcs encodings.oem nturl2path"
    # Python twins of modules that this build has in C
    " _py_abc _pydatetime _pyio"
    # Command line front ends
    " asyncio.__main__ asyncio.tools json.__main__ sqlite3.__main__ sysconfig.__main__"
    # Jokes and samples
    " __hello__ __phello__ antigravity this".split()
)

# What a page may expect: PyScript's own imports first, then everyday Python.
KEPT = """
    html zipfile shutil tarfile
    argparse ast asyncio base64 bisect calendar cmath codecs collections colorsys concurrent.futures
    configparser contextlib copy csv ctypes dataclasses datetime decimal difflib email.message
    email.parser enum fractions functools gettext glob graphlib gzip hashlib heapq hmac html.parser
    http.client http.cookies importlib.metadata importlib.resources inspect io ipaddress itertools
    json keyword linecache locale logging logging.config math mimetypes numbers operator os pathlib
    pickle pkgutil platform pprint queue quopri random re reprlib secrets shelve shlex socket
    sqlite3 statistics string stringprep struct subprocess sysconfig tempfile textwrap threading
    tokenize tomllib traceback types typing unicodedata urllib.error urllib.parse urllib.request
    urllib.robotparser uuid warnings wave weakref xml.dom.minidom xml.etree.ElementTree xml.sax
    zipimport zlib zoneinfo pyodide.code pyodide.console pyodide.ffi pyodide.http
""".split()

# What every start imports by name alone and hardly a page uses: colours of tracebacks (dataclasses
# that run the compiler), TLS, archives. Their code waits in the zip until something of theirs is
# asked for; all of it together is a quarter of Pyodide's own start (measured under Node).
LATE = ("_colorize", "asyncio.sslproto", "bz2", "compression.zstd", "lzma", "ssl")
LATE_SOURCE = """def __getattr__(name):
    import marshal
    module = globals()
    del module["__getattr__"]
    exec(marshal.loads(__loader__.get_data(__file__ + ".late")), module)
    try:
        return module[name]
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
"""

# What Python imports before it can read the table.
BEFORE = ("encodings", "encodings.aliases", "encodings.utf_8")

UNCHECKED_HASH = 0b01  # the flags word of a .pyc that is never compared with a source


def build(
    stock: str,
    compiled: str,
    started: Iterable[str],
    further: Mapping[str, str] | None = None,
    customize: str = "",
) -> str:
    """Write the compiled library and return one line on what it holds.

    ``started`` names the modules that Pyodide imports by itself; leaving one out is an error.
    ``further`` has sources by file name that come on top; ``customize`` is the text of
    ``stdlib_start.py``, without which there is no table.
    """
    codes: dict[str, CodeType] = {}
    packages: list[str] = []
    with zipfile.ZipFile(stock) as source, zipfile.ZipFile(compiled, "w") as target:
        names = source.namelist()
        dropped = [name for name in names if is_dropped(name)]
        for name in names:
            if name in dropped or name.endswith("/"):
                continue
            data, module = source.read(name), module_of(name)
            if customize and module in started and module not in (*BEFORE, *LATE):
                codes[module] = code_of(name, data)
                packages += [module] if name.endswith("/__init__.py") else []
            else:
                add(target, name, data, is_late=module in LATE)
        for name, text in (further or {}).items():
            add(target, name, text.encode())
        if customize:
            add(target, "sitecustomize.py", customize.encode())
            put(target, "start.bin", marshal.dumps((codes, packages)))
        kept = len(target.namelist()) + len(codes)
    needed = sorted(module for module in started if is_dropped(module.replace(".", "/") + ".py"))
    if needed:
        raise ImportError(f"Pyodide imports these at its start, do not drop them: {needed}")
    return f"standard library: {kept} files compiled, {len(dropped)} left out"


def is_dropped(name: str) -> bool:
    """Tell whether a file of the library belongs to a module that is left out."""
    parts = name.removesuffix(".py").split("/")
    return any(".".join(parts[:end]) in DROPPED for end in range(1, len(parts) + 1))


def module_of(name: str) -> str:
    """Return the module that a file of the library is."""
    return name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def add(target: zipfile.ZipFile, name: str, data: bytes, *, is_late: bool = False) -> None:
    """Put one file into the zip, a source as byte code."""
    if is_late:
        put(target, f"{name}c.late", marshal.dumps(code_of(name, data)))
        data = LATE_SOURCE.encode()
    if name.endswith(".py"):
        name, data = name + "c", byte_code(name, data)
    put(target, name, data)


def put(target: zipfile.ZipFile, name: str, data: bytes) -> None:
    """Put bytes into the zip with a fixed date: equal in, equal out."""
    info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    info.external_attr = 0o644 << 16
    target.writestr(info, data, zipfile.ZIP_STORED)


def byte_code(name: str, source: bytes) -> bytes:
    """Compile a source to the bytes of a ``.pyc``."""
    return pyc(source, code_of(name, source))


def small_byte_code(name: str, source: str) -> bytes:
    """Compile a source to the bytes of a ``.pyc`` whose tracebacks name no lines."""
    code = compile(source, name, "exec", optimize=2, dont_inherit=True)
    # The same for every file: nobody compares it, and eight bytes at random compress badly.
    return pyc(b"", without_lines(code))


def pyc(source: bytes, code: CodeType) -> bytes:
    """Return the bytes of a ``.pyc`` that is never compared with its source (PEP 552)."""
    header = importlib.util.MAGIC_NUMBER + UNCHECKED_HASH.to_bytes(4, "little")
    return header + importlib.util.source_hash(source) + marshal.dumps(code)


def without_lines(code: CodeType) -> CodeType:
    """Leave out where in the source each instruction stands: a source made small has no lines."""
    inner = (without_lines(one) if isinstance(one, CodeType) else one for one in code.co_consts)
    # An empty table ends the module `traceback` itself (measured). Entries "no location", for
    # eight units of code each and then for the rest (CPython: Objects/locations.md).
    whole, rest = divmod(len(code.co_code) // 2, 8)
    table = b"\xff" * whole + (bytes([0xF8 | (rest - 1)]) if rest else b"")
    return code.replace(co_linetable=table, co_qualname=code.co_name, co_consts=tuple(inner))


def code_of(name: str, source: bytes) -> CodeType:
    """Compile a source, without docstrings and asserts.

    The file name inside the code is the one that tracebacks show for the stock library.
    """
    version = f"{sys.version_info[0]}{sys.version_info[1]}"
    code: CodeType = compile(
        source, f"/lib/python{version}.zip/{name}", "exec", optimize=2, dont_inherit=True
    )
    return code


def prove() -> None:
    """Import all that a page may expect; raise for what is missing."""
    asked = [name for name in LATE if name in sys.modules and not waits(name)]
    if asked:
        raise ImportError(f"Pyodide asks for something of these at its start: {asked}")
    for name in [*KEPT, *LATE]:
        importlib.import_module(name)
    for name in LATE:
        hasattr(sys.modules[name], "anything")
        if waits(name):
            raise ImportError(f"{name} does not come when something of it is asked for")
    if not json_file().endswith(".pyc"):
        raise ImportError(f"not the compiled library: json comes from {json_file()}")


def waits(name: str) -> bool:
    """Tell whether a module of ``LATE`` has not been needed yet."""
    code = getattr(vars(sys.modules[name]).get("__getattr__"), "__code__", None)
    return code is not None and "marshal" in code.co_names


def json_file() -> str:
    """Return where a module of the library was loaded from."""
    return str(sys.modules["json"].__cached__ or sys.modules["json"].__file__)
