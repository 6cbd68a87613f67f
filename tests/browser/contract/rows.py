"""Every row of what is known about the real element, and what it says in a few words.

A contract test names the rows that it holds with `@pytest.mark.row(key)`;
tests/unit/test_contract_rows.py fails for a row that nobody names. The keys of table rows are
the tables' own first columns.
"""

FACTS = {
    "fact 1": "only ready bubbles and is composed; a listener further up must capture",
    "fact 2": "ready is the frame's load, even of a broken page; then every command hangs",
    "fact 3": "initialThread loads without a thread.change",
    "fact 4": "thread.change null is also the sign of a failure",
    "fact 5": "a failed switch tells the bad id, takes it back and rejects",
    "fact 6": "an id that failed once resolves empty from then on, on that element",
    "fact 7": "HTTP errors on a send are silent",
    "fact 8": "response.end follows every end, and leaving a stream tells a false one",
    "fact 9": "a client tool that threw or hangs locks the commands, not the events",
    "fact 10": "an element that was removed or moved is dead; two elements stay apart",
}

EVENTS = {
    "events: chatkit.ready": "no detail; bubbles, composed, once",
    "events: chatkit.error": "{error}, an Error",
    "events: chatkit.thread.change": "{threadId}, a string or null",
    "events: chatkit.thread.load.start / .end": "{threadId}; end on failure too; may overlap",
    "events: chatkit.response.start / .end": "no detail",
    "events: chatkit.response.stop": "Stop was pressed; before end",
    "events: chatkit.composer.submit": "a typed message; its id may be temporary",
    "events: chatkit.history.open / .close": "no detail",
    "events: chatkit.tool.change": "{toolId}, a string or null",
    "events: chatkit.effect, chatkit.deeplink, chatkit.log": "{name, data?}",
    "events: error names": "which names reach the page; HTTP and network never do",
    "events: IntegrationError": "lands in the window's unhandledrejection too",
}

ORDERS = {
    "orders: first load, no thread": "ready",
    "orders: first load, initialThread ok": "ready, load; no change",
    "orders: first load, 404/500/offline": "ready, load, InitialThreadLoadError, change null",
    "orders: first message, by command": "start, resolves, change new, end",
    "orders: first message, typed": "start, submit, change new, end",
    "orders: create answers 4xx": "start, change null, end",
    "orders: create answers 5xx or no SSE": "five retries, then as 4xx",
    "orders: create, network down": "start, StreamError, change null, end",
    "orders: newThread: true from A fails": "start, change null, end",
    "orders: left before it was created": "change b, end, load; the new id is never told",
    "orders: second message": "start, end",
    "orders: switch, idle": "change, load, resolves",
    "orders: switch, thread already visited": "change, resolves",
    "orders: switch to the same id": "resolves, no events",
    "orders: switch while A streams": "change, a false end, load; back: change, start",
    "orders: two quick switches": "both changes first, ends in either order",
    "orders: switch during the first load": "both loads run and both end",
    "orders: switch to a missing thread": "change, load, change back, rejects with an Error",
    "orders: switch, network down": "the same, with the network's TypeError",
    "orders: setThreadId null": "change null; while streaming also end; already null: nothing",
    "orders: error event in the stream": "start, StreamError, end",
    "orders: stream closed early": "start, end",
    "orders: Stop pressed": "stop, end",
    "orders: client tool": "start, end, the tool, start, end",
    "orders: active thread deleted": "change null, at once",
    "orders: New chat button": "change null",
}

COMMANDS = {
    "commands: wait for ready": "an early call is queued; without options or frame it hangs",
    "commands: setOptions": "at once, without merging; initialThread counts once",
    "commands: sendUserMessage": "resolves when the request has started; rejects when busy",
    "commands: setThreadId": "resolves when loaded; rejects for a failed load only",
    "commands: focusComposer, setComposerValue": "always resolve; the draft is replaced",
    "commands: fetchUpdates": "resolves after the reload; waits for a response's end",
    "commands: sendCustomAction": "resolves when its stream ends; rejects when busy or nowhere",
    "commands: showHistory, hideHistory": "at once",
    "commands: outside the profile": "throws at once",
    "commands: two messages in one tick": "the first is taken, the second rejects",
    "commands: options refused": "everything rejects with IntegrationError",
    "commands: rejection of any kind": "anything that can be cloned, not only an Error",
    "commands: plain parameters": "what cannot be cloned is a DataCloneError; options are JSON",
    "commands: results of callbacks": "cross back the same way",
}

REST = {
    "rest: requests by the host page": "through api.fetch; the signal fires after a normal end",
    "rest: no getters, no storage": "the element tells nothing and stores nothing",
    "rest: domain verification": "a refusal removes the frame inside the first load",
    "rest: secure context": "on plain http the element breaks",
    "rest: load.start follows its change": "at once; a switch without a load by nothing",
    "rest: undefined, relative url": "setThreadId(undefined) works; so does a relative api.url",
    "rest: session history entry": "mounting late adds one in Chromium",
}

ROWS = {**FACTS, **EVENTS, **ORDERS, **COMMANDS, **REST}
