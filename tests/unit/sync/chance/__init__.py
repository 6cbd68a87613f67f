"""What the stories by chance are told on, and what they are judged by.

element    Account: a server of two users; Watched: an element that notes what its null means
tab        Tab and Chat: one tab of one person, over any number of loads of the page
acts       do: one act of a story, by its name
ledger     Ledger: what memory was told and what it wrote, each with its reason
telling    tell: a story from its beginning until all is quiet, judged
"""

from .telling import tell

__all__ = ["tell"]
