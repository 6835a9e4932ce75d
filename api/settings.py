"""Every setting: name, default, unit and help in one table, read once and passed in."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import quote

from archive.errors import BadInput

LOG_KINDS = ("text", "json")


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of the table: the environment variable, its default as text, and what it is for."""

    name: str
    default: str
    help: str


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings in force. An engine's address left empty is the embedded engine below `home`."""

    home: Path
    catalogue_url: str
    objects_url: str
    objects_key: str
    objects_secret: str
    search_url: str
    jobs_url: str
    branch: str
    time_zone: str
    languages: str
    company: str
    folder_plan: str
    guard_refuses: str
    guard_warns: str
    retain_years: int
    workers: int
    host: str
    port: int
    session_hours: int
    demo: bool
    log: str
    metrics_token: str


TABLE: dict[str, Setting] = {
    "home": Setting("DOSSIER_HOME", "home", "folder of the archive: catalogue, objects, index"),
    "catalogue_url": Setting(
        "DOSSIER_CATALOGUE_URL",
        "",
        "sqlite:///PATH or postgresql://USER:PASSWORD@HOST/DATABASE; empty: HOME/catalogue.db",
    ),
    "objects_url": Setting(
        "DOSSIER_OBJECTS_URL",
        "",
        "file:///PATH or s3+https://KEY:SECRET@HOST/BUCKET?prefix=…&region=…&worm=compliance; empty: HOME/objects",
    ),
    "objects_key": Setting(
        "DOSSIER_OBJECTS_KEY", "", "key of the S3 object store, where its address holds none; empty: as in the address"
    ),
    "objects_secret": Setting(
        "DOSSIER_OBJECTS_SECRET", "", "secret of that key, where the address holds none; empty: as in the address"
    ),
    "search_url": Setting(
        "DOSSIER_SEARCH_URL",
        "",
        "tantivy:///PATH, elasticsearch(+https)://USER:PASSWORD@HOST:PORT/PREFIX or opensearch…; empty: HOME/index",
    ),
    "jobs_url": Setting(
        "DOSSIER_JOBS_URL",
        "",
        "amqp://USER:PASSWORD@HOST/VHOST or redis://:PASSWORD@HOST/NUMBER, for workers run by Celery; empty: catalogue:",
    ),
    "branch": Setting("DOSSIER_BRANCH", "HQ", "code of the branch that receives where none is named"),
    "time_zone": Setting("DOSSIER_TIME_ZONE", "UTC", "IANA name: the clock of a branch that is made by its first use"),
    "languages": Setting("DOSSIER_LANGUAGES", "rus+eng", "tesseract's languages, joined by +"),
    "company": Setting(
        "DOSSIER_COMPANY", "", "YAML file with our own names, phones, mailboxes, addresses; empty: none"
    ),
    "folder_plan": Setting(
        "DOSSIER_FOLDER_PLAN",
        "",
        "YAML file with the folders of a customer's set and their criteria; empty: the plan that ships",
    ),
    "guard_refuses": Setting(
        "DOSSIER_GUARD_REFUSES",
        "tax_id",
        "strong keys that refuse a customer of whom another holds them: some of tax_id,accounts,emails,phones, or none",
    ),
    "guard_warns": Setting(
        "DOSSIER_GUARD_WARNS",
        "accounts,emails,phones",
        "strong keys that warn of whoever else holds them (phones: but for another surname in another home), or none",
    ),
    "retain_years": Setting(
        "DOSSIER_RETAIN_YEARS", "0", "years from reception in which no original may be deleted; 0: no date is set"
    ),
    "workers": Setting("DOSSIER_WORKERS", "0", "worker processes; 0: one a core"),
    "host": Setting("DOSSIER_HOST", "127.0.0.1", "address that `dossier serve` listens on"),
    "port": Setting("DOSSIER_PORT", "8765", "port that `dossier serve` listens on"),
    "session_hours": Setting("DOSSIER_SESSION_HOURS", "12", "hours until a sign-in ends"),
    "demo": Setting("DOSSIER_DEMO", "0", "1: no sign-in, on a loopback address only"),
    "log": Setting("DOSSIER_LOG", "text", "text: warnings on stderr; json: all that happens, a JSON object a line"),
    "metrics_token": Setting(
        "DOSSIER_METRICS_TOKEN", "", "bearer token that /metrics takes beside an admin's sign-in; empty: none"
    ),
}


def worker_count(settings: Settings) -> int:
    """How many workers: what the settings say, else one a core that this process may use."""
    return settings.workers or len(os.sched_getaffinity(0))


def read_settings(environment: Mapping[str, str] | None = None, home: Path | None = None) -> Settings:
    """The settings of this process. `home` from the command line outweighs the environment.

    Raises `BadInput` naming the variable, what it holds, and what it should.
    """
    source = os.environ if environment is None else environment
    values: dict[str, Any] = {}
    for field in fields(Settings):
        setting = TABLE[field.name]
        values[field.name] = _parsed(setting, _given(setting, source) or setting.default, str(field.type))
    if home is not None:
        values["home"] = home
    values["home"] = Path(values["home"]).absolute()
    if values["log"] not in LOG_KINDS:
        raise BadInput(f"{TABLE['log'].name}={values['log']!r} is none of {', '.join(LOG_KINDS)}")
    values["objects_url"] = _with_key(values["objects_url"], values["objects_key"], values["objects_secret"])
    return Settings(**values)


def _with_key(url: str, key: str, secret: str) -> str:
    """The object store's address with a key that was given apart from it. Raises `BadInput`, which tells neither."""
    if not (key or secret):
        return url
    scheme, _, rest = url.partition("://")
    names = f"{TABLE['objects_key'].name} and {TABLE['objects_secret'].name}"
    if not scheme.startswith("s3+"):
        raise BadInput(f"{names} are for an object store at s3+http(s)://…, which {TABLE['objects_url'].name} is not")
    if not (key and secret):
        raise BadInput(f"{names} go together; one of them is empty")
    if "@" in rest:
        raise BadInput(f"{names} are set, and {TABLE['objects_url'].name} holds a key too; take one of them out")
    return f"{scheme}://{quote(key, safe='')}:{quote(secret, safe='')}@{rest}"


def _given(setting: Setting, source: Mapping[str, str]) -> str:
    """The variable, or what is in the file that `NAME_FILE` names: secrets need not stand in the environment."""
    file = source.get(f"{setting.name}_FILE", "")
    if not file:
        return source.get(setting.name, "")
    if source.get(setting.name, ""):
        raise BadInput(f"{setting.name} and {setting.name}_FILE are both set; unset one of them")
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{setting.name}_FILE={file!r} can not be read: {error}") from error


def _parsed(setting: Setting, text: str, kind: str) -> Any:
    if kind == "int":
        if not text.lstrip("-").isdigit():
            raise BadInput(f"{setting.name}={text!r} is not a whole number: {setting.help}")
        return int(text)
    if kind == "bool":
        if text.lower() not in {"0", "1", "true", "false", "yes", "no"}:
            raise BadInput(f"{setting.name}={text!r} is neither 0 nor 1: {setting.help}")
        return text.lower() in {"1", "true", "yes"}
    return Path(text).expanduser() if kind == "Path" else text
