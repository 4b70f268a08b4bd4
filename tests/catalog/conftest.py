"""A catalogue on each back end; PostgreSQL is a real server from the machine's packages."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from mmgen.catalog.tables import open_catalog
from tests.postgres import NoPostgresError, postgres_server


def sqlite_url(path: Path) -> str:
    """The URL of an SQLite catalogue at ``path``."""
    return f"sqlite:///{path.absolute()}"


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A server for the session; skips where the machine has none."""
    try:
        with postgres_server() as url:
            yield url
    except NoPostgresError as reason:
        pytest.skip(f"PostgreSQL: {reason}")


@pytest.fixture(params=["sqlite", "postgresql"])
def catalog_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of an empty database of its own for each test."""
    if request.param == "sqlite":
        yield sqlite_url(tmp_path / "home" / "catalogue.db")
        return
    server = request.getfixturevalue("postgres_url")
    name = f"t_{uuid.uuid4().hex}"
    admin = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with admin.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    yield server.rsplit("/", 1)[0] + f"/{name}"
    with admin.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def catalog(catalog_url: str) -> Iterator[Engine]:
    """An open, empty catalogue."""
    engine = open_catalog(catalog_url)
    yield engine
    engine.dispose()
