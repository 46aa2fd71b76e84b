"""Probes and metrics: for load balancers, Kubernetes and Prometheus, never for people."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe

from compliance.operations.monitoring import checks


@require_safe
@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """Whether this process answers. It asks nothing else: a restart would mend nothing else."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@login_not_required
def readyz(request: HttpRequest) -> HttpResponse:
    """Each check with its status; 503 where this process can serve nobody.

    No figures, because anybody may ask: ``/metrics`` has them.
    """
    found = checks.results()
    status = checks.overall(found)
    return JsonResponse(
        {"status": status, "checks": {one.check.name: one.status for one in found}},
        status=503 if status == checks.Status.FAIL else 200,
    )


@require_safe
@login_not_required
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus' text format, for whoever has ``ATTEST_METRICS_TOKEN``; else not found."""
    given = request.headers.get("Authorization", "")
    wanted = f"Bearer {settings.METRICS_TOKEN}"
    if not settings.METRICS_TOKEN or not constant_time_compare(given, wanted):
        raise Http404
    from compliance.operations.monitoring import metrics  # noqa: PLC0415 - 0.1 s of every start

    return HttpResponse(metrics.exposition(), content_type=metrics.CONTENT_TYPE)
