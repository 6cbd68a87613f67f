"""Wires, and nothing else: settings in, ChatKit started."""

from pyscript import config

from sync import start

start(config.get("chatkit", {}))
