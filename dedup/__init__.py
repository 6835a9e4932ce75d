"""Have we seen this customer, this document before?

Normalising, blocking, comparing, weighing, explaining.

May import: archive. Must never: write to the directory, or answer without the evidence for its answer.
"""
