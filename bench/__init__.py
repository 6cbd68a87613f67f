"""``make bench``: our page beside what one would use instead, on the stand-in, in one run."""
