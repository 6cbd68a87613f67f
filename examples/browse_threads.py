"""Past threads: the chat's own history, and the page's own list of links to them."""

from pyscript import document, window

from sync import ChatKit

chatkit = ChatKit(
    "#chat",
    options={
        "api": {"url": "/chatkit", "domain_key": "local"},
        "history": {"enabled": True, "show_delete": True, "show_rename": True},
    },
)
listed = []


def changed(snapshot) -> None:
    """A link for each thread that was shown. The tag switches it off while the chat is busy, marks
    the shown one, and lets it be opened in a new tab, for its address restores the thread.
    """
    thread_id = snapshot.thread_id
    if thread_id is None or thread_id in listed or thread_id.startswith("client_thread_"):
        return
    listed.append(thread_id)
    link = document.createElement("a")
    address = window.URL.new(window.location.href)
    address.searchParams.set("threadId", thread_id)
    link.href = address.href
    link.textContent = "Conversation " + str(len(listed))
    link.setAttribute("data-chatkit-action", "open-thread")
    link.setAttribute("data-chatkit-thread", thread_id)
    entry = document.createElement("li")
    entry.append(link)
    document.getElementById("threads").append(entry)


chatkit.subscribe(changed)


@chatkit.on("history.open")
def opened() -> None:
    document.getElementById("history").textContent = "The history is open."


@chatkit.on("history.close")
def closed() -> None:
    document.getElementById("history").textContent = "The history is closed."


chatkit.start()
