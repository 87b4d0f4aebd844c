"""The wheel, installed in an empty environment somewhere else: what it carries and that it runs."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.package

CHECKOUT = Path(__file__).resolve().parents[1]

PROBE = """
import json, os, sys
from pathlib import Path
import survey
from survey.app import create_app
from survey.config import instance_folder, load_config
from survey.questionnaire.shipped import find, shipped_ids

app = create_app(load_config(instance_folder(os.environ), os.environ))
with app.test_client() as client:
    answer = client.get("/", follow_redirects=True)
print(json.dumps({
    "package": str(Path(survey.__file__).parent),
    "questionnaires": {name: len(find(name).items) for name in shipped_ids()},
    "status": answer.status_code,
    "page": answer.get_data(as_text=True),
}))
"""


def environment(**more: str) -> dict[str, str]:
    """The environment of a stranger: nothing of this checkout on the path."""
    ours = {"PYTHONPATH", "VIRTUAL_ENV", "HEADWIND_INSTANCE"}
    return {**{name: text for name, text in os.environ.items() if name not in ours}, **more}


def call(*command: object, cwd: Path, **more: str) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment(**more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build the source distribution, and from nothing but that the wheel."""
    folder = tmp_path_factory.mktemp("dist")
    call(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ".", cwd=CHECKOUT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """Make an empty environment with the locked libraries and the wheel; give its scripts."""
    folder = tmp_path_factory.mktemp("elsewhere")
    scripts = folder / "venv" / "bin"
    python = scripts / "python"
    call(sys.executable, "-m", "venv", "--without-pip", scripts.parent, cwd=folder)
    uv = Path(sys.executable).with_name("uv")
    if uv.exists():
        install = [uv, "pip", "install", "--system-certs", "-p", python]
    else:
        install = [sys.executable, "-m", "pip", "--python", python, "install"]
    lock = CHECKOUT / "requirements.lock"
    call(*install, "--no-deps", "--require-hashes", "-r", lock, cwd=folder)
    call(*install, "--no-deps", wheel, cwd=folder)
    return scripts


def test_the_wheel_carries_everything_that_runs_and_no_test(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    for folder, ending in [
        ("survey/templates/", ".html"),
        ("survey/questionnaires/", ".toml"),
        ("survey/questionnaires/guides/", ".toml"),
        ("survey/storage/migrations/", ".py"),
        ("survey/static/", ".css"),
        ("survey/static/", ".js"),
    ]:
        assert any(n.startswith(folder) and n.endswith(ending) for n in names), (folder, ending)
    assert {name.split("/")[0] for name in names if not name.startswith("headwind")} == {"survey"}
    assert not [name for name in names if "__pycache__" in name]


def test_every_file_of_the_package_in_the_checkout_is_in_the_wheel(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    here = [
        (top, file.relative_to(CHECKOUT / top))
        for top in ("survey", "templates", "questionnaires")
        for file in (CHECKOUT / top).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    ]
    expected = {
        f"survey/{file}" if top == "survey" else f"survey/{top}/{file}" for top, file in here
    }
    assert expected - names == set()


def test_an_installed_copy_shows_a_page_and_lists_its_questionnaires(installed, tmp_path):
    data = tmp_path / "data"
    out = call(installed / "python", "-c", PROBE, cwd=tmp_path, HEADWIND_INSTANCE=str(data))
    seen = json.loads(out)
    assert seen["package"].startswith(str(installed.parent)), "not the installed copy"
    assert seen["status"] == 200
    assert "<h1" in seen["page"]
    assert set(seen["questionnaires"]) == {"climate", "environment"}
    assert all(seen["questionnaires"].values())
    assert (data / "secret_key").exists(), "HEADWIND_INSTANCE was not honoured"


def test_an_installed_copy_keeps_its_data_outside_of_its_environment(installed, tmp_path):
    home = tmp_path / "home"
    where = call(
        installed / "headwind", "where", cwd=tmp_path, HOME=str(home), XDG_DATA_HOME=""
    ).strip()
    assert where == str(home / ".local" / "share" / "headwind")
    told = call(installed / "headwind", "where", cwd=tmp_path, HEADWIND_INSTANCE="/srv/headwind")
    assert told == "/srv/headwind\n"


def test_an_installed_copy_has_the_command(installed, tmp_path):
    assert "Commands:" in call(installed / "headwind", "--help", cwd=tmp_path)
