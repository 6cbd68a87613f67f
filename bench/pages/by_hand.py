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
        if key:
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


def send(event):
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
listen("log", None, None)
element.addEventListener("chatkit.thread.change", create_proxy(changed))
js.document.querySelector("[data-bench=send]").addEventListener("click", create_proxy(send))
