"""The page on which anybody checks a report. Nothing of the file is kept."""

from io import BufferedReader
from threading import BoundedSemaphore
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from compliance.identity.organisations.rate_limits import too_many, within
from compliance.proof.press.api import SealError, certificates_of
from compliance.proof.verifier.checked import NoReportError
from compliance.reporting.reports.forms import VerifyForm
from compliance.reporting.reports.pdf_engine import place
from compliance.reporting.reports.report_lookup import looked_at, own_pins
from compliance.reporting.reports.upload import ReportUploadHandler

TRIES = {"verify": "30/h/ip"}
AT_ONCE = BoundedSemaphore(2)
"""Files that this process has checked at the same time."""
BUSY = "Two files are being checked. Wait a moment, then send yours again."
NO_ROOM = "There is no space for the file at the moment. The file itself is fine."
UNSET = "This installation cannot read its own key at the moment. Tell its administrator."


@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
@csrf_exempt  # looked at by ``_verify``, once it is known where a file may go
def verify(request: HttpRequest) -> HttpResponse:
    """Form and result. A file is received only while the address has tries left."""
    if not within(request, TRIES):
        return too_many(request)
    request.upload_handlers = [ReportUploadHandler(request)]
    return _verify(request)


@csrf_protect
def _verify(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request, {"form": VerifyForm()})
    form = VerifyForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, {"form": form}, 422)
    context, status = _checked(form.cleaned_data["file"].file)
    return _page(request, {"form": VerifyForm()} | context, status)


def _checked(file: BufferedReader) -> tuple[dict[str, Any], int]:
    """The result for a file, and the status of the reply."""
    if not AT_ONCE.acquire(blocking=False):
        return {"problem": BUSY}, 503
    try:
        return {"found": looked_at(file)}, 200
    except NoReportError as error:
        return {"problem": str(error)}, 422
    except SealError:
        return {"problem": UNSET}, 503
    except OSError:
        return {"problem": NO_ROOM}, 507
    finally:
        AT_ONCE.release()


def _page(request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    try:
        pins = own_pins()
    except SealError:
        pins = ()
    context |= {"own": pins[0] if pins else ""}
    return render(request, "reporting/reports/verify.html", context, status=status)


@require_safe
@login_not_required
def certificate(request: HttpRequest) -> HttpResponse:
    """The certificates of this installation, for whoever checks elsewhere."""
    try:
        found = certificates_of(place())
    except SealError:
        return HttpResponse(UNSET, content_type="text/plain", status=503)
    text = b"".join(one.public_bytes(Encoding.PEM) for one in found)
    return HttpResponse(
        text,
        content_type="application/x-pem-file",
        headers={"Content-Disposition": 'attachment; filename="attest.pem"'},
    )
