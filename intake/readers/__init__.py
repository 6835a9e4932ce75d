"""One reader a format. A reader runs inside the sandbox and turns a stranger's bytes into pages and parts."""
