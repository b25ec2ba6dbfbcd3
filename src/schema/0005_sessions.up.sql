-- Step 5: sessions. Who is signed in on which browser.

-- ------------------------------------------------------------------------------------------------
-- Sessions on the pages. The cookie holds a secret; here is only its SHA-256, so that whoever reads
-- this file can open no session with it. A row goes when the session ends, whoever ends it.
-- ------------------------------------------------------------------------------------------------
CREATE TABLE sessions (
    key          INTEGER PRIMARY KEY CHECK (key > 0),
    id           TEXT    NOT NULL UNIQUE CHECK (length(id) = 36 AND id = lower(id)),  -- what it is listed and ended by
    secret_hash  BLOB    NOT NULL UNIQUE CHECK (length(secret_hash) = 32),
    user         INTEGER NOT NULL REFERENCES users (key),
    issuer       TEXT    NOT NULL,  -- the identity by which they came in
    subject      TEXT    NOT NULL,
    roles        TEXT    NOT NULL DEFAULT '[]' CHECK (json_valid(roles)),  -- what the provider's claims gave them then
    method       TEXT    NOT NULL CHECK (method IN ('provider', 'passkey', 'link', 'recovery_code', 'developer')),
    device       TEXT    NOT NULL CHECK (length(device) <= 255),  -- what the browser says it is
    signed_in_at INTEGER NOT NULL,
    seen_at      INTEGER NOT NULL,  -- kept to some minutes
    expires_at   INTEGER NOT NULL   -- ends then, however much it is used
) STRICT;

CREATE INDEX sessions_by_user ON sessions (user);

CREATE TRIGGER sessions_update_guard BEFORE UPDATE ON sessions
BEGIN
    SELECT RAISE(ABORT, 'a session stays whose it is: end it and sign in anew')
     WHERE NEW.key IS NOT OLD.key OR NEW.id IS NOT OLD.id OR NEW.secret_hash IS NOT OLD.secret_hash
        OR NEW.user IS NOT OLD.user OR NEW.issuer IS NOT OLD.issuer OR NEW.subject IS NOT OLD.subject
        OR NEW.roles IS NOT OLD.roles OR NEW.method IS NOT OLD.method
        OR NEW.signed_in_at IS NOT OLD.signed_in_at OR NEW.expires_at IS NOT OLD.expires_at;
END;

-- Whoever leaves is signed out everywhere.
CREATE TRIGGER users_end_sessions AFTER UPDATE OF deleted_at ON users WHEN NEW.deleted_at IS NOT NULL
BEGIN
    DELETE FROM sessions WHERE user = NEW.key;
END;
