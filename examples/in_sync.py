"""The page follows the chat: a snapshot after every change, and the events one by one."""

from pyscript import document

from sync import ChatKit

OPTIONS = {
    "api": {"url": "/chatkit", "domain_key": "local"},
    "history": {"enabled": True},
    "composer": {"tools": [{"id": "search", "label": "Search", "icon": "search"}]},
}

chatkit = ChatKit("#chat", options=OPTIONS)
answers = 0


def show(name: str, text: object) -> None:
    document.getElementById(name).textContent = str(text)


def log(text: str) -> None:
    entry = document.createElement("li")
    entry.textContent = text
    document.getElementById("log").append(entry)


def changed(snapshot) -> None:
    """Every change: what is shown, and whether the chat is at work."""
    show("thread", snapshot.thread_id or "none")
    show("phase", snapshot.phase)


chatkit.subscribe(changed)


@chatkit.on("response.end")
def answered() -> None:
    """The moment to load again what an answer may have changed."""
    global answers
    answers += 1
    show("answers", answers)
    log("an answer has ended")


@chatkit.on("thread.change")
def switched(thread_id) -> None:
    log("a new chat" if thread_id is None else "thread " + thread_id)


@chatkit.on("tool.change")
def chosen(tool_id) -> None:
    show("tool", tool_id or "none")


@chatkit.on("error")
def failed(name: str, message: str) -> None:
    """For your monitoring; the chat itself tells the person."""
    log(name + ": " + message)


chatkit.start()
