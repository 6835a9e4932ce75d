"""docker-compose.yml and the Dockerfile say what the settings, the adapters, the engines of the tests and the routes say.

Nothing is run here: no container engine is needed, and none was at hand when this was written.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import typer.main
import yaml

from api.cli import app
from api.settings import TABLE, read_settings
from api.wiring import catalogue_at
from archive.adapters import s3_address
from intake.adapters.celery_broker import Broker
from search.adapters import elastic_address
from tests.engines import elasticsearch, versitygw
from tests.promises.test_every_route import OPEN

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
FOLDER = "${SECRETS_FOLDER:-./secrets}/"
OURS = ("api", "worker")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(COMPOSE)
    return loaded


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What deploy/secrets.sh makes, by file."""
    folder = tmp_path_factory.mktemp("deploy") / "secrets"
    _make_secrets(folder)
    return {path.name: path.read_text(encoding="utf-8").strip() for path in folder.iterdir()}


def _make_secrets(folder: Path) -> None:
    script, environment = ROOT / "deploy" / "secrets.sh", {"SECRETS_FOLDER": str(folder), "PATH": "/usr/bin:/bin"}
    subprocess.run(["sh", str(script)], env=environment, check=True, capture_output=True)


def _stage(name: str) -> str:
    """One stage of the Dockerfile, from its FROM to the next."""
    return next(part for part in re.split(r"(?m)^(?=FROM )", DOCKERFILE) if f"AS {name}\n" in part)


def test_the_services_are_those_that_the_product_needs(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {"api", "worker", "postgres", "objects", "elasticsearch", "rabbitmq"}


def test_every_service_has_a_health_check_limits_and_a_pinned_image(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert service["healthcheck"]["test"], name
        assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory"}, name
        assert service["restart"] == "unless-stopped", name
        assert re.search(r":v?\d+\.\d+", service["image"]), f"{name}: {service['image']} names no version"
        assert not service.get("privileged"), name


def test_only_the_pages_are_reached_from_outside_and_from_this_machine_alone(compose: dict[str, Any]) -> None:
    published = {name: service["ports"] for name, service in compose["services"].items() if "ports" in service}
    port = TABLE["port"].default
    assert published == {"api": [f"127.0.0.1:${{DOSSIER_PORT:-{port}}}:{port}"]}


def test_every_volume_is_declared_and_every_engine_keeps_its_data_in_one(compose: dict[str, Any]) -> None:
    named = {
        name: volume.partition(":")[0]
        for name, service in compose["services"].items()
        for volume in service.get("volumes", ())
    }
    assert set(named.values()) == set(compose["volumes"])
    assert set(named) == set(compose["services"]) - {"worker"}


def test_every_variable_of_ours_is_a_setting_and_holds_what_it_may(compose: dict[str, Any]) -> None:
    known = {setting.name for setting in TABLE.values()}
    named = set(re.findall(r"\bDOSSIER_\w+", COMPOSE + DOCKERFILE))
    assert {name.removesuffix("_FILE") for name in named} <= known
    for service in OURS:
        given = {
            name: re.sub(r"\$\{\w+:-(.*)\}", r"\1", value)
            for name, value in compose["services"][service]["environment"].items()
            if not name.endswith("_FILE")
        }
        read_settings(given)


def test_every_secret_is_declared_made_and_read(compose: dict[str, Any], secrets: dict[str, str]) -> None:
    declared = {name: one["file"] for name, one in compose["secrets"].items()}
    assert declared == {name: FOLDER + name for name in declared}
    used = {name for service in compose["services"].values() for name in service.get("secrets", ())}
    env_files = {file for service in compose["services"].values() for file in service.get("env_file", ())}
    assert used == set(declared)
    assert used | {file.removeprefix(FOLDER) for file in env_files} == set(secrets)
    for service in compose["services"].values():
        for name, value in service.get("environment", {}).items():
            if name.endswith("_FILE"):
                assert value.removeprefix("/run/secrets/") in service["secrets"], name


def test_every_engine_is_set_so_that_nothing_embedded_is_used_by_mistake(compose: dict[str, Any]) -> None:
    engines = {f"{setting.name}_FILE" for key, setting in TABLE.items() if key.endswith("_url")}
    for service in OURS:
        assert engines <= set(compose["services"][service]["environment"])


def test_the_addresses_are_what_the_adapters_take_and_name_the_services(
    compose: dict[str, Any], secrets: dict[str, str], tmp_path: Path
) -> None:
    catalogue_at(secrets["catalogue_url"], tmp_path).close()
    Broker(secrets["jobs_url"])
    objects = s3_address.read_address(secrets["objects_url"])
    search = elastic_address.read_address(secrets["search_url"])
    hosts = [urlsplit(secrets[name]).hostname for name in ("catalogue_url", "jobs_url")]
    assert [*hosts, objects.endpoint, search.host] == ["postgres", "rabbitmq", "objects:7070", "elasticsearch"]
    assert {"postgres", "rabbitmq", "objects", "elasticsearch"} <= set(compose["services"])
    assert ":7070" in compose["services"]["objects"]["command"]


def test_each_server_is_given_the_password_that_its_address_holds(secrets: dict[str, str]) -> None:
    kept = {
        "catalogue_url": secrets["postgres_password"],
        "objects_url": secrets["objects.env"].rpartition("=")[2],
        "search_url": secrets["search.env"].rpartition("=")[2],
        "jobs_url": secrets["jobs.env"].rpartition("=")[2],
    }
    for name, password in kept.items():
        assert urlsplit(secrets[name]).password == password and len(password) >= 32, name
    assert len({*kept.values(), secrets["metrics_token"]}) == 5


def test_secrets_are_made_once_and_what_is_there_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    folder.mkdir()
    (folder / "catalogue_url").write_text("my own")
    _make_secrets(folder)
    assert [(path.name, path.read_text()) for path in folder.iterdir()] == [("catalogue_url", "my own")]
    _make_secrets(tmp_path / "other")
    assert (tmp_path / "other").stat().st_mode & 0o777 == 0o700


def test_the_versions_are_those_that_the_tests_run_on(compose: dict[str, Any]) -> None:
    versions = {name: service["image"].rpartition(":")[2] for name, service in compose["services"].items()}
    told = (ROOT / "tests" / "engines" / "README.md").read_text(encoding="utf-8")
    debian = dict(re.findall(r"^\| (postgres|rabbitmq) \| Debian's, ([\d.]+)", told, re.MULTILINE))
    assert versions["elasticsearch"] == elasticsearch.VERSION
    assert versions["objects"] == versitygw.VERSION
    assert f"FROM versity/versitygw:v{versitygw.VERSION} AS objects" in DOCKERFILE
    assert versions["postgres"].startswith(f"{debian['postgres']}.")
    assert versions["rabbitmq"].startswith(f"{debian['rabbitmq']}.")
    assert versions["api"] == versions["worker"] == PROJECT["version"]


def test_the_health_checks_ask_what_is_there(compose: dict[str, Any]) -> None:
    port = TABLE["port"].default
    asked = re.findall(r"http://127\.0\.0\.1:(\d+)(/\w+)", str(compose["services"]["api"]["healthcheck"]) + DOCKERFILE)
    assert asked and set(asked) == {(port, "/healthz")}
    assert "GET /healthz" in OPEN
    objects = compose["services"]["objects"]
    assert "http://127.0.0.1:7070/health" in objects["healthcheck"]["test"] and "/health" in objects["command"]


def test_the_commands_are_there(compose: dict[str, Any]) -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    name, *options = compose["services"]["api"]["command"]
    known = {word for parameter in commands[name].params for word in (*parameter.opts, *parameter.secondary_opts)}
    assert set(options) <= known
    assert compose["services"]["worker"]["entrypoint"] == ["celery", "-A", "api.celery_app"]
    assert (ROOT / "api" / "celery_app.py").exists()


def test_the_image_runs_as_nobody_special_without_compilers_with_both_languages() -> None:
    last = _stage("dossier")
    assert re.findall(r"(?m)^USER (\S+)", last) == ["10001"] and "--uid 10001 " in last
    assert re.findall(r"(?m)^USER (\S+)", _stage("objects")) == ["10001:10001"]
    assert "HEALTHCHECK" in last
    assert not re.search(r"\b(gcc|g\+\+|clang|make|build-essential|pip install|\w+-dev)\b", last)
    packages = re.search(r'^PACKAGES="(.*)"', (ROOT / "install.sh").read_text(encoding="utf-8"), re.MULTILINE)
    assert packages is not None
    for package in packages[1].split():
        assert package in last or package == "python3-venv"
    python = re.search(r"FROM python:(\d+\.\d+)", last)
    assert python is not None and f">={python[1]}" == PROJECT["requires-python"]
    assert DOCKERFILE.rstrip().endswith("FROM dossier"), "what is built without a target is the product"


def test_every_stage_stands_on_a_pinned_image_or_on_one_of_ours() -> None:
    stages = re.findall(r"(?m)^FROM (\S+)(?: AS (\S+))?$", DOCKERFILE)
    ours = {name for _, name in stages if name}
    assert len(stages) == DOCKERFILE.count("\nFROM ")
    for image, _ in stages:
        assert image in ours or re.search(r":v?\d+\.\d+", image), image


def test_no_secret_lies_in_a_layer_of_the_image() -> None:
    instructions = re.findall(r"(?m)^(ARG|ENV) ((?:.*\\\n)*.*)$", DOCKERFILE)
    told = {name for _, rest in instructions for name in re.findall(r"(?:^|\s)(\w+)(?==|$)", rest)}
    assert told == {"PATH", "PYTHONUNBUFFERED", "DOSSIER_HOME", "DOSSIER_HOST", "DOSSIER_LOG"}
    assert "secrets" not in DOCKERFILE and "ADD " not in DOCKERFILE


def test_a_linter_finds_nothing_in_the_dockerfile() -> None:
    linter = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([linter, "Dockerfile"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_build_gets_every_room_and_nothing_else() -> None:
    copied = {word for line in re.findall(r"(?m)^COPY (?!--from)(.*) \S+$", DOCKERFILE) for word in line.split()}
    let_in = set(re.findall(r"(?m)^!(\S+)$", (ROOT / ".dockerignore").read_text(encoding="utf-8")))
    rooms = {"archive", "dedup", "search", "cases", "intake", "api"}
    assert copied == let_in == rooms | {"requirements.lock", "pyproject.toml", "README.md", "LICENSE"}
    assert all((ROOT / one).exists() for one in copied)
    assert (ROOT / ".dockerignore").read_text(encoding="utf-8").startswith("*\n")


@pytest.mark.skipif(shutil.which("docker-compose") is None, reason="docker-compose is not installed")
def test_docker_compose_takes_it(tmp_path: Path) -> None:
    _make_secrets(tmp_path / "secrets")
    environment = {"SECRETS_FOLDER": str(tmp_path / "secrets"), "PATH": "/usr/bin:/bin:/usr/local/bin"}
    done = subprocess.run(
        ["docker-compose", "--file", str(ROOT / "docker-compose.yml"), "config", "--quiet"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
