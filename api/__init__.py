"""Who may ask, and how?

HTTP, web pages, command line, workers, settings, and the wiring that picks adapters.

May import: every room; nobody imports it. Must never: hold a rule of the business.
"""

import os

# Before anything loads numpy: a thread for each core, begun while modules load, would share the workers' cores, and a
# process with threads cannot be forked safely, so each worker would load everything again.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
