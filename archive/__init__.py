"""What do we hold, about whom, and can we prove it?

The catalogue (SQL), the object store, numbers, journal, ledger, retention and the folder plan.

May import: nothing of ours. Must never: know an outside engine outside `adapters/`, decide who a
letter is from, or write without an `Access` that says who asks.
"""
