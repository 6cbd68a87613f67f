"""Hands out what every start of Pyodide imports from one table, in one reading.

``stdlib_in_pyodide.py`` puts this into the library as ``sitecustomize``, which Python imports
before all that Pyodide needs, and beside it the table: 130 modules, each of which would be looked
for, opened and read by itself (40 ms of a start, measured under Node).
"""

import marshal
import sys
import zipimport

TYPE_CHECKING = False
if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec
    from types import CodeType
else:
    # All other modules are in the table.
    ModuleSpec = type(sys.__spec__)

LIBRARY = next(path for path in sys.path if path.endswith(".zip"))
TABLE = "start.bin"


class Importer(zipimport.zipimporter):
    """The library's own importer, with the table in the place of the zip's directory."""

    def get_code(self, fullname: str) -> "CodeType":
        """Return a module's code."""
        return codes[fullname]


class Finder:
    """Knows where the modules of the table are."""

    @staticmethod
    def find_spec(name: str, *_: object) -> "ModuleSpec | None":
        """See ``importlib.abc.MetaPathFinder``: the module's name, and more that is not needed."""
        if name in codes:
            folder = LIBRARY + "/" + name.rpartition(".")[0].replace(".", "/")
            loader = importers.get(folder)
            if loader is None:
                loader = importers[folder] = Importer(folder.rstrip("/"))
            file = f"{LIBRARY}/{name.replace('.', '/')}"
            if name not in packages:
                return spec_of(name, loader, f"{file}.pyc")
            spec = spec_of(name, loader, f"{file}/__init__.pyc", is_package=True)
            spec.submodule_search_locations = [file]
            return spec
        if name in preferred:
            return library.find_spec(name)
        return None


def spec_of(name: str, loader: Importer, file: str, *, is_package: bool = False) -> "ModuleSpec":
    """Return what the library's own importer would."""
    spec = ModuleSpec(name, loader, origin=file, is_package=is_package)  # type: ignore[arg-type]
    spec.has_location = True
    return spec


def prefer(name: str) -> None:
    """Take a package of the library rather than one of this name where the page runs."""
    preferred.add(name)


codes: "dict[str, CodeType]"
packages: "list[str]"
library = zipimport.zipimporter(LIBRARY)
codes, packages = marshal.loads(library.get_data(f"{LIBRARY}/{TABLE}"))
importers: dict[str, Importer] = {}
preferred: set[str] = set()
sys.meta_path.insert(0, Finder)
