"""Which letters lie in this arrival, and is every page of it accounted for?

Opening finds what a file is and holds, cutting finds separators and blank backs in a batch and cuts its letters out
without loss. Whatever touches a stranger's bytes runs in the sandbox; what decides (`cutting`, `suspicion`) is pure.
"""
