"""Every setting is documented, and nonsense stops the start with one sentence."""

import os
import re
from pathlib import Path

import pytest

from engagement.errors import BadInput
from engagement.settings import PREFIX, Settings, read_settings

README = Path(__file__).parents[2] / "README.md"
SAFE = {
    "env": "production",
    "secret_key": "0123456789abcdefghijklmnopqrstuvwxyz",
    "smtp_url": "smtp://mail.example.com",
}


def test_every_setting_stands_in_the_readme():
    text = README.read_text(encoding="utf-8")
    missing = [name for name in Settings.model_fields if f"`{PREFIX}{name.upper()}`" not in text]
    assert missing == []


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"timezone": "Mars/Olympus"}, "not an IANA time zone"),
        ({"base_url": "example"}, "not a web address"),
        ({"smtp_url": "http://mail"}, "use smtp://"),
        ({"database_url": "mysql://x"}, "use postgresql://"),
        ({"anonymity_floor": 2}, "^ENGAGEMENT_ANONYMITY_FLOOR: 2 is too small; use 3 or more.$"),
        ({"mail_connections": 99}, "^ENGAGEMENT_MAIL_CONNECTIONS: 99 is too large; use 50 or less.$"),
        ({"mail_rate": "many"}, "^ENGAGEMENT_MAIL_RATE: “many” is not a whole number.$"),
        ({"lateness_limit": "1.5"}, "^ENGAGEMENT_LATENESS_LIMIT: “1.5” is not a whole number.$"),
        ({"allow_http": "perhaps"}, "^ENGAGEMENT_ALLOW_HTTP: “perhaps” is neither true nor false.$"),
        ({"env": "prod"}, "^ENGAGEMENT_ENV: “prod” is not one of these: development or production.$"),
        ({"log": "xml"}, "^ENGAGEMENT_LOG: “xml” is not one of these: console or json.$"),
        ({"working_hours": "9-17"}, "not working hours"),
        ({"metrics_token": "short"}, "at least 16 random"),
        ({"metrics_token": "a token with blanks in it"}, "at least 16 random"),
        ({**SAFE, "base_url": "https://x.example.com", "secret_key": "short"}, "ENGAGEMENT_SECRET_KEY"),
        ({**SAFE, "base_url": "http://x.example.com"}, "plain http"),
        ({**SAFE, "base_url": "https://x.example.com", "smtp_url": ""}, "ENGAGEMENT_SMTP_URL"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(settings, sentence):
    with pytest.raises(BadInput, match=sentence):
        read_settings(_env_file=None, **settings)


def test_production_takes_sound_settings():
    assert read_settings(_env_file=None, **SAFE, base_url="https://engagement.example.com").is_production


@pytest.mark.parametrize("name", ["secret_key", "metrics_token", "smtp_url"])
def test_a_secret_is_read_from_a_file(tmp_path, monkeypatch, name):
    # An environment of its own: what is read from the file is put into it.
    monkeypatch.setattr(os, "environ", {k: v for k, v in os.environ.items() if not k.startswith(PREFIX)})
    secret = tmp_path / "key"
    secret.write_text("smtp://from.a.file\n", encoding="utf-8")
    os.environ[f"{PREFIX}{name.upper()}_FILE"] = str(secret)
    assert getattr(read_settings(_env_file=None), name) == "smtp://from.a.file"


def test_the_built_in_postgres_prefix_is_understood():
    assert Settings(_env_file=None, database_url="postgres://u:p@h/d").database_url == "postgresql+psycopg://u:p@h/d"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("ENGAGEMENT_SMPT_URL", "ENGAGEMENT_SMPT_URL is no setting. Did you mean ENGAGEMENT_SMTP_URL?"),
        (
            "ENGAGEMENT_ANONIMITY_FLOR",
            "ENGAGEMENT_ANONIMITY_FLOR is no setting. Did you mean ENGAGEMENT_ANONYMITY_FLOOR?",
        ),
        ("engagement_time_zone", "engagement_time_zone is no setting. Did you mean ENGAGEMENT_TIMEZONE?"),
        ("ENGAGEMENT_SECRETKEY_FILE", "ENGAGEMENT_SECRETKEY_FILE is no setting. Did you mean ENGAGEMENT_SECRET_KEY?"),
        ("ENGAGEMENT_XYZZY", "ENGAGEMENT_XYZZY is no setting. The README lists the settings; take this one away."),
    ],
)
def test_a_misspelt_name_is_named_with_the_nearest(tmp_path, monkeypatch, name, sentence):
    unset = {k: v for k, v in os.environ.items() if not k.startswith(PREFIX)}
    (tmp_path / "value").write_text("5", encoding="utf-8")
    value = str(tmp_path / "value") if name.endswith("_FILE") else "5"
    monkeypatch.setattr(os, "environ", unset | {name: value})
    with pytest.raises(BadInput, match=re.escape(sentence)):
        read_settings(_env_file=None)
    monkeypatch.setattr(os, "environ", dict(unset))
    (tmp_path / ".env").write_text(f"{name}={value}\n", encoding="utf-8")
    with pytest.raises(BadInput, match=re.escape(sentence)):
        read_settings(_env_file=str(tmp_path / ".env"))
