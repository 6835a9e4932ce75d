"""The real servers that the tests run against: installed, started, asked and stopped without a container.

What it is for: `make engines` brings up what `.engines/env` then names; tests read their addresses with
`tests.engines.environment.url_of`. One module an engine, each holding one frozen `Engine`.
It uses the standard library alone, so that it can say what is missing before anything is installed.
It must never touch a process that it did not start, nor write outside its own folder and the package caches.
"""
