"""QR codes, dark on white in any theme, since phones read them so."""

from io import BytesIO

import segno

from django.http import HttpResponse


def picture(text: str, *, scale: int = 8, border: int = 4, download_as: str = "") -> HttpResponse:
    """An SVG, offered as a file when `download_as` names it. Raises ValueError for more than a code can hold."""
    drawn = BytesIO()
    segno.make(text, error="m", micro=False).save(drawn, kind="svg", scale=scale, border=border, light="#fff")
    answer = HttpResponse(drawn.getvalue(), content_type="image/svg+xml")
    if download_as:
        answer["Content-Disposition"] = f'attachment; filename="{download_as}.svg"'
    return answer
