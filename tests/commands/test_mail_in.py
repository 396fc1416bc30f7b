"""`flask mail-in` as a mail server calls it: a process that reads a mail from its standard input."""

import pytest
from commands.shell import Shell

NOW = "2026-04-14 08:00:00"
ADDRESS = "engagement+abc@example.com"
MAIL = (
    b"From: Ines Okafor <ines@example.com>\r\nTo: chair@council.example\r\nDelivered-To: engagement+abc@example.com\r\n"
    b"Subject: Notice\r\nDate: Mon, 13 Apr 2026 16:30:00 +0200\r\nMessage-ID: <1@example.com>\r\n\r\nThey want a call.\r\n"
)


@pytest.fixture
def programme(shell: Shell) -> Shell:
    """A programme with an address, somebody who plans it, and a stakeholder."""
    made = shell.flask("user", "create", "ines@example.com", "--name", "Ines Okafor", "--role", "change_manager")
    assert made.code == 0
    for statement in (
        f"INSERT INTO programme (id, name, purpose, made_at) VALUES (1, 'Claims', '', '{NOW}')",
        f"INSERT INTO programme_mailbox (programme_id, mail_token, made_at) VALUES (1, 'abc', '{NOW}')",
        "INSERT INTO stakeholder (id, kind, name, sorted_by, added_at, organisation, email, language) "
        f"VALUES (1, 'outside', 'Council', 'council', '{NOW}', '', 'chair@council.example', '')",
        "INSERT INTO stakeholder_profile (stakeholder_id, stakeholder_group, role, represents, said_at) "
        f"VALUES (1, 'others', '', '', '{NOW}')",
        f"INSERT INTO stakeholder_place (stakeholder_id, programme_id, added_at) VALUES (1, 1, '{NOW}')",
    ):
        shell.write(statement)
    return shell


def taken(shell: Shell, mail: bytes, *arguments: str, mail_in: str = "engagement@example.com") -> tuple[int, str]:
    done = shell.flask("mail-in", *arguments, typed=mail, mail_in=mail_in)
    return done.code, (done.out + done.err).strip()


def test_a_mail_is_taken_once_and_stands_with_the_stakeholder(programme: Shell) -> None:
    assert taken(programme, MAIL) == (0, "It stands on the pages of the stakeholders whom it names.")
    assert taken(programme, MAIL, "--to", ADDRESS) == (0, "This mail was taken in before.")
    assert programme.rows("SELECT notes, topics, happened_on FROM interaction_wording") == [
        ("They want a call.", "Notice", "2026-04-13")
    ]
    assert programme.rows("SELECT stakeholder_id FROM interaction_party") == [(1,)]


def test_what_is_not_understood_waits_and_an_unknown_address_is_refused(programme: Shell) -> None:
    code, said = taken(programme, b"\xff\x00 nonsense", "--to", ADDRESS)
    assert (code, said) == (
        0,
        "It waits in the inbox. Its sender doesn’t plan this programme, so somebody who does has to look at it.",
    )
    assert taken(programme, MAIL, "--to", "engagement+old@example.com") == (67, "No programme has this address.")
    assert taken(programme, MAIL, "--to", "somebody@example.com") == (
        67,
        "It was sent to no programme, and is no bounce.",
    )
    assert taken(programme, MAIL, mail_in="") == (
        75,
        "Neither ENGAGEMENT_MAIL_IN nor ENGAGEMENT_RETURN_PATH is set: no mail is taken.",
    )
    assert programme.rows("SELECT count(*) FROM mail_in") == [(1,)]
    assert programme.rows("SELECT count(*) FROM interaction") == [(0,)]


def test_a_mail_to_two_programmes_reaches_both(programme: Shell) -> None:
    programme.write(f"INSERT INTO programme (id, name, purpose, made_at) VALUES (2, 'Letters', '', '{NOW}')")
    programme.write(f"INSERT INTO programme_mailbox (programme_id, mail_token, made_at) VALUES (2, 'def', '{NOW}')")
    to_both = MAIL.replace(b"Delivered-To: ", b"Cc: engagement+def@example.com, engagement+old@example.com, ")
    assert taken(programme, to_both) == (
        0,
        "It waits in the inbox. No stakeholder of this programme has one of its addresses. No programme has this address. "
        "It stands on the pages of the stakeholders whom it names.",
    )
    assert programme.rows("SELECT programme_id, interaction_id IS NULL FROM mail_in ORDER BY programme_id") == [
        (1, 0),
        (2, 1),
    ]


def test_a_mail_larger_than_what_is_read_is_taken_to_its_end(programme: Shell) -> None:
    code, said = taken(programme, MAIL + b"x" * 5_000_000)
    assert (code, said) == (0, "It stands on the pages of the stakeholders whom it names.")
    ((notes,),) = programme.rows("SELECT notes FROM interaction_wording")
    assert str(notes).startswith("They want a call.")
    assert "[The rest of the mail was left out.]" in str(notes)


def test_a_database_that_is_away_leaves_the_mail_with_its_server(programme: Shell) -> None:
    programme.write("DROP TABLE mail_in")
    code, said = taken(programme, MAIL)
    assert (code, said) == (75, "Not taken now (OperationalError); try again later.")
