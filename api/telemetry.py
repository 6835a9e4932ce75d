"""Traces by OpenTelemetry, with the extra `dossier[otel]`: where the standard variables OTEL_* name an exporter.

Without them nothing of OpenTelemetry is imported. All that happens to one arrival, in whatever process, is one trace: its
id is worked out of the archive and the arrival's id, so nothing has to be handed on with a job.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any, TypeVar

from archive import tracing
from archive.tracing import Note

_LOG = logging.getLogger("dossier.traces")
_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_FLUSH_MS = 3000
_begun: dict[int, Any] = {}
"""The provider of this process, by its id: a forked one has to make its own."""
Engine = TypeVar("Engine")


def wanted(environment: Mapping[str, str]) -> bool:
    """Whether the standard variables ask for traces."""
    if environment.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return False
    exporter = environment.get("OTEL_TRACES_EXPORTER", "")
    return exporter != "none" and bool(exporter or any(environment.get(name) for name in _ENDPOINTS))


def begin(archive: str) -> None:
    """Record and send traces from now on in this process, where that is asked for. Safe to repeat.

    `archive` tells one archive's arrivals from another's that send to the same place.
    """
    if os.getpid() in _begun or not wanted(os.environ):
        return
    try:
        _begun[os.getpid()] = provider = _provider()
    except ImportError as error:
        _begun[os.getpid()] = None
        _LOG.warning(
            "OTEL_* asks for traces, and there is nothing to make them with (%s): install dossier[otel]", error
        )
        return
    tracing.record_by(recorder(provider, archive))


def _provider() -> Any:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter

    # OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES outweigh the name given here.
    named = {} if os.environ.get("OTEL_SERVICE_NAME") else {"service.name": "dossier"}
    provider = TracerProvider(resource=Resource.create(named))
    if os.environ.get("OTEL_TRACES_EXPORTER") == "console":
        provider.add_span_processor(BatchSpanProcessor(ConsoleSpanExporter()))
    else:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


def recorder(provider: Any, archive: str) -> tracing.Recorder:
    """What `archive.tracing` records spans by, into this provider of OpenTelemetry."""
    from opentelemetry import trace

    tracer = provider.get_tracer("dossier")

    @contextmanager
    def record(name: str, about: Mapping[str, str | int]) -> Iterator[Note]:
        is_first = not trace.get_current_span().get_span_context().is_valid
        within = _trace_of(archive, about["arrival"]) if is_first and "arrival" in about else None
        attributes = {f"dossier.{key}": value for key, value in about.items()}
        with tracer.start_as_current_span(name, context=within, attributes=attributes) as span:

            def note(**values: str | int) -> None:
                span.set_attributes({f"dossier.{key}": value for key, value in values.items()})
                if "arrival" in values:
                    _mark_arrival(tracer, span, archive, values["arrival"])

            yield note

    return record


def _mark_arrival(tracer: Any, span: Any, archive: str, arrival: str | int) -> None:
    """The first span of an arrival's own trace, with a link to the request or command that handed it in."""
    from opentelemetry.trace import Link

    within, links = _trace_of(archive, arrival), [Link(span.get_span_context())]
    tracer.start_span("arrival", context=within, links=links, attributes={"dossier.arrival": arrival}).end()


def _trace_of(archive: str, arrival: str | int) -> Any:
    """The trace that all of an arrival's spans belong to."""
    from opentelemetry import trace

    digest = hashlib.sha256(f"{archive}\n{arrival}".encode()).digest()
    trace_id, span_id = int.from_bytes(digest[:16], "big") or 1, int.from_bytes(digest[16:24], "big") or 1
    sampled = trace.TraceFlags(trace.TraceFlags.SAMPLED)
    parent = trace.SpanContext(trace_id, span_id, is_remote=True, trace_flags=sampled)
    return trace.set_span_in_context(trace.NonRecordingSpan(parent))


def flush() -> None:
    """Send what was recorded, waiting some seconds at most."""
    provider = _begun.get(os.getpid())
    if provider is not None:
        provider.force_flush(_FLUSH_MS)


def seen(engine: Engine, name: str) -> Engine:
    """The engine, each call of which is a span; itself, where this process records none."""
    return _Seen(engine, name) if _begun.get(os.getpid()) is not None else engine  # type: ignore[return-value]


class _Seen:
    """Stands before an engine and records its calls."""

    def __init__(self, engine: Any, name: str) -> None:
        self._engine, self._name = engine, name

    def __getattr__(self, attribute: str) -> Any:
        found = getattr(self._engine, attribute)
        return _recorded(f"{self._name} {attribute}", found) if callable(found) else found


def _recorded(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
    def recorded(*given: Any, **named: Any) -> Any:
        if name.endswith((" reading", " writing")):
            return _block(name, call(*given, **named))
        with tracing.span(name):
            return call(*given, **named)

    return recorded


@contextmanager
def _block(name: str, block: AbstractContextManager[Any]) -> Iterator[Any]:
    """A transaction: what counts is the block that it is entered for."""
    with tracing.span(name), block as entered:
        yield entered
