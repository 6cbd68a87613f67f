"""The demo's server: the page, and a ChatKit backend that needs no key.

General layout:

    __main__.py    ``python -m demo``: the command line
    server.py      ``create_app``: what answers at which address
    assistant.py   what is said: the answers and the spoken commands
    store.py       threads, items and feedback in SQLite
    streams.py     an answer on its way to the client, ended when the client is gone
    site.py        the checkout's files
    serving.py     uvicorn around it: on the command line, and in a test's thread
    faults.py      requests that fail on purpose, for tests

The protocol itself is OpenAI's ``openai-chatkit`` and is not repeated here.
"""
