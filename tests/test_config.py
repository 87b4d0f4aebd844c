"""Settings: where they come from, which one wins, and what a mistake is told."""

import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from survey.config import (
    BadSettings,
    Config,
    RelativeInstance,
    UnusableInstance,
    instance_folder,
    load_config,
    read_config,
    secret_key,
)

HOME = Path("/srv/headwind")


def faults(file: str = "", **env: str) -> tuple[str, ...]:
    with pytest.raises(BadSettings) as caught:
        read_config(HOME, file, env)
    return caught.value.faults


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_without_any_setting_everything_lies_in_the_instance_folder():
    assert read_config(HOME, "", {}) == Config(
        instance=HOME,
        database_url="sqlite:////srv/headwind/headwind.db",
        keys=HOME / "keys",
        public_url="",
        trusted_proxies=0,
        demo=False,
        access_log=False,
    )


def test_the_environment_wins_over_the_file_and_the_file_over_the_default():
    file = 'trusted_proxies = 1\npublic_url = "https://file.example/"\n'
    config = read_config(HOME, file, {"HEADWIND_PUBLIC_URL": "https://env.example"})
    assert (config.trusted_proxies, config.public_url) == (1, "https://env.example")


def test_an_empty_variable_and_other_programs_variables_are_not_settings():
    env = {"HEADWIND_PUBLIC_URL": "", "HEADWIND_INSTANCE": "/x", "HEADWIND_DEBUG": "1", "HOME": "/"}
    assert read_config(HOME, "", env) == read_config(HOME, "", {})


@pytest.mark.parametrize(
    ("told", "used"),
    [
        ("sqlite:///other.db", "sqlite:////srv/headwind/other.db"),
        ("sqlite:////data/other.db", "sqlite:////data/other.db"),
        ("postgresql://anna:secret@db/headwind", "postgresql+psycopg://anna:secret@db/headwind"),
        ("postgresql+psycopg:///headwind", "postgresql+psycopg:///headwind"),
    ],
)
def test_a_database_is_named_by_its_address(told, used):
    assert read_config(HOME, f'database_url = "{told}"', {}).database_url == used


def test_the_name_of_a_database_may_be_printed_because_no_password_is_in_it():
    config = read_config(HOME, 'database_url = "postgresql://anna:secret@db/headwind"', {})
    assert config.database_name == "PostgreSQL db/headwind"
    assert "secret" not in repr(config)


def test_the_secret_key_is_never_part_of_what_is_printed():
    config = read_config(HOME, "", {"HEADWIND_SECRET_KEY": "k" * 40})
    assert config.secret_key == "k" * 40
    assert "kkk" not in repr(config)


def test_every_fault_is_told_at_once_with_its_source_and_its_key():
    told = faults('colour = "red"\ntrusted_proxies = -1\n', HEADWIND_ACCESS_LOG="perhaps")
    assert len(told) == 3
    assert told[0].startswith("/srv/headwind/config.toml: colour: no such setting; there are")
    assert "/srv/headwind/config.toml: trusted_proxies: must be a whole number" in told[1]
    assert told[2] == "environment: HEADWIND_ACCESS_LOG: must be true or false"


def test_a_misspelt_variable_is_a_fault_and_not_silence():
    assert faults(HEADWIND_PUBLIC_ULR="https://x.example")[0].startswith(
        "environment: HEADWIND_PUBLIC_ULR: no such setting"
    )


def test_a_fault_of_the_notation_is_told_with_its_line():
    assert "line 2" in faults("trusted_proxies = 1\npublic_url = https\n")[0]


@pytest.mark.parametrize(
    "line",
    [
        'database_url = "sqlite://"',
        'database_url = "sqlite:///:memory:"',
        'database_url = "postgres://db/headwind"',
        'database_url = "mysql://db/headwind"',
        "database_url = 5",
        'public_url = "survey.example.org"',
        'public_url = "https://"',
        'public_url = "https://x.example:port"',
        'public_url = "https://x.example/?a=1"',
        'public_url = "https://anna@x.example"',
        "trusted_proxies = true",
        "trusted_proxies = 1.0",
        'trusted_proxies = "many"',
        "access_log = 1",
        'smtp_host = "smtp://mail.example"',
        'smtp_host = "mail.example:25"',
        "smtp_port = 0",
        "smtp_port = 65536",
        'smtp_security = "ssl"',
        'smtp_password = "two\\nlines"',
        'mail_from = "survey"',
        'mail_from = "Survey <survey@example.org>, eve@example.org"',
        'mail_reply_to = "a@example.org\\nBcc: b@example.org"',
        "mails_per_minute = 0",
        'secret_key = "short"',
        "keys = []",
        "[keys]",
    ],
)
def test_a_value_that_cannot_be_is_a_fault_of_its_key(line):
    (told,) = faults(line)
    assert line.strip("[]").split(" ")[0] in told


@given(st.text(), st.dictionaries(st.sampled_from(["HEADWIND_KEYS", "HEADWIND_X"]), st.text()))
@example("", {"HEADWIND_KEYS": "~0"})
def test_no_text_whatever_ends_in_anything_but_settings_or_faults(file, env):
    with suppress(BadSettings):
        assert read_config(HOME, file, env).instance == HOME


def test_the_instance_folder_is_the_one_that_is_named():
    assert instance_folder({"HEADWIND_INSTANCE": "/srv/headwind"}) == HOME


def test_a_relative_instance_folder_is_refused_because_it_would_move_with_the_caller():
    with pytest.raises(RelativeInstance, match='"here", but it must be an absolute path'):
        instance_folder({"HEADWIND_INSTANCE": "here"})


def test_a_checkout_keeps_its_data_beside_the_code():
    assert instance_folder({}) == Path(__file__).resolve().parents[1] / "instance"


def test_an_installed_copy_keeps_its_data_with_the_user(monkeypatch, tmp_path):
    monkeypatch.setattr("survey.config.__file__", str(tmp_path / "site-packages/survey/config.py"))
    assert instance_folder({"XDG_DATA_HOME": "/data"}) == Path("/data/headwind")
    monkeypatch.setenv("HOME", "/home/anna")
    assert instance_folder({}) == Path("/home/anna/.local/share/headwind")


def test_the_first_start_makes_a_folder_and_a_key_for_the_owner_alone(tmp_path):
    config = load_config(tmp_path / "new" / "instance", {})
    assert mode(config.instance) == 0o700
    assert mode(config.instance / "secret_key") == 0o600
    assert len(config.secret_key) >= 32
    assert load_config(config.instance, {}) == config
    assert [file.name for file in config.instance.iterdir()] == ["secret_key"]


def test_two_processes_that_start_at_once_end_with_one_key(tmp_path):
    with ThreadPoolExecutor(8) as threads:
        keys = set(threads.map(secret_key, [tmp_path] * 8))
    assert len(keys) == 1


def test_a_key_that_is_told_is_not_also_written(tmp_path):
    load_config(tmp_path, {"HEADWIND_SECRET_KEY": "k" * 40})
    assert not (tmp_path / "secret_key").exists()


def test_the_demo_is_known_by_its_marker(tmp_path):
    assert not load_config(tmp_path, {}).demo
    (tmp_path / ".demo").touch()
    assert load_config(tmp_path, {}).demo


def test_the_file_of_the_folder_is_read(tmp_path):
    (tmp_path / "config.toml").write_text("\ufefftrusted_proxies = 2\n", encoding="utf-8")
    assert load_config(tmp_path, {}).trusted_proxies == 2


def test_a_file_in_another_encoding_is_a_fault(tmp_path):
    (tmp_path / "config.toml").write_bytes('public_url = "https://bücher"'.encode("latin-1"))
    with pytest.raises(BadSettings) as caught:
        load_config(tmp_path, {})
    assert caught.value.faults == (f"{tmp_path}/config.toml: must be saved as UTF-8",)


def test_a_folder_that_cannot_be_is_told_with_its_reason(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UnusableInstance, match="HEADWIND_INSTANCE names another"):
        load_config(tmp_path / "file" / "instance", {})
    with pytest.raises(UnusableInstance, match="File exists"):
        load_config(tmp_path / "file", {})


def test_settings_are_read_without_pandas_or_flask():
    script = "import sys, survey.config; sys.exit(bool({'flask', 'pandas'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_a_home_that_is_not_there_is_told_and_not_a_crash():
    with pytest.raises(BadSettings) as told:
        read_config(HOME, "", {"HEADWIND_KEYS": "~nobody-of-this-name/keys"})
    assert "no home here" in told.value.faults[0]
    with pytest.raises(RelativeInstance):
        instance_folder({"HEADWIND_INSTANCE": "~nobody-of-this-name"})


MAIL = """
smtp_host = "mail.example.org"
mail_from = "Survey Größe <survey@example.org>"
public_url = "https://survey.example.org"
"""


def test_mail_is_set_up_with_a_server_and_a_sender():
    assert not read_config(HOME, "", {}).mail_set_up
    config = read_config(HOME, MAIL, {"HEADWIND_SMTP_PASSWORD": " secret "})
    assert config.mail_set_up
    assert (config.smtp_security, config.smtp_port, config.smtp_password) == (
        "starttls",
        0,
        " secret ",
    )
    assert config.mail_from == "Survey Größe <survey@example.org>"
    assert "secret" not in repr(config)


@pytest.mark.parametrize("missing", ["mail_from", "smtp_host", "public_url"])
def test_half_of_what_mail_needs_is_a_fault(missing):
    file = "\n".join(line for line in MAIL.splitlines() if not line.startswith(missing))
    (told,) = faults(file)
    assert told.startswith(f"{missing}: mails need it too")
