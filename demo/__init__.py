"""The demo's server: the page, and a ChatKit backend that needs no key.

General layout:

    __main__.py    ``python -m demo``: the command line
    server.py      ``create_app``: what answers at which address
    assistant.py   what is said: the answers and the spoken commands
    replies.py     what it says to a message that is no command
    speech.py      a message as the protocol streams it
    context.py     what a request carries to the assistant
    store.py       threads, items and feedback
    database.py    the SQLite file under them
    streams.py     an answer on its way to the client, ended when the client is gone
    site.py        the checkout's files
    serving.py     uvicorn around it: on the command line, and in a test's thread
    faults.py      requests that fail on purpose, for tests
    fault_layer.py where requests meet them

The protocol itself is OpenAI's ``openai-chatkit`` and is not repeated here.
"""
