"""A hand inside the stand-in's frame: what a person does there, and what they see.

Rows that need it are skipped on another element, whose inside is its own affair.
"""

from collections.abc import Callable

from playwright.sync_api import Frame, Locator, Page, Route

FRAME = "**/chatkit-frame.html*"
FRAME_SCRIPT = "**/chatkit-frame.js*"

BREAKS: dict[str, tuple[str, Callable[[Route], None]]] = {
    "404": (FRAME, lambda route: route.fulfill(status=404, body="Not found")),
    "refused": (FRAME, lambda route: route.fulfill(headers={"x-frame-options": "DENY"}, body="No")),
    "script": (FRAME_SCRIPT, lambda route: route.abort()),
}


class StandInDriver:
    """Works the controls of the stand-in's frames on one page, the n-th mounted frame's first."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def frame(self, number: int = 0) -> Frame:
        """The n-th frame of the page that shows a chat."""
        return [f for f in self._page.frames if "chatkit-frame" in f.url][number]

    def part(self, name: str, thread_id: str | None = None, number: int = 0) -> Locator:
        """A control or a text of the frame by its name."""
        row = f'[data-thread-id="{thread_id}"]' if thread_id else ""
        return self.frame(number).locator(f'[data-standin="{name}"]{row}')

    def break_frame(self, how: str) -> None:
        """Let the frames of elements mounted from now on fail: "404", "refused" or "script"."""
        self._page.route(*BREAKS[how])

    def mend_frame(self) -> None:
        """Let frames mounted from now on load again."""
        self._page.unroute_all()

    def type(self, text: str) -> None:
        """Write a message and send it."""
        self.part("composer").fill(text)
        self.part("send").click()

    def stop(self) -> None:
        """Press Stop."""
        self.part("stop").click()

    def new_chat(self) -> None:
        """Press New chat."""
        self.part("new-chat").click()

    def open_history(self) -> None:
        """Open the history panel."""
        self.part("history").click()

    def delete(self, thread_id: str) -> None:
        """Delete a thread in the history panel."""
        self.open_history()
        self.part("delete", thread_id).click()

    def follow_link(self, text: str) -> None:
        """Press a link of the conversation by its text."""
        self.frame().get_by_text(text, exact=True).click()

    def draft(self) -> str:
        """What stands in the composer."""
        return self.part("composer").input_value()

    def placeholder(self) -> str | None:
        """The composer's placeholder."""
        return self.part("composer").get_attribute("placeholder")

    def title(self) -> str:
        """The title above the conversation."""
        return self.part("title").inner_text()

    def messages(self) -> list[str]:
        """The texts of the conversation on the screen."""
        return self.part("message").all_inner_texts()
