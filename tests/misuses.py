"""One table of what people do wrong with the Python interface, and of the one message for each.

Every row is run on CPython with fakes, and in a page on both interpreters.
"""

from __future__ import annotations

from dataclasses import dataclass

CANNOT = "cannot cross into JavaScript"
MUST = "and has to be"


@dataclass(frozen=True)
class Misuse:
    """`code` is the body of an async function. It has `chatkit`, the owner of an element, and `js`,
    an object of JavaScript's. The message names `place` and holds `said`. With `called` the
    element, or its server, then calls what was given, with these arguments.
    """

    place: str
    code: str
    said: str
    called: tuple[object, ...] | None = None


def option(place: str, changes: str, said: str) -> Misuse:
    """Options that make no sense."""
    return Misuse(f"options.{place}", f"chatkit.update({changes})", said)


def callback(place: str, changes: str, said: str, *called: object) -> Misuse:
    """A function in the options that does what it should not."""
    return Misuse(f"options.{place}", f"{GUILTY}\n    chatkit.update({changes})", said, called)


def tool(name: str, function: str, said: str) -> Misuse:
    """A client tool that does what it should not."""
    code = f"{GUILTY}\n    chatkit.client_tool({name!r}, {function}, timeout=0.05)"
    return Misuse(f"the client tool {name!r}", code, said, ({"name": name, "params": {}},))


def command(call: str, said: str, place: str | None = None) -> Misuse:
    """One of the eight commands."""
    return Misuse(place or f"{call.split('(')[0]}()", f"await chatkit.{call}", said)


GUILTY = """
    def raises(*given):
        raise ValueError("no idea")

    async def raises_later(*given):
        raise ValueError("no idea")

    async def hangs(*given):
        await asyncio.Event().wait()
"""

OPTIONS = [
    option("api.url", "{'api': {'url': 7}}", f"is an int, {MUST} text"),
    option("api.fetch", "{'api': {'fetch': 'fetch'}}", f"is a str, {MUST} a function"),
    option("api.uploadStrategy", "{'api': {'uploadStrategy': 'direct'}}", f"{MUST} a dict"),
    option("api", "{'api': {'get_client_secret': print}}", "only one of them can be meant"),
    option("api", "{'api': {'url': None}}", "has neither url nor getClientSecret"),
    option("api.domian_key", "{'api': {'domian_key': 'x'}}", "perhaps domain_key is meant"),
    option("locale", "{'locale': ['de']}", f"is a list, {MUST} text"),
    option("theme", "{'theme': 'darkish'}", "is 'darkish'; known: light, dark"),
    option(
        "theme.color.accent.level",
        "{'theme': {'color': {'accent': {'primary': 'red', 'level': '1'}}}}",
        f"is a str, {MUST} one of 0, 1, 2, 3",
    ),
    option("frame_titel", "{'frame_titel': 'x'}", "perhaps frame_title is meant"),
    option("frameTitle", "{'frameTitle': js}", f"is a JsProxy, {MUST} text"),
    option("initialThread", "{'initial_thread': 7}", f"is an int, {MUST} text"),
    option("onClientTool", "{'on_client_tool': {}}", f"is a dict, {MUST} a function"),
    option("header.leftAction", "{'header': {'left_action': {'icon': 'home'}}}", "has no onClick"),
    option("header.title.enabled", "{'header': {'title': {'enabled': 'no'}}}", "true or false"),
    option("history", "{'history': True}", f"is True, {MUST} a dict"),
    option("history.showDelet", "{'history': {'showDelet': True}}", "perhaps showDelete is meant"),
    option("startScreen.prompts", "{'start_screen': {'prompts': 'Hi'}}", f"is a str, {MUST} a li"),
    option(
        "startScreen.prompts[1].prompt",
        "{'start_screen': {'prompts': [{'label': 'A', 'prompt': 'A'},"
        " {'label': 'B', 'prompt': 7}]}}",
        f"{MUST} text or a list",
    ),
    option(
        "threadItemActions.feedback",
        "{'thread_item_actions': {'feedback': 1}}",
        f"is an int, {MUST} true or false",
    ),
    option(
        "composer.tools[0].label",
        "{'composer': {'tools': [{'id': 'a', 'label': js, 'icon': 'bolt'}]}}",
        f"is a JsProxy, {MUST} text",
    ),
    option(
        "composer.attachments.maxCount",
        "{'composer': {'attachments': {'enabled': True, 'max_count': float('nan')}}}",
        "is nan, which is no number for JavaScript",
    ),
    option(
        "startScreen.prompts[0].prompt[0].data.owner",
        "{'start_screen': {'prompts': [{'label': 'A', 'prompt': [{'type': 'input_tag', 'id': 'a',"
        " 'text': 'A', 'data': {'owner': js}}]}]}}",
        f"is a JsProxy, which {CANNOT}",
    ),
    option("disclaimer.text", "{'disclaimer': {'text': 3}}", f"is an int, {MUST} text"),
    option("disclaimer", "{'disclaimer': {'txt': 'Mind this'}}", "perhaps text is meant"),
    option("entities.onTagSearch", "{'entities': {'on_tag_search': []}}", f"{MUST} a function"),
    option("commands", "{'commands': {'on_search': print}}", "has no enabled"),
    option("widgets.onAction", "{'widgets': {'on_action': 'send'}}", f"{MUST} a function"),
    option("thread.autoScroll", "{'thread': {'auto_scroll': 0}}", f"{MUST} true or false"),
]

HOSTED = "{{'api': {{'url': None, 'domain_key': None, 'get_client_secret': {}}}}}"
ACTION = {"type": "save", "payload": {}}

CALLBACKS = [
    callback("api.getClientSecret", HOSTED.format("raises_later"), "no idea", None),
    callback("api.getClientSecret", HOSTED.format("lambda old: None"), f"None, {MUST} text", None),
    callback("api.fetch", "{'api': {'fetch': raises}}", "no idea", "/chatkit"),
    callback("api.fetch", "{'api': {'fetch': lambda *a: {}}}", "a dict, and no Resp", "/chatkit"),
    callback("onClientTool", "{'on_client_tool': raises}", "no idea", {"name": "x", "params": {}}),
    callback(
        "onClientTool",
        "{'on_client_tool': lambda call: {'seen': {1}}}",
        f"seen is a set, which {CANNOT}",
        {"name": "x", "params": {}},
    ),
    callback("onClientTool", "{}", "no client tool 'x'; it has none", {"name": "x", "params": {}}),
    callback(
        "header.leftAction.onClick",
        "{'header': {'left_action': {'icon': 'home', 'on_click': raises}}}",
        "no idea",
    ),
    callback(
        "header.rightAction.onClick",
        "{'header': {'right_action': {'icon': 'home', 'on_click': raises_later}}}",
        "no idea",
    ),
    callback(
        "entities.onTagSearch",
        "{'entities': {'on_tag_search': lambda query: [{'id': js}]}}",
        f"[0].id is a JsProxy, which {CANNOT}",
        "cat",
    ),
    callback(
        "entities.onTagSearch",
        "{'entities': {'on_tag_search': lambda query: None}}",
        f"None, {MUST} a list",
        "cat",
    ),
    callback("entities.onClick", "{'entities': {'on_click': raises}}", "no idea", {"id": "a"}),
    callback(
        "entities.onRequestPreview",
        "{'entities': {'on_request_preview': lambda entity: {'preview': raises}}}",
        f"preview is a function, which {CANNOT}",
        {"id": "a"},
    ),
    callback(
        "commands.onSearch",
        "{'commands': {'enabled': True, 'on_search': raises_later}}",
        "no idea",
        "cat",
    ),
    callback(
        "commands.onSearch",
        "{'commands': {'enabled': True, 'on_search': lambda query: {}}}",
        f"a dict, {MUST} a list",
        "cat",
    ),
    callback(
        "commands.onSelect",
        "{'commands': {'enabled': True, 'on_select': lambda: None}}",
        "argument",
        {"id": "a"},
    ),
    callback("widgets.onAction", "{'widgets': {'on_action': raises}}", "no idea", ACTION, {}),
    tool("look", "raises", "no idea"),
    tool("wait", "hangs", "TimeoutError in the client tool 'wait': no answer within 0.05 s"),
    tool("find", "lambda params: params['id']", "KeyError"),
    tool("give", "lambda params: {'seen': js}", f"seen is a JsProxy, which {CANNOT}"),
]

COMMANDS = [
    command("send_user_message(7)", f"text is an int, {MUST} text"),
    command("send_user_message('a', attachments=[js])", f"attachments[0] is a JsProxy, {MUST} a d"),
    command("send_user_message('a', attachments=[{'id': 'x'}])", "mime_type"),
    command("send_user_message('a', tool_choice=7)", f"toolChoice is an int, {MUST} a dict"),
    command("send_user_message('a', when_busy='later')", 'when_busy="refuse" or "wait", not \'l'),
    command("set_thread_id(7)", f"thread_id is an int, {MUST} text"),
    command("set_thread_id('a', timeout='soon')", "takes a timeout in seconds, not 'soon'"),
    command("focus_composer(timeout=-1)", "takes a timeout in seconds, not -1"),
    command("set_composer_value({'text': 'a'})", f"text is a dict, {MUST} text"),
    command("set_composer_value('a', files=['a.txt'])", "files takes Files of JavaScript's, not a"),
    command(
        "set_composer_value(content=[{'type': 'input_text', 'txt': 'a'}])",
        "content[0].txt is unknown; perhaps text is meant",
    ),
    command("fetch_updates(timeout=float('nan'))", "takes a timeout in seconds, not nan"),
    command("send_custom_action('save')", f"action is a str, {MUST} a dict"),
    command(
        "send_custom_action({'type': 'x', 'payload': {'a': js}})",
        f"action.payload.a is a JsProxy, which {CANNOT}",
    ),
    command("send_custom_action({'type': 'x'}, 7)", f"item_id is an int, {MUST} text"),
    command("show_history(when_busy=True)", 'takes when_busy="refuse" or "wait", not True'),
    command("hide_history(timeout=True)", "takes a timeout in seconds, not True"),
]

OTHERS = [
    Misuse("on('thread.changed')", "chatkit.on('thread.changed', print)", "mean 'thread.change'?"),
    Misuse("on('chatkit.ready')", "chatkit.on('chatkit.ready', print)", "did you mean 'ready'?"),
    Misuse("on('started')", "chatkit.on('started', print)", "is for no event; known: ready, error"),
    Misuse("on('ready')", "chatkit.on('ready', 7)", "takes a function, not an int"),
    Misuse("on()", "@chatkit.on\n    def ready(): ...", "takes a name first, not a function"),
    Misuse("effect('flash')", "chatkit.effect('flash', [])", "takes a function, not a list"),
    Misuse(
        "effect()", "@chatkit.effect\n    def flash(data): ...", "takes a name first, not a fun"
    ),
    Misuse("deeplink('bill')", "chatkit.deeplink('bill', 'x')", "takes a function, not a str"),
    Misuse("deeplink()", "chatkit.deeplink(js, print)", "takes a name first, not a JsProxy"),
    Misuse("client_tool('look')", "chatkit.client_tool('look', 7)", "takes a function, not an int"),
    Misuse(
        "client_tool('look')",
        "chatkit.client_tool('look', print, timeout='1')",
        "takes a timeout in seconds, not '1'",
    ),
    Misuse(
        "client_tool('look')",
        "chatkit.client_tool('look', print)\n    chatkit.client_tool('look', print)",
        "has a function already",
    ),
    Misuse(
        "client_tool()", "@chatkit.client_tool\n    def look(params): ...", "takes a name first"
    ),
    Misuse("subscribe()", "chatkit.subscribe('ready')", "takes a function, not a str"),
    Misuse("wait_for()", "await chatkit.wait_for('idle')", "takes a function, not a str"),
    Misuse(
        "wait_for()",
        "await chatkit.wait_for(lambda snapshot: False, timeout='soon')",
        "takes a timeout in seconds, not 'soon'",
    ),
    Misuse(
        "wait_for()",
        "async def idle(snapshot):\n        return False\n    await chatkit.wait_for(idle)",
        "takes a function that is not async",
    ),
    Misuse("update()", "chatkit.update([])", "takes a dict, not a list"),
    Misuse("set_scope()", "chatkit.set_scope(7)", "takes a text or None, not an int"),
    Misuse("at_end()", "chatkit.at_end(7)", "takes a function, not an int"),
    Misuse("ChatKit()", "ChatKit(None)", "takes a selector or an element, not a NoneType"),
    Misuse("options", "ChatKit('#x', options=[])", "must be a dict, not a list"),
    Misuse("'stall'", "ChatKit('#x', stall=3)", "is no setting; known: announce_after"),
    Misuse("stall_after", "ChatKit('#x', stall_after='3')", "must be a number of seconds, not '3'"),
    Misuse("headers", "ChatKit('#x', headers={'a': 1})", "must be a table of texts, or a function"),
    Misuse("texts", "ChatKit('#x', texts={'idel': 'At rest'})", "has 'idel': 'At rest'; keys are"),
]

MISUSES = OPTIONS + CALLBACKS + COMMANDS + OTHERS


def source(misuse: Misuse) -> str:
    """The row as a function `misuse(chatkit, ChatKit, js)`."""
    return f"import asyncio\n\nasync def misuse(chatkit, ChatKit, js):\n    {misuse.code}\n"
