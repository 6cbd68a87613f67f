"""While it answers, the assistant asks the page (client tools) and shows things on it (effects)."""

from pyscript import document

from sync import ChatKit

chatkit = ChatKit("#chat", options={"api": {"url": "/chatkit", "domain_key": "local"}})


@chatkit.client_tool("list_boxes", timeout=10)
async def list_boxes(params) -> dict:
    """What the model reads. If it raises or takes too long, the model reads that."""
    found = document.querySelectorAll("#boxes span")
    return {"boxes": [found.item(at).textContent for at in range(found.length)]}


@chatkit.effect("highlight")
def highlight(data) -> None:
    """Fired without waiting for an answer."""
    first = document.querySelector("#boxes li")
    mark = document.createElement("mark")
    mark.textContent = first.textContent
    first.replaceChildren(mark)


@chatkit.deeplink("box")
def open_box(data) -> None:
    """A link `chatkit-link://box?id=first` in an answer."""
    document.getElementById("link").textContent = data["id"]


chatkit.start()
