"""Commands behind the Makefile; each module runs alone and says so in its first line."""
