"""What the plain page does by hand, in Python: for stock PyScript, and for interpreters alone."""

import js

try:
    from pyodide.ffi import create_proxy
except ImportError:
    from jsffi import create_proxy

KEY = "bench.threadId"
element = js.document.querySelector("openai-chatkit")
controls = list(js.document.querySelectorAll("[data-bench]"))
state = {"ready": element.hasAttribute("data-loaded"), "loading": False, "responding": False}


def draw():
    is_busy = not state["ready"] or state["loading"] or state["responding"]
    for control in controls:
        control.disabled = is_busy


def listen(name, key, value):
    def heard(event):
        state[key] = value
        draw()

    element.addEventListener("chatkit." + name, create_proxy(heard))


def changed(event):
    if event.detail.threadId:
        js.localStorage.setItem(KEY, event.detail.threadId)


def restore(event):
    saved = js.localStorage.getItem(KEY)
    if saved:
        state["loading"] = True
        draw()
        element.setThreadId(saved)


def on_click(action, call):
    control = js.document.querySelector("[data-chatkit-action=" + action + "]")
    control.addEventListener("click", create_proxy(lambda event: call()))


def send():
    element.sendUserMessage(js.JSON.parse('{"text": "Hello"}'))


for control in controls:
    control.disabled = True
draw()
element.addEventListener("chatkit.ready", create_proxy(restore))
if state["ready"]:
    restore(None)
listen("ready", "ready", True)
listen("thread.load.start", "loading", True)
listen("thread.load.end", "loading", False)
listen("response.start", "responding", True)
listen("response.end", "responding", False)
element.addEventListener("chatkit.thread.change", create_proxy(changed))
on_click("send", send)
on_click("new-thread", lambda: element.setThreadId(js.JSON.parse("null")))
on_click("focus-composer", lambda: element.focusComposer())
