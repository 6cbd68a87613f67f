"""Our Python made small: without docstrings, comments and annotations, with short names inside.

Methods, and what others can name, keep their names, which tracebacks tell.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections import Counter
from pathlib import Path
from string import ascii_lowercase

import python_minifier


def small_sources(package: Path) -> dict[str, str]:
    """Return the source of each module by its file name, in order."""
    trees = {path.name: ast.parse(path.read_text()) for path in sorted(package.glob("*.py"))}
    short = ShortAttributes(list(trees.values()))
    return {name: small(tree, name, short) for name, tree in trees.items()}


def small(module: ast.Module, name: str, short: ShortAttributes) -> str:
    """Return a module that does the same; what others can name keeps its name."""
    tree = WithoutTypes().visit(short.visit(module))
    text = ast.unparse(tree)
    return python_minifier.minify(
        text,
        filename=name,
        remove_literal_statements=True,
        # Private functions and constants of the module; what others can name keeps its name.
        rename_globals=True,
        preserve_globals=[one for one in set(re.findall(r"\w+", text)) if one[0] != "_" or one[:2] == "__"],
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


def named(node: ast.AST) -> list[str]:
    """Return the names that a node has otherwise than as an attribute."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    return []
