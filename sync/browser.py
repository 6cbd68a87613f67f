"""The browser, as the rest of the library sees it: the only module that imports from PyScript.

`Browser` hands numbers, strings and booleans to `bridge.js` and gets the same back, JSON where it
is more, so that both interpreters see the same values. Elements stay in JavaScript and are known by
their number. `None` is `null` on the way out, and `null` and `undefined` are `None` on the way in.
"""

import gc
import json
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Undo = Callable[[], None]

COLLECT_AFTER = 1024 * 1024
"""Bytes that MicroPython takes before it looks for garbage. By itself it does so after 16 KB, in a
heap of 135 MB, and that is two thirds of what an event costs (measured).
"""

_shared: "list[Browser]" = []


def shared() -> "Browser":
    """The page's one browser: one proxy across the border, however many ChatKits there are."""
    if not _shared:
        _shared.append(Browser())
    return _shared[0]


class Browser:
    """What the library needs of a page. Nothing here raises for what a browser may do.

    What all chats of the page share besides: `claims`, the parameters and keys that are taken (see
    `places.py`), `known`, each place's threads by scope (see `remembering.py`), and `written_at`,
    when the address was written last (see `address_bar.py`).
    """

    def __init__(self) -> "None":
        from pyscript.ffi import create_proxy

        try:
            from pyscript.js_modules import chatkit_bridge
        except ImportError:
            # The interpreters' own words do not say where it is to come from.
            raise ImportError("chatkit_bridge is missing: [js_modules.main] has to name it")

        self._handlers: "dict[int, Callable[[Any, Any], None]]" = {}
        self._last = 0
        self._deferred: "list[Callable[[], None]]" = []
        self.claims: "set[str]" = set()
        self.known: "dict[str, dict[str | None, set[str]]]" = {}
        self.written_at: "float | None" = None
        if hasattr(gc, "threshold") and 0 <= gc.threshold() < COLLECT_AFTER:
            gc.threshold(COLLECT_AFTER)
        self._proxy = create_proxy(self._receive)
        self._bridge = chatkit_bridge.connect(self._proxy)
        # Once: every change is drawn, and looking a method up is a crossing of its own.
        self._draw = self._bridge.draw

    def _receive(self, number: "int", text: "str", value: "Any") -> "bool":
        """What `bridge.js` tells; returns whether something has been deferred."""
        if self._deferred:
            self.catch_up()
        handler = self._handlers.get(number)
        if handler is not None:
            self._call(handler, json.loads(text), value)
        return bool(self._deferred)

    def _call(self, handler: "Callable[[Any, Any], None]", told: "Any", value: "Any") -> "None":
        try:
            handler(told, value)
        except Exception as error:
            # An exception that left a listener would become a window error (measured).
            self.report_exception(error, "while handling what the browser told")

    def _register(self, handler: "Callable[[Any, Any], None]") -> "int":
        self._last += 1
        self._handlers[self._last] = handler
        return self._last

    def _undo(self, number: "int") -> "Undo":
        def undo() -> "None":
            self._handlers.pop(number, None)
            self._bridge.stop(number)

        return undo

    def now(self) -> "float":
        """Seconds of a clock that never goes back; the same that stamps events."""
        return float(self._bridge.now())

    def date(self) -> "float":
        """Seconds since 1970, by a clock that can be set: what outlives the page is told by it."""
        return float(self._bridge.date())

    def later(self, seconds: "float", function: "Callable[[], None]") -> "object":
        """Calls `function` once after so many seconds; returns what `cancel` takes."""

        def fire(value: "object", extra: "object") -> "None":
            self._handlers.pop(number, None)
            function()

        number = self._register(fire)
        self._bridge.later(number, seconds)
        return number

    def soon(self, function: "Callable[[], None]") -> "None":
        """Calls `function` once, as soon as what runs now has ended, before anything else."""

        def fired(value: "Any", extra: "Any") -> "None":
            self._handlers.pop(number, None)
            function()

        number = self._register(fired)
        self._bridge.soon(number)

    def defer(self, function: "Callable[[], None]") -> "None":
        """Calls `function` once when the event that is being told has been handed around, and so
        after everybody has seen what was drawn for it; or with the next `catch_up` where that is
        earlier: whatever else is told finds it done.
        """
        self._deferred.append(function)

    def catch_up(self) -> "None":
        """Calls what is deferred, in order. Whoever may be called by the page's own Python does so
        first: that may run between an event and what it has deferred.
        """
        while self._deferred:
            function = self._deferred.pop(0)
            try:
                function()
            except Exception as error:
                self.report_exception(error, "while handling what the element told")

    def waiting(self) -> "tuple[Any, Callable[[], None]]":
        """What a coroutine awaits, and what lets it go on; more than once is fine.

        A promise of JavaScript's: on MicroPython a coroutine that JavaScript has called, as the
        listener of `pyscript.when`, is lost when a second one awaits anything of asyncio's
        (measured); promises keep them apart.
        """
        self._last += 1
        number = self._last
        return self._bridge.wait(number), lambda: self._bridge.wake(number)

    def after_messages(self, function: "Callable[[], None]") -> "object":
        """Calls `function` once when every message has been heard that another frame has sent by
        now; returns what `cancel` takes.
        """

        def fired(value: "Any", extra: "Any") -> "None":
            self._handlers.pop(number, None)
            function()

        number = self._register(fired)
        self._bridge.afterMessages(number)
        return number

    def on_cut(self, resume: "Callable[[], None]") -> "Undo":
        """Calls `resume` where what runs between this and the undo was cut off, which must not wait
        for the event loop: what JavaScript throws at once in a function of the page's passes `try`
        and `finally` on MicroPython (measured).
        """

        def cut(value: "Any", extra: "Any") -> "None":
            self._handlers.pop(number, None)
            resume()

        number = self._register(cut)
        self._bridge.begun(number)

        def done() -> "None":
            self._handlers.pop(number, None)
            self._bridge.done(number)

        return done

    def cancel(self, timer: "object") -> "None":
        """Ends a timer; `None`, and one that has fired, are fine."""
        if self._handlers.pop(timer, None) is not None:  # type: ignore[call-overload]
            self._bridge.cancel(timer)

    def counts(self) -> "dict[str, int]":
        """How much is held: handlers here, elements, matters and timers in JavaScript."""
        return {"handlers": len(self._handlers)} | dict(json.loads(self._bridge.counts()))

    def adopt(self, element: "object") -> "int":
        """The number of an element that Python holds; 0 for what is none."""
        return int(self._bridge.adopt(element))

    def watch(
        self, target: "str | int", appeared: "Callable[[int], None]", left: "Callable[[int], None]"
    ) -> "tuple[str, Undo]":
        """Tells the first living match of a selector, its leaving, the next one, and so on.

        Returns an error message (empty where the selector is one) and the undo.
        """

        def told(value: "Any", extra: "object") -> "None":
            if "gone" in value:
                left(value["gone"])
            else:
                appeared(value["element"])

        number = self._register(told)
        return str(self._bridge.watch(number, target)), self._undo(number)

    def is_served(self, target: "str | int") -> "bool":
        """Whether another ChatKit has the only elements that match a selector."""
        return bool(self._bridge.isServed(target))

    def release(self, element: "int") -> "None":
        """Takes our attributes off an element's controls: they are the page's alone again."""
        self._bridge.release(element)

    def others(self, appeared: "Callable[[int], None]") -> "Undo":
        """Tells every `openai-chatkit` that nobody watches, now and later, once each."""
        number = self._register(lambda value, extra: appeared(value["element"]))
        self._bridge.others(number)
        return self._undo(number)

    def about(self, element: "int") -> "dict[str, Any]":
        """What can be seen of an element: defined, scripted (the page has asked for the script that
        defines it), loaded, framed, secure, parameter, key.
        """
        return dict(json.loads(self._bridge.about(element)))

    def listen(
        self,
        element: "int",
        event: "Callable[[str, dict[str, Any], float], None]",
        click: "Callable[[dict[str, Any]], None]",
    ) -> "Undo":
        """Everything that the element has told since the tag, in order, and from now on; that it
        has got a frame ("own.configured"); and the clicks on its controls.
        `event(name, detail, at)`, `at` in seconds.
        """

        def told(value: "Any", extra: "object") -> "None":
            if "past" in value:
                # One crossing for all that the start has kept.
                for one in value["past"]:
                    self._call(told, one, extra)
            elif "click" in value:
                click(value["click"])
            elif "configured" in value:
                event("own.configured", {}, self.now())
            else:
                event(value["event"], value["detail"], value["at"])

        number = self._register(told)
        self._bridge.listen(number, element)
        return self._undo(number)

    def draw(self, element: "int", text: "str") -> "None":
        """One state for all controls of an element, as JSON: see `toolbar.py`."""
        self._draw(element, text)

    def announce(self, element: "int", text: "str") -> "None":
        """A snapshot, as JSON, for the page's own scripts: the event `chatkit-sync`."""
        self._bridge.announce(element, text)

    def focus_unmoved(self) -> "bool":
        """Whether the focus is where it was at the last click on a `focus-composer` control."""
        return bool(self._bridge.focusUnmoved())

    def command(
        self,
        element: "int",
        method: "str",
        parameters: "list[object]",
        answered: "Callable[[dict[str, Any], object], None]",
        files: "object" = None,
    ) -> "Undo":
        """Calls a method of the element. `answered(outcome, reason)` comes once, or never.

        `outcome` is `{"ok": True}` or `{"ok": False, "name": …, "message": …}`, and `reason` what
        JavaScript rejected with. The undo lets go of an answer that nobody waits for.
        """

        def told(value: "Any", reason: "object") -> "None":
            self._handlers.pop(number, None)
            answered(value, reason)

        number = self._register(told)
        self._bridge.command(number, element, method, json.dumps(parameters), files)
        return lambda: self._handlers.pop(number, None)  # type: ignore[return-value]

    def configure(
        self,
        element: "int",
        options: "dict[str, object]",
        page_fetch: "object",
        told: "Callable[[dict[str, Any], Any], None]",
    ) -> "tuple[Callable[[dict[str, object], object], None], Undo]":
        """`setOptions`, once the element is defined. `told(value, extra)` gets `configured`,
        `http`, `alive` and `call`: see `bridge.js`. Returns what gives it all options again,
        `update(options, page_fetch)`, and the undo.
        """

        def update(options: "dict[str, object]", page_fetch: "object") -> "None":
            self._bridge.update(number, json.dumps(options), page_fetch)

        number = self._register(told)
        self._bridge.configure(number, element, json.dumps(options), page_fetch)
        return update, self._undo(number)

    def renew(self, element: "int") -> "None":
        """Puts a fresh element in the place of one that can no longer show a thread."""
        self._bridge.renew(element)

    def visit(self, url: "str") -> "None":
        """Loads the page at a URL: again where it is the present one, else as a new entry."""
        self._bridge.visit(url)

    def address(self) -> "str":
        """The page's URL."""
        return str(self._bridge.address())

    def write_address(
        self, url: "str", parameter: "str", *, push: "bool", is_new_chat: "bool"
    ) -> "str":
        """Writes the URL, in which `parameter` is another one, into the current entry or a new one;
        returns what the address is afterwards. `history.state` stays, but for what a router keeps
        there of one entry, and for the mark of a pushed entry that `is_new_chat`: see entries.js.
        """
        return str(self._bridge.writeAddress(url, push, parameter, is_new_chat))

    def usual_history(self) -> "str":
        """Either "push", or "replace" where the page's router cannot live with entries of ours."""
        return str(self._bridge.usualHistory())

    def offer(
        self,
        element: "int",
        detail: "dict[str, object]",
        ask: "Callable[[], bool]",
        answered: "Callable[[bool], None]",
    ) -> "None":
        """Asks whether the page does something itself: `ask()`, then the listeners of the event
        `chatkit-navigate` on the element. `answered(is_taken)` is called once, after what runs now:
        what JavaScript throws in a listener takes with it whatever has called (measured).
        """
        answers: "list[bool]" = []

        def told(value: "Any", extra: "object") -> "None":
            if value is None:
                answers.append(ask())
                return
            self._handlers.pop(number, None)
            answered(value or True in answers)

        number = self._register(told)
        self._bridge.offer(number, element, json.dumps(detail))

    def new_chat(self, parameter: "str") -> "str | None":
        """The number of the new chat whose entry our New chat has pushed, where the present entry
        is one of it and names no thread; it outlives the page.
        """
        return _as_text(self._bridge.newChat(parameter))

    def became(self, new_chat: "str", thread_id: "str") -> "None":
        """A new chat has become a thread; it is known for as long as the tab lives."""
        self._bridge.became(new_chat, thread_id)

    def thread_of(self, new_chat: "str") -> "str | None":
        """The thread that a new chat has become, `None` where it is one still."""
        return _as_text(self._bridge.threadOf(new_chat))

    def on_entry(
        self, arrived: "Callable[[str | None, bool], None]", moved: "Callable[[], None]"
    ) -> "Undo":
        """Calls `arrived(left, traversed)` after Back, Forward and fragment clicks. `left` is the
        URL that was left, and `traversed` is true for Back and Forward; `None` and false where the
        browser cannot tell (the Navigation API, HTML standard). Calls `moved()` when the page has
        written the address itself: at once, or without the Navigation API before the next event.
        """

        def told(value: "Any", extra: "object") -> "None":
            if "moved" in value:
                moved()
            else:
                arrived(value["left"], value["traversed"])

        number = self._register(told)
        self._bridge.onEntry(number)
        return self._undo(number)

    def on_return(self, returned: "Callable[[], None]") -> "Undo":
        """Calls `returned` when the page comes back from the back/forward cache."""
        number = self._register(lambda value, extra: returned())
        self._bridge.onReturn(number)
        return self._undo(number)

    def read_storage(self, key: "str") -> "dict[str, Any]":
        """`{"ok": True, "value": text or None}` or `{"ok": False, "message": …}`."""
        return dict(json.loads(self._bridge.readStorage(key)))

    def write_storage(self, key: "str", value: "str | None") -> "dict[str, Any]":
        """Sets, or removes for `None`; the outcome as in `read_storage`."""
        return dict(json.loads(self._bridge.writeStorage(key, json.dumps(value))))

    def settings(self) -> "dict[str, Any]":
        """What the tag's attributes say."""
        return dict(json.loads(self._bridge.settings()))

    def report(self, message: "str", *, error: "bool" = False) -> "None":
        """One message in the console, for the page's developer."""
        self._bridge.report(message, error)

    def report_exception(self, error: "BaseException", where: "str") -> "None":
        """An exception of the page's own Python, with its traceback, in the console."""
        self.report(f"{type(error).__name__} {where}: {error}\n{_traceback(error)}", error=True)


def _as_text(value: "Any") -> "str | None":
    # `null` is `None` on MicroPython, and another falsy object on Pyodide (measured).
    return str(value) if value else None


def _traceback(error: "BaseException") -> "str":
    from io import StringIO

    out = StringIO()
    if hasattr(sys, "print_exception"):
        sys.print_exception(error, out)
    else:
        import traceback

        traceback.print_exception(type(error), error, error.__traceback__, file=out)
    return out.getvalue()
