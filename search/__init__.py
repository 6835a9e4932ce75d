"""Where is it?

Query words, the customer index and the document index, both derived from the catalogue and the objects.

May import: archive. Must never: be the record of anything, or answer a question without the `Access` of
whoever asks inside the query.
"""
