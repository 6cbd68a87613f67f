"""What OpenAI's published types take: the options, and the parameters of commands.

A shape is a name and its members. A member's kind is one of

    text number yes function any    the plain kinds; `any` is whatever JSON carries
    'light,dark'                    one of these words or numbers
    [Kind]   {Kind}                 a list, a table whose keys are the page's own words
    Shape                           a table with these members

`|` stands between kinds of which one will do, `!` marks a member that has to be there, `?` one that
may be `None` and is `null` then. A test holds this against the declarations of `@openai/chatkit`.
"""

from .plain import kind_of, problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    Warn = Callable[[str], None]
    Placed = Callable[[str, Any], Any]

SHAPES = """
ChatKitOptions api!:Api locale:text theme:'light,dark'|Theme frameTitle:text initialThread?:text
 onClientTool:function header:Header history:History startScreen:StartScreen
 threadItemActions:ThreadItemActions composer:Composer disclaimer:Disclaimer entities:Entities
 commands:Commands widgets:Widgets thread:Thread
Api url:text fetch:function domainKey:text uploadStrategy:UploadStrategy getClientSecret:function
UploadStrategy type!:'two_phase,direct' uploadUrl:text
Theme colorScheme:'light,dark' typography:Typography radius:'pill,round,soft,sharp'
 density:'compact,normal,spacious' color:Color
Typography baseSize:'14,15,16,17,18' fontSources:[Font] fontFamily:text fontFamilyMono:text
Font family!:text src!:text weight:text|number style:'normal,italic,oblique'
 display:'auto,block,swap,fallback,optional' unicodeRange:text
Color grayscale:Grayscale accent:Accent surface:Surface
Grayscale hue!:number tint!:'0,1,2,3,4,5,6,7,8,9' shade:'-4,-3,-2,-1,0,1,2,3,4'
Accent primary!:text level!:'0,1,2,3'
Surface background!:text foreground!:text
Header enabled:yes title:Title leftAction:HeaderAction rightAction:HeaderAction
Title enabled:yes text:text
HeaderAction icon!:text onClick!:function
History enabled:yes showDelete:yes showRename:yes
StartScreen greeting:text prompts:[Prompt]
Prompt label!:text prompt!:text|[Content] icon:text
ThreadItemActions feedback:yes retry:yes
Composer placeholder:text attachments:Attachments tools:[Tool] models:[Model] dictation:Dictation
Attachments enabled!:yes maxSize:number|{number} maxCount:number accept:{[text]}
Tool id!:text label!:text icon!:text shortLabel:text placeholderOverride:text pinned:yes
 persistent:yes
Model id!:text label!:text description:text disabled:yes default:yes
Dictation enabled!:yes
Disclaimer text!:text highContrast:yes
Entities onTagSearch:function showComposerMenu:yes onClick:function onRequestPreview:function
Commands enabled!:yes onSearch:function onSelect:function
Widgets onAction:function
Thread autoScroll:yes
Content type!:'input_text,input_tag' text!:text id:text group:text data:{any} interactive:yes
Attachment type!:'file,image' id!:text name!:text mime_type!:text preview_url:text
ToolChoice id!:text
Action type!:text payload:{any}
send_user_message text:text content:[Content] reply:text attachments:[Attachment] newThread:yes
 toolChoice:ToolChoice model:text
set_composer_value text:text content:[Content] reply:text attachments:[Attachment] files:[any]
 selectedToolId?:text selectedModelId:text
"""

PARAMETERS = {
    "send_user_message": ("send_user_message",),
    "set_composer_value": ("set_composer_value",),
    "set_thread_id": ("thread_id:text",),
    "send_custom_action": ("action:Action", "item_id:text"),
}
"""A command's parameters, each its name and its kind; or the kind that the parameters make up."""

RESULTS = {
    "options.api.getClientSecret": "text",
    "options.entities.onTagSearch": "[any]",
    "options.commands.onSearch": "[any]",
}
"""What callbacks return that the element cannot do without: a forgotten `return` is told."""

_shapes: "dict[str, dict[str, str]]" = {}


def shape(name: "str") -> "dict[str, str]":
    """The members of a shape, each `name` with its marks, and its kind."""
    if not _shapes:
        for line in SHAPES.strip().replace("\n ", " ").split("\n"):
            title, *members = line.split(" ")
            _shapes[title] = dict([member.split(":", 1) for member in members])
    return _shapes[name]


def is_option(name: "str") -> "bool":
    """Whether it is a member of the published type `ChatKitOptions`, in camelCase or snake_case."""
    return camel(name) in [member.rstrip("!?") for member in shape("ChatKitOptions")]


class Fitting:
    """Brings values into the form of a shape.

    `warn(message)` is told of members that nobody knows and of words that are none of the known:
    they go to the element all the same, which may be newer. `placed(place, function)` returns what
    stands for a function, or raises.
    """

    def __init__(self, warn: "Warn", placed: "Placed"):
        self._warn = warn
        self._placed = placed

    def fit(self, value: "Any", kind: "str", place: "str") -> "Any":
        """The value as plain data, keys as the types write them; members that are `None` are left
        out unless the types have `null` there. Raises `TypeError` with the place for a value of a
        kind that the types do not have there.
        """
        kinds = kind.split("|")
        for one in kinds:
            if _is(value, one):
                return self._as(value, one, place)
        wanted = " or ".join([_words(one) for one in kinds])
        raise TypeError(f"{place} is {_named(value)}, and has to be {wanted}")

    def _as(self, value: "Any", kind: "str", place: "str") -> "Any":
        if kind == "function":
            return self._placed(place, value)
        if kind[0] == "[":
            return [self.fit(one, kind[1:-1], f"{place}[{at}]") for at, one in enumerate(value)]
        if kind[0] == "'":
            known = kind[1:-1].split(",")
            if str(value) not in known:
                self._warn(f"{place} is {value!r}; known: {', '.join(known)}")
        elif kind[0] == "{":
            return self._table(value, kind[1:-1], place)
        elif kind[0].isupper() or "_" in kind:
            return self._members(value, kind, place)
        return _plain(value, place)

    def _table(self, value: "Any", kind: "str", place: "str") -> "dict[str, Any]":
        for key in value:
            if not isinstance(key, str):
                raise TypeError(f"{place} has the key {key!r}, and keys have to be text")
        return {key: self.fit(one, kind, f"{place}.{key}") for key, one in value.items()}

    def _members(self, value: "Any", title: "str", place: "str") -> "dict[str, Any]":
        members = {name.rstrip("!?"): (name, kind) for name, kind in shape(title).items()}
        out: "dict[str, Any]" = {}
        meant: "list[str]" = []
        for key, one in value.items():
            name = key if key in members else camel(str(key))
            marked, kind = members.get(name, ("", ""))
            if not kind:
                meant.append(self._unknown(key, name, list(members), place))
            if name in out:
                raise TypeError(f"{place}.{name} is there twice, as {name} and in snake_case")
            if one is None:
                out[name] = None if marked.endswith("?") else _LEFT_OUT
            elif kind:
                out[name] = self.fit(one, kind, f"{place}.{name}")
            else:
                out[name] = self._foreign(one, f"{place}.{name}")
        given = {name: one for name, one in out.items() if one is not _LEFT_OUT}
        missing = [name for name, (marked, _) in members.items() if marked.endswith("!")]
        missing = [
            name for name in missing if out.get(name, _LEFT_OUT) is _LEFT_OUT and name not in meant
        ]
        if missing:
            self._warn(f"{place} has no {', '.join(missing)}, which the types ask for")
        return given

    def _unknown(self, key: "Any", name: "str", known: "list[str]", place: "str") -> "str":
        """Tells of a name that nobody knows; returns the one that is meant, empty where none is."""
        near = nearest(name, known)
        if near:
            written = snake(near) if "_" in str(key) else near
            self._warn(f"{place}.{key} is unknown; perhaps {written} is meant")
        else:
            self._warn(f"{place}.{key} is unknown; known: " + ", ".join(known))
        return near

    def _foreign(self, value: "Any", place: "str") -> "Any":
        """What a newer element may know: functions may stand anywhere in it."""
        if callable(value):
            return self._placed(place, value)
        if isinstance(value, (list, tuple)):
            return [self._foreign(one, f"{place}[{at}]") for at, one in enumerate(value)]
        if isinstance(value, dict):
            return {key: self._foreign(one, f"{place}.{key}") for key, one in value.items()}
        return _plain(value, place)


def _plain(value: "Any", place: "str") -> "Any":
    said = problem(value, place)
    if said:
        raise TypeError(said)
    return value


def _refuse(place: "str", function: "Any") -> "None":
    raise TypeError(f"{place} is a function, which cannot cross into JavaScript")


def fit_result(place: "str", result: "Any", warn: "Warn") -> "Any":
    """What a callback has returned, as plain data. Raises `TypeError` as `Fitting`."""
    return Fitting(warn, _refuse).fit(result, RESULTS.get(place, "any"), f"the result of {place}")


def fit_parameters(command: "str", parameters: "list[Any]", warn: "Warn") -> "list[Any]":
    """What a command is called with, as plain data. Raises `TypeError` as `Fitting`."""
    fitting = Fitting(warn, _refuse)
    known = PARAMETERS.get(command, ())
    out = []
    for at, one in enumerate(parameters):
        named = known[at] if at < len(known) else "any"
        name, _, kind = named.rpartition(":")
        place = f"{command}().{name}" if name else f"{command}()"
        out.append(None if one is None else fitting.fit(one, kind, place))
    return out


_LEFT_OUT = object()


def _is(value: "Any", kind: "str") -> "bool":
    if kind == "any":
        return True
    if kind == "text":
        return isinstance(value, str)
    if kind == "yes":
        return isinstance(value, bool)
    if kind == "function":
        return callable(value)
    if kind[0] == "[":
        return isinstance(value, (list, tuple))
    if kind == "number" or (kind[0] == "'" and kind[1] in "-0123456789"):
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, str if kind[0] == "'" else dict)


def _words(kind: "str") -> "str":
    plain = {"text": "text", "number": "a number", "yes": "true or false", "function": "a function"}
    if kind[0] == "'":
        return f"one of {kind[1:-1].replace(',', ', ')}"
    return plain.get(kind, "a list" if kind[0] == "[" else "a dict")


def _named(value: "Any") -> "str":
    if value is None or isinstance(value, bool):
        return repr(value)
    return kind_of(value)


def camel(name: "str") -> "str":
    """`initial_thread` as `initialThread`; anything that is no snake_case stays, as `text/x_y`."""
    first, *others = name.split("_")
    if not _latin(first) or not all(_latin(part[:1]) for part in others):
        return name
    return first + "".join([part[0].upper() + part[1:] for part in others])


def _latin(text: "str") -> "bool":
    """Whether these are letters from a to z; MicroPython's `isalpha` knows no others."""
    return bool(text) and all("a" <= letter <= "z" for letter in text.lower())


def snake(name: "str") -> "str":
    """`initialThread` as `initial_thread`."""
    return "".join(["_" + letter.lower() if letter.isupper() else letter for letter in name])


def nearest(name: "str", known: "Iterable[str]") -> "str":
    """The known name that differs in the fewest letters; empty where none is near."""
    near, best = "", len(name) // 3 + 1
    for one in known:
        distance = _distance(name.lower(), one.lower())
        if distance <= best and (not near or distance < best):
            near, best = one, distance
    return near


def hint(name: "str", known: "Iterable[str]") -> "str":
    """What to say of a name that nobody knows: the nearest, or all."""
    near = nearest(name, known)
    return f"did you mean {near!r}?" if near else f"known: {', '.join(known)}."


def _distance(one: "str", other: "str") -> "int":
    """Letters to insert, delete or replace (Levenshtein); `difflib` is not on MicroPython."""
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one):
        former = row
        row = [at + 1]
        for to, wanted in enumerate(other):
            row.append(min(former[to] + (letter != wanted), former[to + 1] + 1, row[to] + 1))
    return row[-1]
