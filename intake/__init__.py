"""How does it come in?

Channels, readers, the steps, and the pipeline that strings them together.

May import: archive, dedup, search, cases. Must never: acknowledge an arrival before it is durable, parse a
stranger's bytes in its own process, or change an original.
"""
