"""OpenTelemetry spans, if an exporter is configured; otherwise nothing is imported.

Configured by the standard variables `OTEL_EXPORTER_OTLP_ENDPOINT` (or `…_TRACES_ENDPOINT`),
`OTEL_TRACES_SAMPLER`, `OTEL_SERVICE_NAME` and `OTEL_SDK_DISABLED`.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from automl_magic.records.models.deployment import Role
from automl_magic_serving.runtime import ServedModel
from automl_magic_serving.telemetry.shared_counters import RequestOutcome

if TYPE_CHECKING:
    from opentelemetry.trace import Span

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_SERVICE = "automl-magic-serving"
_BLAMED = (RequestOutcome.ERROR, RequestOutcome.LATE)


class Traces:
    """Creates a span for each request, as a child of the caller's `traceparent` if present."""

    def __init__(self) -> None:
        disabled = os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true"
        self.on = not disabled and any(os.environ.get(name) for name in _ENDPOINTS)
        if not self.on:
            return
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        has_name = "OTEL_SERVICE_NAME" in os.environ
        resource = Resource.create({} if has_name else {"service.name": _SERVICE})
        self._provider = TracerProvider(resource=resource)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer(_SERVICE)

    def begin(self, deployment: str, traceparent: str | None) -> Span:
        """Start the span of a request."""
        from opentelemetry.trace import SpanKind
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        carrier = {} if traceparent is None else {"traceparent": traceparent}
        return self._tracer.start_span(
            f"predict {deployment}",
            context=TraceContextTextMapPropagator().extract(carrier),
            kind=SpanKind.SERVER,
            attributes={"automl.deployment": deployment},
        )

    def end(self, span: Span, model: ServedModel, role: Role, outcome: RequestOutcome) -> None:
        """End the span with the version, role and outcome. It contains no values of the request."""
        from opentelemetry.trace import Status, StatusCode

        span.set_attributes(
            {
                "automl.model": model.model,
                "automl.version": model.version,
                "automl.role": role.value,
                "automl.outcome": outcome.name.lower(),
            }
        )
        if outcome in _BLAMED:
            span.set_status(Status(StatusCode.ERROR))
        span.end()

    def stop(self) -> None:
        """Export the remaining spans."""
        if self.on:
            self._provider.shutdown()
