"""Our own company, as a YAML file names it."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import yaml

from archive.errors import BadInput
from dedup.own_company import NOBODY, OwnCompany


def load_company(path: Path | None) -> OwnCompany:
    """Our own names, phones, mailboxes, numbers and addresses; nobody's where no file is named.

    Raises `BadInput` that names the file, the key and the remedy.
    """
    if path is None:
        return NOBODY
    try:
        record = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise BadInput(f"{path}: our own company can not be read: {error}") from error
    known = {field.name for field in fields(OwnCompany)}
    if not isinstance(record, dict) or (unknown := set(record) - known):
        told = ", ".join(sorted(unknown)) if isinstance(record, dict) else "no keys"
        raise BadInput(
            f"{path}: {told} is not known here: use the keys {', '.join(sorted(known))}, each a list of texts"
        )
    return OwnCompany(**{key: tuple(str(value) for value in values or ()) for key, values in record.items()})
