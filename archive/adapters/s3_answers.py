"""What an S3 server's refusals and silences mean: translated at the border into the archive's own errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from xml.etree.ElementTree import ParseError

from minio.error import InvalidResponseError, MinioException, S3Error
from urllib3.exceptions import HTTPError, MaxRetryError

from archive.errors import EngineAway, NotFound

_REMEDIES = {
    "NoSuchBucket": "there is no such bucket: make it, or give this key the right to",
    "AccessDenied": "the key may not do this: give it the right to read, write, list and delete in the bucket",
    "InvalidAccessKeyId": "the key is not known there: look at KEY in DOSSIER_OBJECTS_URL",
    "SignatureDoesNotMatch": "the secret is not the key's: look at KEY:SECRET in DOSSIER_OBJECTS_URL",
    "AuthorizationHeaderMalformed": "the region is another: look at region= in DOSSIER_OBJECTS_URL",
    "RequestTimeTooSkewed": "the clocks of this machine and of the server differ: set them",
    "SlowDown": "it is overloaded",
}


@contextmanager
def answers_of(place: str, thing: str = "") -> Iterator[None]:
    """Engine errors inside the block come out as NotFound (of `thing`) or EngineAway (of `place`), without secrets."""
    try:
        yield
    except S3Error as error:
        if error.code in {"NoSuchKey", "NoSuchVersion"} and thing:
            raise NotFound(f"object {thing} is not in {place}") from error
        told = _REMEDIES.get(error.code or "") or error.message or "no reason given"
        raise EngineAway(f"the object store {place} refuses ({error.code}): {told}") from error
    except (MinioException, HTTPError, OSError) as error:
        raise EngineAway(f"the object store {place} does not answer: {reason_of(error)}; try again") from error
    except (ValueError, ParseError) as error:
        raise EngineAway(f"the object store {place} does not answer as S3 does: {error}") from error


def reason_of(error: BaseException) -> str:
    """The innermost reason, short: what is wrapped around it repeats the address and the stack."""
    while isinstance(error, MaxRetryError) and error.reason is not None:
        error = error.reason
    if isinstance(error, InvalidResponseError):
        return f"not S3's language but {error._content_type or 'nothing'}, status {error._code}"
    return f"{type(error).__name__}: {str(error).rpartition('>: ')[2]}"


def is_refusal(error: S3Error) -> bool:
    """Whether the server understood and said no, rather than being busy, broken or without the thing."""
    return error.response.status in {400, 403, 405, 409}
