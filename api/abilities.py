"""What kind each engine of an archive is, for the words about what that kind can and cannot do (`engine.KIND.can`)."""

from __future__ import annotations

from collections.abc import Mapping

from api.settings import Settings

_EMBEDDED = {"catalogue": "sqlite", "objects": "file", "search": "tantivy", "jobs": "catalogue"}
_SAME = {"amqps": "amqp", "rediss": "redis"}


def kinds_of(settings: Settings) -> Mapping[str, str]:
    """By engine the kind that the settings choose, as the scheme of its address."""
    urls = {
        "catalogue": settings.catalogue_url,
        "objects": settings.objects_url,
        "search": settings.search_url,
        "jobs": settings.jobs_url,
    }
    kinds = {name: url.partition(":")[0].partition("+")[0] or _EMBEDDED[name] for name, url in urls.items()}
    return {name: _SAME.get(kind, kind) for name, kind in kinds.items()} | {"tesseract": "tesseract"}
