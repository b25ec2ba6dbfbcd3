-- Step 8: a session knows by which key its provider vouched for it; every call of a service client is
-- counted, refused ones too.

CREATE TEMP TABLE kept_sessions AS SELECT key, id, secret_hash, user, issuer, subject, roles, method, device, signed_in_at, seen_at, expires_at FROM sessions;

DROP TABLE sessions;

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
    expires_at   INTEGER NOT NULL,  -- ends then, however much it is used
    -- The token of the provider that opened it: by which key it was signed, and how long it was good. A
    -- key that is withdrawn within that time takes the session with it.
    key_id           TEXT,
    token_expires_at INTEGER,
    CHECK ((key_id IS NULL) = (token_expires_at IS NULL))
) STRICT;

CREATE INDEX sessions_by_user ON sessions (user);

CREATE TRIGGER sessions_update_guard BEFORE UPDATE ON sessions
BEGIN
    SELECT RAISE(ABORT, 'a session stays whose it is: end it and sign in anew')
     WHERE NEW.key IS NOT OLD.key OR NEW.id IS NOT OLD.id OR NEW.secret_hash IS NOT OLD.secret_hash
        OR NEW.user IS NOT OLD.user OR NEW.issuer IS NOT OLD.issuer OR NEW.subject IS NOT OLD.subject
        OR NEW.roles IS NOT OLD.roles OR NEW.method IS NOT OLD.method
        OR NEW.signed_in_at IS NOT OLD.signed_in_at OR NEW.expires_at IS NOT OLD.expires_at
        OR NEW.key_id IS NOT OLD.key_id OR NEW.token_expires_at IS NOT OLD.token_expires_at;
END;

INSERT INTO sessions (key, id, secret_hash, user, issuer, subject, roles, method, device, signed_in_at, seen_at, expires_at)
SELECT key, id, secret_hash, user, issuer, subject, roles, method, device, signed_in_at, seen_at, expires_at FROM kept_sessions;

DROP TABLE kept_sessions;

-- Every call of a client, counted by the hour: by which client, for which member (none: for nobody, or for
-- nobody known here), by which path, and what came of it. Written before the answer is given. Payments
-- that were made have their own rows, above.
CREATE TABLE service_counts (
    key     INTEGER PRIMARY KEY CHECK (key > 0),
    client  INTEGER NOT NULL REFERENCES service_clients (key),
    user    INTEGER REFERENCES users (key),
    method  TEXT    NOT NULL CHECK (length(method) BETWEEN 1 AND 32),
    path    TEXT    NOT NULL CHECK (length(path) BETWEEN 1 AND 255),
    outcome TEXT    NOT NULL CHECK (length(outcome) BETWEEN 1 AND 64),  -- answered, or the refusal's code
    hour_at INTEGER NOT NULL CHECK (hour_at % 3600000 = 0),
    count   INTEGER NOT NULL CHECK (count > 0)
) STRICT;

CREATE UNIQUE INDEX service_counts_by_call ON service_counts (hour_at, client, coalesce(user, 0), method, path, outcome);

INSERT INTO service_counts (key, client, user, method, path, outcome, hour_at, count)
SELECT key, client, user, 'GET', path, 'answered', hour_at, count FROM service_reads;

DROP TABLE service_reads;

CREATE TRIGGER service_counts_insert_guard BEFORE INSERT ON service_counts
BEGIN
    SELECT RAISE(ABORT, 'this hour is counted already')
     WHERE EXISTS (SELECT 1 FROM service_counts
                    WHERE key = NEW.key
                       OR (hour_at = NEW.hour_at AND client = NEW.client AND coalesce(user, 0) = coalesce(NEW.user, 0)
                           AND method = NEW.method AND path = NEW.path AND outcome = NEW.outcome));
    SELECT RAISE(ABORT, 'a client is answered about a member who allows it, one call at a time')
     WHERE NEW.count <> 1
        OR (NEW.outcome = 'answered' AND NEW.user IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM client_permissions JOIN service_clients ON service_clients.key = client_permissions.client
                             WHERE client_permissions.user = NEW.user AND client_permissions.client = NEW.client
                               AND service_clients.revoked IS NULL));
END;

CREATE TRIGGER service_counts_update_guard BEFORE UPDATE ON service_counts
BEGIN
    SELECT RAISE(ABORT, 'what a client called is counted up, never changed')
     WHERE NEW.key IS NOT OLD.key OR NEW.client IS NOT OLD.client OR NEW.user IS NOT OLD.user
        OR NEW.method IS NOT OLD.method OR NEW.path IS NOT OLD.path OR NEW.outcome IS NOT OLD.outcome
        OR NEW.hour_at IS NOT OLD.hour_at OR NEW.count <> OLD.count + 1;
END;

CREATE TRIGGER service_counts_delete_guard BEFORE DELETE ON service_counts
BEGIN
    SELECT RAISE(ABORT, 'what a client called is never deleted');
END;
