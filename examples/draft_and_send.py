"""Messages from the page: drafted, sent, in a new chat, and one after the other."""

from pyscript import document, when

from sync import ChatKit, ChatKitBusy, ChatKitError

QUESTION = "What is in the second box?"

chatkit = ChatKit("#chat", options={"api": {"url": "/chatkit", "domain_key": "local"}}).start()


def say(text: str) -> None:
    document.getElementById("said").textContent = text


@when("click", "#draft")
async def draft(event) -> None:
    await chatkit.set_composer_value(QUESTION)
    await chatkit.focus_composer()


@when("click", "#send")
async def send(event) -> None:
    try:
        await chatkit.send_user_message(QUESTION)
        say("Sent.")
    except ChatKitBusy as busy:
        # The element was not asked: an answer streams, or a conversation is being loaded.
        say(str(busy))
    except ChatKitError as error:
        say("It could not be sent: " + str(error))


@when("click", "#fresh")
async def fresh(event) -> None:
    await chatkit.send_user_message(QUESTION, new_thread=True)


@when("click", "#twice")
async def twice(event) -> None:
    await chatkit.send_user_message("First: how many boxes are there?", when_busy="wait")
    # Waits for the first answer; `wait_for` would do for anything else that has to come after it.
    await chatkit.send_user_message("And what do they weigh?", when_busy="wait")
    await chatkit.wait_for(lambda snapshot: snapshot.phase == "idle")
    say("Both are answered.")
