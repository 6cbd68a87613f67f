"""Messages from the page: drafted, sent, in a new chat, and one after the other."""

from pyscript import document, when

from sync import ChatKit, ChatKitBusy, ChatKitError

QUESTION = "What is in the second box?"

chatkit = ChatKit("#chat", options={"api": {"url": "/chatkit", "domain_key": "local"}}).start()


def say(text: str) -> None:
    document.getElementById("said").textContent = text


async def tell(awaited, done: str) -> None:
    """Awaits a command, and says how it ended."""
    try:
        await awaited
        say(done)
    except ChatKitBusy as busy:
        # The element was not asked: an answer streams, or a conversation is being loaded.
        say(str(busy))
    except ChatKitError as error:
        say("It could not be done: " + str(error))


@when("click", "#draft")
async def draft(event) -> None:
    await tell(chatkit.set_composer_value(QUESTION), "Drafted.")
    await tell(chatkit.focus_composer(), "Drafted.")


@when("click", "#send")
async def send(event) -> None:
    await tell(chatkit.send_user_message(QUESTION), "Sent.")


@when("click", "#fresh")
async def fresh(event) -> None:
    await tell(chatkit.send_user_message(QUESTION, new_thread=True), "Sent in a new chat.")


async def ask_both() -> None:
    await chatkit.send_user_message("First: how many boxes are there?", when_busy="wait")
    # Waits for the first answer, however long that takes; `wait_for` does for anything else.
    second = "And what do they weigh?"
    await chatkit.send_user_message(second, when_busy="wait", timeout=600)
    await chatkit.wait_for(lambda snapshot: snapshot.phase == "idle")


@when("click", "#twice")
async def twice(event) -> None:
    await tell(ask_both(), "Both are answered.")
