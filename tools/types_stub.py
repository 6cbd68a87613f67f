"""``python -m tools.types_stub``: writes ``sync/types.pyi`` from OpenAI's published declarations.

Types for editors and type checkers, without a line at run time: a stub that has no module. Keys of
options are in snake_case; what callbacks get and give back keeps its own.
"""

from __future__ import annotations

import json
import re
import subprocess
from typing import Any

from sync.schema import snake
from tools.setup import NODE_MODULES, ROOT, VENV_PYTHON

TARGET = ROOT / "sync" / "types.pyi"
LONG = 10
"""Words that a list has at most without a name of its own."""
PLAIN = {"text": "str", "number": "float", "yes": "bool", "any": "Any"}
HEAD = '''"""What options, callbacks and commands take and give, for type checkers.

Made by `make types` from the declarations of `@openai/chatkit` {version}: change that tool, not
this. There is no such module at run time: import it where `TYPE_CHECKING` is true.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Literal, NotRequired, TypedDict

'''


class Stub:
    """Collects a class for each shape, each after those that it names.

    A shape has up to three forms: "plain" as callbacks and commands have it, "option" with keys in
    snake_case, and "change" as `update` takes it, of which any member may be given or be ``None``.
    """

    def __init__(self) -> None:
        self.classes: dict[str, str] = {}
        self.lists: dict[str, str] = {}

    def type_of(self, kind: dict[str, Any], name: str, *, form: str) -> str:
        """Return the annotation of a kind; ``name`` is for a shape that has none of its own."""
        # Where any text will do, the words that are known would only fill the screen.
        is_text = any(one.get("plain") == "text" for one in kind["any"])
        chosen = [one for one in kind["any"] if not (is_text and "words" in one)]
        found = [self.alternative(one, name, form=form) for one in chosen]
        found += ["None"] if kind["nullable"] or not found else []
        return " | ".join(dict.fromkeys(found))

    def alternative(self, one: dict[str, Any], name: str, *, form: str) -> str:
        """Return the annotation of one alternative."""
        if "words" in one:
            return self.words(one["words"], name)
        if "list" in one:
            # A list is replaced, and so has all that it needs.
            inner = "option" if form == "change" else form
            return f"list[{self.type_of(one['list'], name, form=inner)}]"
        if "table" in one:
            inside = self.type_of(one["table"], name, form=form)
            return f"dict[str, {taken_away(inside) if form == 'change' else inside}]"
        if "members" in one:
            return self.shape(one, name, form=form)
        if one["plain"] == "function":
            return self.function(one, name)
        return PLAIN[one["plain"]]

    def words(self, words: list[Any], name: str) -> str:
        """Return the annotation of known words; a long list gets a name, after its member."""
        text = f"Literal[{', '.join(json.dumps(word) for word in words)}]"
        if len(words) <= LONG:
            return text
        title = next((one for one, known in self.lists.items() if known == text), None)
        if title is None:
            last = re.findall("[A-Z][a-z]*", name)[-1]
            title = name if last in self.lists else last
            self.lists[title] = text
        return title

    def function(self, one: dict[str, Any], name: str) -> str:
        """Return the annotation of a function, which may be a coroutine function in any case."""
        if "parameters" not in one:
            return "Callable[..., Any]"
        names = [f"{name}Argument{at or ''}" for at in range(len(one["parameters"]))]
        given = [
            self.type_of(kind, title, form="plain")
            for kind, title in zip(one["parameters"], names, strict=True)
        ]
        result = self.type_of(one["result"], f"{name}Result", form="plain")
        # None last, as the linter wants it.
        at_once = [part for part in [result.removesuffix(" | None")] if part != "None"]
        nothing = ["None"] if result.endswith("None") else []
        returned = " | ".join([*at_once, f"Awaitable[{result}]", *nothing])
        return f"Callable[[{', '.join(given)}], {returned}]"

    def shape(self, one: dict[str, Any], name: str, *, form: str) -> str:
        """Make the class of a shape and return its name."""
        ending = "Changes" if form == "change" else ""
        title = (one["name"] or name.removeprefix("ChatKitOptions")).removesuffix(ending) + ending
        if title in self.classes:
            return title
        lines = []
        for member, about in one["members"].items():
            inside = f"{title.removesuffix(ending)}{upper(member)}"
            inner = self.type_of(about["kind"], inside, form=form)
            key = member if form == "plain" else snake(member)
            if form == "change":
                inner = taken_away(inner)
            is_needed = about["required"] and form != "change"
            lines.append(f"    {key}: {inner if is_needed else f'NotRequired[{inner}]'}")
        body = "\n".join(lines)
        for other, text in self.classes.items():
            if text == body and not one["name"]:
                return other
        self.classes[title] = body
        return title


def taken_away(annotation: str) -> str:
    """Return the annotation of a member that may be ``None``, which takes it away."""
    return annotation.removesuffix(" | None") + " | None"


def upper(name: str) -> str:
    """Return ``leftAction`` as ``LeftAction``."""
    return name[0].upper() + name[1:]


def made() -> str:
    """Return the text of the stub."""
    command = ["node", str(ROOT / "tools" / "declarations.mjs")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    stub = Stub()
    stub.type_of(told["options"], "ChatKitOptions", form="option")
    stub.type_of(told["options"], "ChatKit", form="change")
    for method in ("sendUserMessage", "setComposerValue", "sendCustomAction"):
        for parameter in told["methods"][method]:
            title = f"{upper(method)}{upper(parameter['name'])}"
            stub.type_of(parameter["kind"], title, form="plain")
    package = json.loads((NODE_MODULES / "@openai" / "chatkit" / "package.json").read_text())
    head = HEAD.replace("{version}", package["version"])
    classes = [f"{name} = {text}" for name, text in stub.lists.items()]
    classes += [f"class {name}(TypedDict):\n{body}" for name, body in stub.classes.items()]
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
