"""``make dist``: everything that goes on a static host, in ``dist/``, and the wheel."""
