"""What people may write to run a script in somebody else's browser, put into every text that a company keeps."""

from collections.abc import Iterator
from itertools import cycle
from typing import Any

from django.apps import apps
from django.db import DatabaseError, models, transaction

from apps.organizations.models import Organization
from apps.organizations.tenancy import TenantModel, platform_scope

_TAGS = [
    "<script>hit()</script>",
    "<ScRiPt>hit()</sCrIpT>",
    "<scr<script>ipt>hit()</script>",
    "<script src=data:,hit()></script>",
    "<script\x0c>hit()</script>",
    "<img src=x onerror=hit()>",
    "<img src=x onerror=&#104;it()>",
    "<img/src=x/onerror=hit()>",
    "<img src=`x` onerror=hit()>",
    "<IMG SRC=x ONERROR=hit()>",
    "<svg onload=hit()>",
    "<svg/onload=hit()>",
    "<svg><script>hit()</script></svg>",
    "<svg><animate onbegin=hit() attributeName=x dur=1s>",
    "<svg><a xlink:href=javascript:hit()><text>x</text></a></svg>",
    "<math><mtext><img src=x onerror=hit()></mtext></math>",
    "<body onload=hit()>",
    "<iframe srcdoc='<script>parent.hit()</script>'>",
    "<iframe src=javascript:parent.hit()>",
    "<object data=javascript:hit()>",
    "<embed src=javascript:hit()>",
    "<details open ontoggle=hit()>",
    "<input autofocus onfocus=hit()>",
    "<select autofocus onfocus=hit()>",
    "<video><source onerror=hit()></video>",
    "<video src=x onerror=hit()>",
    "<audio src=x onerror=hit()>",
    "<marquee onstart=hit()>x</marquee>",
    "<style>@keyframes x{}</style><b style=animation-name:x onanimationstart=hit()>",
    "<base href=javascript:/hit()//>",
    "<form action=javascript:hit()><button>x</button></form>",
    "<a href=javascript:hit()>x</a>",
    "<a href=JaVaScRiPt:hit()>x</a>",
    "<a href='java\tscript:hit()'>x</a>",
    "<a href='data:text/html,<script>hit()</script>'>x</a>",
    "<meta http-equiv=refresh content='0;url=javascript:hit()'>",
    "<link rel=stylesheet href=data:, onload=hit()>",
    "<template><script>hit()</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=hit()>'>",
    "<div hx-on::load=hit() hx-get=/ hx-trigger=load>",
    "<div data-hx-on:load=hit()>",
]
_OUT_OF = [
    '"><img src=x onerror=hit()>',
    "'><img src=x onerror=hit()>",
    '" autofocus onfocus=hit() x="',
    "' autofocus onfocus=hit() x='",
    "--><img src=x onerror=hit()>",
    "</title><img src=x onerror=hit()>",
    "</textarea><img src=x onerror=hit()>",
    "</script><img src=x onerror=hit()>",
    "</style><img src=x onerror=hit()>",
    "</option></select><img src=x onerror=hit()>",
    "]]><img src=x onerror=hit()>",
]
_ELSEWHERE = [
    "javascript:hit()",
    " JavaScript:hit()",
    "data:text/html,<script>hit()</script>",
    "{{constructor.constructor('hit()')()}}",
    "${hit()}",
    "{% load x %}{{ request }}<img src=x onerror=hit()>",
    "*<img src=x onerror=hit()>* _<svg onload=hit()>_ ```<script>hit()</script>```",
    "[x](javascript:hit())",
    'https://a.example/"onmouseover=hit()//',
    "\u202e<img src=x onerror=hit()>",
    "<\u0131mg src=x onerror=hit()><img src=x onerror=hit()>",
]
PAYLOADS = [*_TAGS, *_OUT_OF, *_ELSEWHERE]
WRITTEN = (models.CharField, models.TextField, models.URLField)
# Nobody writes these: programs choose them, or a form refuses all but a known shape.
NOT_WRITTEN = {
    "token_hash",
    "master",
    "key",
    "dedupe_key",
    "signer",
    "time_zone",
    "language",
    "language_code",
    "country",
    "currency",
    "sha256",
    "engine",
    "locale",
    "color",
}


def poison(organization: Organization) -> dict[str, set[str]]:
    """Every text of every row of the company becomes payloads, as many as fit, each in turn. Returns {model.field: the
    payloads in it}; a field that the database holds to a shape stays as it was."""
    stock, placed = cycle(PAYLOADS), dict[str, set[str]]()
    with platform_scope(reason="a test spoils the rows of one company"):
        for model in apps.get_models():
            if issubclass(model, TenantModel):
                for row in model._default_manager.filter(organization=organization):
                    for name, field in _texts(model):
                        chosen, text = _fitting(field, stock)
                        if _write(row, name, text):
                            placed.setdefault(f"{model._meta.label}.{name}", set()).update(chosen)
    return placed


def _texts(model: type[models.Model]) -> Iterator[tuple[str, Any]]:
    for field in model._meta.concrete_fields:
        is_written = type(field) in WRITTEN and field.name not in NOT_WRITTEN
        if is_written and not field.choices and not field.primary_key:
            yield field.name, field


def _fitting(field: Any, stock: Iterator[str]) -> tuple[list[str], str]:
    """At least one; a short field gets a short one whole, since half a payload proves nothing."""
    room = min(field.max_length or 4_000, 4_000)
    if room > 1_000:
        return PAYLOADS, " ".join(PAYLOADS)[:room]
    for _attempt in PAYLOADS:
        first = next(stock)
        if len(first) <= room:
            return [first], first
    return [], "<b>"[:room]


def _write(row: models.Model, name: str, text: str) -> bool:
    try:
        with transaction.atomic():
            type(row)._default_manager.filter(pk=row.pk).update(**{name: text})
    except DatabaseError:
        return False
    return True
