"""Our Python made small: without docstrings, comments and annotations, with short names inside.

Methods keep their names, which tracebacks tell, and so does all that a page's Python can name.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections import Counter
from pathlib import Path
from string import ascii_lowercase

import python_minifier

ANY = ""
"""Whatever is called by a name that none of our functions has."""


def small_sources(package: Path) -> dict[str, str]:
    """Return the source of each module by its file name, in order."""
    trees = {path.name: ast.parse(path.read_text()) for path in sorted(package.glob("*.py"))}
    passes = [
        WithoutTypes(),
        ShortAttributes(list(trees.values())),
        ShortParameters(list(trees.values())),
    ]
    return {name: small(tree, name, passes) for name, tree in trees.items()}


def small(tree: ast.Module, name: str, passes: list[ast.NodeTransformer]) -> str:
    """Return a module that does the same; what others can name keeps its name."""
    for one in passes:
        tree = one.visit(tree)
    text = ast.unparse(tree)
    return python_minifier.minify(
        text,
        filename=name,
        remove_literal_statements=True,
        # Private functions and constants of the module; what others can name keeps its name.
        rename_globals=True,
        preserve_globals=[
            one for one in set(re.findall(r"\w+", text)) if one[0] != "_" or one[:2] == "__"
        ],
        # Constant texts as names are read once more at every start, for bytes that gzip saves too.
        hoist_literals=False,
    )


class WithoutTypes(ast.NodeTransformer):
    """Leaves out what only type checkers read."""

    def visit_If(self, node: ast.If) -> ast.stmt | None:
        """Leave out ``if TYPE_CHECKING:``."""
        is_for_types = isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        return None if is_for_types and not node.orelse else self.generic_visit(node)  # type: ignore[return-value]

    def visit_Assign(self, node: ast.Assign) -> ast.stmt | None:
        """Leave out ``TYPE_CHECKING = False``."""
        [target, *_] = node.targets
        return None if isinstance(target, ast.Name) and target.id == "TYPE_CHECKING" else node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt | None:
        """Leave out ``name: type`` without a value."""
        return node if node.value else None


class ShortAttributes(ast.NodeTransformer):
    """Gives private attributes of our objects short names, the same in every module."""

    def __init__(self, trees: list[ast.Module]) -> None:
        nodes = [node for tree in trees for node in ast.walk(tree)]
        attributes = Counter(node.attr for node in nodes if isinstance(node, ast.Attribute))
        ours = {
            node.attr
            for node in nodes
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
        }
        # Methods, constants of classes, and what is looked up by its text.
        others = {name for node in nodes for name in named(node)}
        wanted = [
            name
            for name, _ in attributes.most_common()
            if re.match("_[^_]", name) and name in ours - others
        ]
        pairs = itertools.product(ascii_lowercase, repeat=2)
        # No page's subclass has such names.
        free = (f"_0{''.join(pair)}" for pair in itertools.chain(ascii_lowercase, pairs))
        taken = attributes.keys() | others
        self.names = dict(zip(wanted, (one for one in free if one not in taken), strict=False))

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        """Rename where it is one of ours."""
        self.generic_visit(node)
        node.attr = self.names.get(node.attr, node.attr)
        return node


class ShortParameters(ast.NodeTransformer):
    """Lets parameters have short names, where neither we nor a page names them in a call: the
    minifier renames what can only be passed by position, and then takes the mark away.
    """

    def __init__(self, trees: list[ast.Module]) -> None:
        nodes = [node for tree in trees for node in ast.walk(tree)]
        calls = [node for node in nodes if isinstance(node, ast.Call)]
        bases = bases_of_classes(nodes)
        known = {name for node in nodes for name in defined(node)}
        self.passed: set[tuple[str, str | None]] = set()
        for call in calls:
            callee = ast.unparse(call.func).split(".")[-1]
            # What is called by a name of its caller's may be any of ours.
            for name in {callee, *bases.get(callee, ())} if callee in known else {ANY}:
                self.passed.update((name, keyword.arg) for keyword in call.keywords)
        self.public = public_names(nodes, bases)
        self.outer = ""

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.stmt:
        """Remember whose methods these are."""
        self.outer = node.name
        self.generic_visit(node)
        self.outer = ""
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.stmt:
        """Leave a page's functions and methods alone, but not those inside them."""
        is_private = re.match("_[^_]", node.name)
        if is_private or not self.public & {self.outer, node.name}:
            self.mark(node.args, {ANY, self.outer if node.name == "__init__" else node.name})
        outer, self.outer = self.outer, ""
        self.generic_visit(node)
        self.outer = outer
        return node

    visit_AsyncFunctionDef = visit_FunctionDef  # type: ignore[assignment]  # noqa: N815

    def visit_Lambda(self, node: ast.Lambda) -> ast.expr:
        """A lambda has no name of its own."""
        self.mark(node.args, {ANY})
        return self.generic_visit(node)  # type: ignore[return-value]

    def mark(self, parameters: ast.arguments, names: set[str]) -> None:
        """Let those in front that nobody names be passed by position only."""
        free = itertools.takewhile(
            lambda one: (
                not any((name, word) in self.passed for name in names for word in (one.arg, None))
            ),
            parameters.args,
        )
        parameters.posonlyargs = list(free)
        del parameters.args[: len(parameters.posonlyargs)]


def bases_of_classes(nodes: list[ast.AST]) -> dict[str, set[str]]:
    """Return the bases of each class, by name."""
    return {
        node.name: {base.id for base in node.bases if isinstance(base, ast.Name)}
        for node in nodes
        if isinstance(node, ast.ClassDef)
    }


def public_names(nodes: list[ast.AST], bases: dict[str, set[str]]) -> set[str]:
    """Return what ``__all__`` names, with the classes that those have for bases."""
    [listed] = [
        node.value
        for node in nodes
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    ]
    names = set(ast.literal_eval(listed))
    return names.union(*(bases.get(name, set()) for name in names))


def defined(node: ast.AST) -> list[str]:
    """Return the name of a function or of a class where this is one."""
    is_one = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    return [node.name] if is_one else []  # type: ignore[attr-defined]


def named(node: ast.AST) -> list[str]:
    """Return the names that a node has otherwise than as an attribute."""
    if name := defined(node):
        return name
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    return []
