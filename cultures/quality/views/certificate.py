"""The certificate of a culture, on paper."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from cultures.passaging.views.entry import culture_of
from cultures.quality.certificate import certificate_of
from cultures.quality.certificate_pdf import certificate_pdf
from lims.accounts.access import SignedInRequest, requires
from lims.clock import now


@require_safe
@requires("export_bench")
def certificate(request: SignedInRequest, code: str) -> HttpResponse:
    culture = culture_of(code)
    pdf = certificate_pdf(certificate_of(culture, now()), request.user)
    headers = {
        "Content-Disposition": f'inline; filename="certificate-{culture.code}.pdf"',
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)
