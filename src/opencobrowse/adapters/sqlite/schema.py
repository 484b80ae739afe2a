"""Tables and their history. A migration, once released, is never edited: add the next one."""

from __future__ import annotations

import sqlite3
from typing import Final

MIGRATIONS: Final[tuple[str, ...]] = (
    """
    CREATE TABLE organization (id TEXT PRIMARY KEY, version INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
    CREATE TABLE oauth_client (id TEXT PRIMARY KEY, version INTEGER NOT NULL, body BLOB NOT NULL,
        org_id TEXT NOT NULL) STRICT;
    CREATE INDEX oauth_client_org ON oauth_client (org_id);
    CREATE TABLE person (id TEXT PRIMARY KEY, version INTEGER NOT NULL, body BLOB NOT NULL,
        org_id TEXT NOT NULL, email TEXT NOT NULL) STRICT;
    CREATE UNIQUE INDEX person_email ON person (email);
    CREATE INDEX person_org ON person (org_id);
    CREATE TABLE token (id TEXT PRIMARY KEY, version INTEGER NOT NULL, body BLOB NOT NULL,
        user_id TEXT, expires_at INTEGER NOT NULL) STRICT;
    CREATE INDEX token_user ON token (user_id);
    CREATE INDEX token_expiry ON token (expires_at);
    CREATE TABLE conversation (id TEXT PRIMARY KEY, version INTEGER NOT NULL, body BLOB NOT NULL,
        org_id TEXT NOT NULL, external_tag TEXT, live INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT;
    CREATE INDEX conversation_tag ON conversation (org_id, external_tag);
    CREATE INDEX conversation_idle ON conversation (updated_at) WHERE live = 1;
    CREATE TABLE session (id TEXT PRIMARY KEY, version INTEGER NOT NULL, body BLOB NOT NULL,
        org_id TEXT NOT NULL, conversation_id TEXT NOT NULL, agent_user_id TEXT NOT NULL,
        external_id TEXT, code_index TEXT NOT NULL, token_index TEXT NOT NULL,
        live INTEGER NOT NULL, deadline INTEGER NOT NULL) STRICT;
    CREATE UNIQUE INDEX session_one_live ON session (conversation_id) WHERE live = 1;
    CREATE INDEX session_conversation ON session (conversation_id);
    CREATE INDEX session_agent ON session (agent_user_id, live);
    CREATE INDEX session_external ON session (org_id, external_id) WHERE live = 1;
    CREATE INDEX session_code ON session (code_index);
    CREATE INDEX session_token ON session (token_index);
    CREATE INDEX session_deadline ON session (deadline) WHERE live = 1;
    CREATE TABLE remembered (id TEXT PRIMARY KEY, version INTEGER NOT NULL, body BLOB NOT NULL,
        expires_at INTEGER NOT NULL) STRICT;
    CREATE INDEX remembered_expiry ON remembered (expires_at);
    CREATE TABLE deployment (id TEXT PRIMARY KEY, version INTEGER NOT NULL, body BLOB NOT NULL,
        org_id TEXT NOT NULL, configuration_id TEXT NOT NULL) STRICT;
    CREATE INDEX deployment_org ON deployment (org_id);
    CREATE INDEX deployment_configuration ON deployment (configuration_id);
    CREATE TABLE configuration (id TEXT PRIMARY KEY, version INTEGER NOT NULL, body BLOB NOT NULL,
        org_id TEXT NOT NULL) STRICT;
    CREATE INDEX configuration_org ON configuration (org_id);
    CREATE TABLE server_key (purpose TEXT PRIMARY KEY, key BLOB NOT NULL) STRICT;
    """,
    """
    CREATE TABLE role (id TEXT PRIMARY KEY, version INTEGER NOT NULL, body BLOB NOT NULL,
        org_id TEXT NOT NULL, name TEXT NOT NULL) STRICT;
    CREATE UNIQUE INDEX role_name ON role (org_id, name);
    CREATE TABLE authorization_code (id TEXT PRIMARY KEY, version INTEGER NOT NULL, body BLOB NOT NULL,
        user_id TEXT NOT NULL, expires_at INTEGER NOT NULL) STRICT;
    CREATE INDEX authorization_code_user ON authorization_code (user_id);
    CREATE INDEX authorization_code_expiry ON authorization_code (expires_at);
    CREATE TABLE refresh_token (id TEXT PRIMARY KEY, version INTEGER NOT NULL, body BLOB NOT NULL,
        user_id TEXT NOT NULL, family TEXT NOT NULL, expires_at INTEGER NOT NULL) STRICT;
    CREATE INDEX refresh_token_user ON refresh_token (user_id);
    CREATE INDEX refresh_token_family ON refresh_token (family);
    CREATE INDEX refresh_token_expiry ON refresh_token (expires_at);
    CREATE TABLE used_assertion (id TEXT PRIMARY KEY, version INTEGER NOT NULL, body BLOB NOT NULL,
        expires_at INTEGER NOT NULL) STRICT;
    CREATE INDEX used_assertion_expiry ON used_assertion (expires_at);
    CREATE TABLE channel (id TEXT PRIMARY KEY, version INTEGER NOT NULL, body BLOB NOT NULL,
        org_id TEXT NOT NULL, owner TEXT NOT NULL, expires_at INTEGER NOT NULL) STRICT;
    CREATE INDEX channel_owner ON channel (owner);
    CREATE INDEX channel_org ON channel (org_id);
    CREATE INDEX channel_expiry ON channel (expires_at);
    CREATE TABLE wrapup_code (id TEXT PRIMARY KEY, version INTEGER NOT NULL, body BLOB NOT NULL,
        org_id TEXT NOT NULL, name TEXT NOT NULL) STRICT;
    CREATE UNIQUE INDEX wrapup_code_name ON wrapup_code (org_id, name);
    UPDATE person SET body = CAST(json_set(CAST(body AS TEXT),
        '$.granted', json_extract(CAST(body AS TEXT), '$.permissions')) AS BLOB);
    """,
    """
    ALTER TABLE person ADD COLUMN identity TEXT;
    CREATE UNIQUE INDEX person_identity ON person (identity);
    """,
    """
    ALTER TABLE person ADD COLUMN name TEXT NOT NULL DEFAULT '';
    ALTER TABLE person ADD COLUMN state TEXT NOT NULL DEFAULT 'active';
    UPDATE person SET name = lower(json_extract(CAST(body AS TEXT), '$.name')),
        state = iif(json_extract(CAST(body AS TEXT), '$.active'), 'active', 'inactive');
    CREATE INDEX person_name ON person (org_id, state, name);
    """,
    """
    ALTER TABLE token ADD COLUMN client_id TEXT;
    UPDATE token SET client_id = json_extract(CAST(body AS TEXT), '$.client_id');
    CREATE INDEX token_client ON token (client_id);
    """,
)


def migrate(db: sqlite3.Connection) -> int:
    """Bring the database to the newest schema; returns its version. Safe when two processes start at once."""
    db.execute("BEGIN EXCLUSIVE")
    try:
        (version,) = db.execute("PRAGMA user_version").fetchone()
        if version > len(MIGRATIONS):
            raise RuntimeError(
                f"the database is of schema {version}, this program knows {len(MIGRATIONS)}: "
                "install the newer opencobrowse again, or restore a backup"
            )
        for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
            for statement in script.split(";"):
                if statement.strip():
                    db.execute(statement)
            db.execute(f"PRAGMA user_version = {number}")
        db.execute("COMMIT")
    except BaseException:
        db.execute("ROLLBACK")
        raise
    return len(MIGRATIONS)
