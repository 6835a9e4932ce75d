"""PostgreSQL out of the system's packages, as its own cluster: the packaged one is not touched."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import subprocess
from pathlib import Path

from tests.engines.description import Command, Engine, EngineError, NotReadyError, Site
from tests.engines.programs import HINT, installed

OLDEST = 15
USER = "dossier"
CLUSTERS = Path("/usr/lib/postgresql")
CAPABILITY = "dac_override"


def _programs() -> Path:
    """The folder of the newest server on the machine; Debian keeps one beside the other, out of PATH."""
    numbered = [entry for entry in CLUSTERS.iterdir() if entry.name.isdigit()] if CLUSTERS.exists() else []
    newest = max(numbered, key=lambda entry: int(entry.name), default=None)
    folder = newest / "bin" if newest else Path(installed("postgres")).resolve().parent
    told = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    version = re.search(r"\d+", told)
    if version is None or int(version[0]) < OLDEST:
        raise EngineError(f"PostgreSQL {OLDEST} or later is needed, found {told.strip()}; {HINT}.")
    return folder


def _as_ordinary_user(site: Site) -> list[str]:
    """What to put before a command so that it does not run as root, which PostgreSQL refuses.

    A tree that only root may enter (a home, a temporary folder) is entered by a capability, which setpriv hands on.
    """
    if os.geteuid() != 0:
        return []
    owner = _owner()
    prefix = ["setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]
    closed = [folder for folder in site.data.parents if not folder.stat().st_mode & 0o001]
    return [*prefix, f"--inh-caps=+{CAPABILITY}", f"--ambient-caps=+{CAPABILITY}"] if closed else prefix


def _owner() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def install(site: Site) -> None:
    """Nothing to build: only looks whether the packages are there."""
    _programs()


def prepare(site: Site) -> None:
    """Make the cluster once, with one superuser and its random password."""
    cluster = site.data / "cluster"
    if (cluster / "global" / "pg_control").exists():
        # Of a killed server: nothing runs in this folder now, but after a reboot its number may be some other program's,
        # and PostgreSQL would take that for a server in its place.
        (cluster / "postmaster.pid").unlink(missing_ok=True)
        return
    shutil.rmtree(cluster, ignore_errors=True)  # An initdb that was killed half-way.
    password = site.data / "password"
    password.touch(mode=0o600)
    password.write_text(site.secret)
    if os.geteuid() == 0:
        for path in (site.data, password):
            os.chown(path, _owner().pw_uid, _owner().pw_gid)
    initdb = [str(_programs() / "initdb"), "-D", str(cluster), "-U", USER, f"--pwfile={password}"]
    initdb += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"]
    done = subprocess.run(
        [*_as_ordinary_user(site), *initdb], cwd=site.data, capture_output=True, text=True, check=False
    )
    password.unlink()
    if done.returncode != 0:
        raise EngineError(f"initdb failed:\n{done.stderr.strip()}")


def commands(site: Site) -> list[Command]:
    """The postmaster, on TCP alone: a socket file's path may be no longer than 107 bytes."""
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(site.port),
        "unix_socket_directories": "",
        "max_connections": "200",
        "shared_buffers": "128MB",
    }
    argv = [*_as_ordinary_user(site), str(_programs() / "postgres"), "-D", str(site.data / "cluster")]
    for name, value in settings.items():
        argv += ["-c", f"{name}={value}"]
    return [Command(tuple(argv))]


def ask(site: Site) -> str:
    """SELECT version()."""
    answer = subprocess.run(
        [str(_programs() / "psql"), "-X", "-A", "-t", "-c", "SELECT version()", url(site)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PGCONNECT_TIMEOUT": "5"},
    )
    told = re.match(r"PostgreSQL (\S+)", answer.stdout)
    if told is None:
        raise NotReadyError(answer.stderr.strip())
    return told[1]


def url(site: Site) -> str:
    """The superuser's address of the database `postgres`; tests make databases of their own."""
    return f"postgresql://{USER}:{site.secret}@127.0.0.1:{site.port}/postgres"


# SIGINT is PostgreSQL's fast shutdown: SIGTERM waits until every client has gone.
ENGINE = Engine("postgres", ("sql",), frozenset({"postgres"}), install, prepare, commands, ask, url, signal.SIGINT)
