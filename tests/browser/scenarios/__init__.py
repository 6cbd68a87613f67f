"""The library in real browsers: pages with the tag, told as scenarios."""
