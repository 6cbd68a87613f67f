"""``python -m tools.types_stub``: writes ``sync/types.pyi`` from OpenAI's published declarations.

Types for editors and type checkers, without a line at run time: a stub that has no module. Keys of
options are in snake_case; what callbacks get and give back keeps its own.
"""

from __future__ import annotations

import json
import subprocess
from typing import Any

from sync.schema import snake
from tools.setup import NODE_MODULES, ROOT, VENV_PYTHON

TARGET = ROOT / "sync" / "types.pyi"
PLAIN = {"text": "str", "number": "float", "yes": "bool", "any": "Any"}
HEAD = '''"""What options, callbacks and commands take and give, for type checkers.

Made by `make types` from the declarations of `@openai/chatkit` {version}: change that tool, not
this. There is no such module at run time: import it where `TYPE_CHECKING` is true.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Literal, NotRequired, TypedDict

'''


class Stub:
    """Collects a class for each shape, each after those that it names."""

    def __init__(self) -> None:
        self.classes: dict[str, str] = {}

    def type_of(self, kind: dict[str, Any], name: str, *, is_option: bool) -> str:
        """Return the annotation of a kind; ``name`` is for a shape that has none of its own."""
        # Where any text will do, the words that are known would only fill the screen.
        is_text = any(one.get("plain") == "text" for one in kind["any"])
        chosen = [one for one in kind["any"] if not (is_text and "words" in one)]
        found = [self.alternative(one, name, is_option=is_option) for one in chosen]
        found += ["None"] if kind["nullable"] or not found else []
        return " | ".join(dict.fromkeys(found))

    def alternative(self, one: dict[str, Any], name: str, *, is_option: bool) -> str:
        """Return the annotation of one alternative."""
        if "words" in one:
            return f"Literal[{', '.join(json.dumps(word) for word in one['words'])}]"
        if "list" in one:
            return f"list[{self.type_of(one['list'], name, is_option=is_option)}]"
        if "table" in one:
            return f"dict[str, {self.type_of(one['table'], name, is_option=is_option)}]"
        if "members" in one:
            return self.shape(one, name, is_option=is_option)
        if one["plain"] == "function":
            return self.function(one, name)
        return PLAIN[one["plain"]]

    def function(self, one: dict[str, Any], name: str) -> str:
        """Return the annotation of a function, which may be a coroutine function in any case."""
        if "parameters" not in one:
            return "Callable[..., Any]"
        names = [f"{name}Argument{at or ''}" for at in range(len(one["parameters"]))]
        given = [
            self.type_of(kind, title, is_option=False)
            for kind, title in zip(one["parameters"], names, strict=True)
        ]
        result = self.type_of(one["result"], f"{name}Result", is_option=False)
        # None last, as the linter wants it.
        at_once = [part for part in [result.removesuffix(" | None")] if part != "None"]
        nothing = ["None"] if result.endswith("None") else []
        returned = " | ".join([*at_once, f"Awaitable[{result}]", *nothing])
        return f"Callable[[{', '.join(given)}], {returned}]"

    def shape(self, one: dict[str, Any], name: str, *, is_option: bool) -> str:
        """Make the class of a shape and return its name."""
        title = one["name"] or name.removeprefix("ChatKitOptions")
        if title in self.classes:
            return title
        lines = []
        for member, about in one["members"].items():
            inner = self.type_of(about["kind"], f"{title}{upper(member)}", is_option=is_option)
            key = snake(member) if is_option else member
            lines.append(f"    {key}: {inner if about['required'] else f'NotRequired[{inner}]'}")
        body = "\n".join(lines)
        for other, text in self.classes.items():
            if text == body and not one["name"]:
                return other
        self.classes[title] = body
        return title


def upper(name: str) -> str:
    """Return ``leftAction`` as ``LeftAction``."""
    return name[0].upper() + name[1:]


def made() -> str:
    """Return the text of the stub."""
    command = ["node", str(ROOT / "tools" / "declarations.mjs")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    stub = Stub()
    stub.type_of(told["options"], "ChatKitOptions", is_option=True)
    for method in ("sendUserMessage", "setComposerValue", "sendCustomAction"):
        for parameter in told["methods"][method]:
            title = f"{upper(method)}{upper(parameter['name'])}"
            stub.type_of(parameter["kind"], title, is_option=False)
    package = json.loads((NODE_MODULES / "@openai" / "chatkit" / "package.json").read_text())
    head = HEAD.replace("{version}", package["version"])
    # `update` takes the same, and need not be told of the API.
    api, others = stub.classes.pop("ChatKitOptions").split("\n", 1)
    stub.classes["_Options"] = others
    classes = [f"class {name}(TypedDict):\n{body}" for name, body in stub.classes.items()]
    classes.append(f"class ChatKitOptions(_Options):\n{api}")
    classes.append("class ChatKitChanges(_Options):\n    api: NotRequired[Api]")
    text = head + "\n\n".join(classes) + "\n"
    return formatted(text)


def formatted(text: str) -> str:
    """Return the text as our formatter has it."""
    command = ["ruff", "format", "--stdin-filename", str(TARGET), "-"]
    done = subprocess.run(
        [str(VENV_PYTHON), "-m", *command], input=text, capture_output=True, text=True, check=True
    )
    return done.stdout


if __name__ == "__main__":
    TARGET.write_text(made())
    print(f"{TARGET.relative_to(ROOT)} written")
