"""Who may ask, and how?

HTTP, web pages, command line, workers, settings, and the wiring that picks adapters.

May import: every room; nobody imports it. Must never: hold a rule of the business.
"""
