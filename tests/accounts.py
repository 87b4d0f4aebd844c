"""Accounts for tests on each engine: one database for a whole module, emptied before each test."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from survey.services import accounts
from survey.storage.engine import Sessions, engine_of, make_sessions
from survey.storage.workspace import Account, AccountHelp, Letter, LoginSession, Ticket
from tests.support.migrated import migrated


def made_once(request: pytest.FixtureRequest, tmp_path_factory) -> Iterator[Sessions]:
    """Make the sessions of one database of the engine that is asked for; hash quickly meanwhile."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accounts, "HASHER", PasswordHasher(1, 8, 1))
        if request.param == "sqlite":
            yield from _opened(f"sqlite:///{tmp_path_factory.mktemp('accounts') / 'headwind.db'}")
            return
        with request.getfixturevalue("postgres_server").database() as url:
            yield from _opened(url)


def emptied(sessions: Sessions) -> Sessions:
    """Take out what an earlier test has left."""
    with sessions() as session, session.begin():
        for table in (Letter, Ticket, LoginSession, AccountHelp, Account):
            session.execute(sa.delete(table))
    return sessions


def _opened(url: str) -> Iterator[Sessions]:
    migrated(url)
    sessions = make_sessions(url)
    yield sessions
    engine_of(sessions).dispose()
