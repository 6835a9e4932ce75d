"""Whether a bucket's object lock holds, found out by trying on scrap objects what must be refused to everybody.

Vendors differ: there are servers that let their root user shorten a COMPLIANCE retention. What they document proves
nothing about the key in use, so the key itself tries.
"""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from minio import Minio
from minio.commonconfig import COMPLIANCE, GOVERNANCE
from minio.error import S3Error
from minio.retention import Retention

from archive.adapters.s3_answers import is_refusal
from archive.ports import Protection

_LOCKED_FOR = timedelta(seconds=120)
_SHORTENED_TO = timedelta(seconds=60)
"""Both ahead of any server's clock: a date in the past is refused for another reason."""
_SCRAP_AGE = timedelta(minutes=5)
_CONTENT = b"a scrap on which the object lock was tried; may be removed"

Try = Callable[[], object]


def prove(client: Minio, bucket: str, folder: str) -> Protection:
    """Try it out below `folder` in the bucket. Leaves a scrap there for two minutes, which a later trial removes.

    Raises what minio raises where the server does not answer: then nothing is known yet.
    """
    for trial in (_retention_fails, _hold_fails):
        if reason := trial(client, bucket, f"{folder}{uuid.uuid4().hex}"):
            return Protection(wanted=True, proven=False, words=f"WORM mode is refused: {reason}")
    return Protection(
        wanted=True,
        proven=True,
        words="a COMPLIANCE retention could be neither shortened nor softened nor its object deleted, a hold held",
    )


def _retention_fails(client: Minio, bucket: str, scrap: str) -> str:
    """Why a retention does not hold; empty where it does."""
    version, now = _put(client, bucket, scrap)
    _sweep(client, bucket, scrap.rpartition("/")[0] + "/", now)

    def retain(mode: str, length: timedelta) -> None:
        client.set_object_retention(bucket, scrap, Retention(mode, now + length), version_id=version)

    def delete() -> None:
        client.remove_object(bucket, scrap, version_id=version)

    try:
        retain(COMPLIANCE, _LOCKED_FOR)
    except S3Error as error:
        if not (is_refusal(error) or error.code == "NotImplemented"):
            raise
        delete()
        return f"the bucket takes no retention ({error.message}); object lock is given when a bucket is made"
    if not _refused(lambda: retain(COMPLIANCE, _SHORTENED_TO)):
        return "this key may shorten a COMPLIANCE retention; use a key, or a server, that may not"
    if not _refused(lambda: retain(GOVERNANCE, _LOCKED_FOR)):
        return "this key may turn a COMPLIANCE retention into another; use a key, or a server, that may not"
    if not _refused(delete):
        return "an object was deleted before its date"
    return ""


def _hold_fails(client: Minio, bucket: str, scrap: str) -> str:
    """Why a legal hold does not hold; empty where it does."""
    version, _ = _put(client, bucket, scrap)
    client.enable_object_legal_hold(bucket, scrap, version_id=version)
    if not _refused(lambda: client.remove_object(bucket, scrap, version_id=version)):
        return "an object on legal hold was deleted"
    client.disable_object_legal_hold(bucket, scrap, version_id=version)
    client.remove_object(bucket, scrap, version_id=version)
    return ""


def _put(client: Minio, bucket: str, scrap: str) -> tuple[str | None, datetime]:
    """Its version, and the server's time."""
    version = client.put_object(bucket, scrap, io.BytesIO(_CONTENT), len(_CONTENT)).version_id
    written = client.stat_object(bucket, scrap, version_id=version).last_modified
    if written is None:
        raise ValueError("an object without a date")
    return version, written


def _refused(attempt: Try) -> bool:
    try:
        attempt()
    except S3Error as error:
        if not is_refusal(error):
            raise
        return True
    return False


def _sweep(client: Minio, bucket: str, folder: str, now: datetime) -> None:
    """Remove the scraps of earlier trials, but not those of trials under way."""
    for item in client.list_objects(bucket, prefix=folder):
        name = item.object_name
        if name and item.last_modified and now - item.last_modified > _SCRAP_AGE:
            # Another trial may be at the same scrap, or a lock still keep it.
            with suppress(S3Error):
                client.remove_object(bucket, name, version_id=client.stat_object(bucket, name).version_id)
