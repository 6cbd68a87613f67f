"""While it answers, the assistant asks the page (client tools) and shows things on it (effects)."""

from pyscript import document

from sync import ChatKit

OPTIONS = {
    "api": {"url": "/chatkit", "domain_key": "local"},
    # Answers may hold such links too.
    "disclaimer": {"text": "See [the second box](chatkit-link://box?id=second)."},
}
chatkit = ChatKit("#chat", options=OPTIONS)


@chatkit.client_tool("list_boxes", timeout=10)
async def list_boxes(params) -> dict:
    """What the model reads. If it raises or takes too long, the model reads that."""
    found = document.querySelectorAll("#boxes span")
    return {"boxes": [found.item(at).textContent for at in range(found.length)]}


@chatkit.effect("highlight")
def highlight(data) -> None:
    """Fired without waiting for an answer."""
    document.querySelector("#boxes li").classList.add("highlighted")


@chatkit.deeplink("box")
def open_box(data) -> None:
    """A link `chatkit-link://box?id=second`."""
    document.getElementById("link").textContent = data["id"]


chatkit.start()
