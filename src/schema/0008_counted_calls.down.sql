-- Of what clients called, older versions know what they read of members. Sessions no longer know the keys
-- that vouched for them, and outlive them.
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

INSERT INTO sessions (key, id, secret_hash, user, issuer, subject, roles, method, device, signed_in_at, seen_at, expires_at)
SELECT key, id, secret_hash, user, issuer, subject, roles, method, device, signed_in_at, seen_at, expires_at FROM kept_sessions;

DROP TABLE kept_sessions;

-- What clients read of the members who allow it: how often in each hour, by the path that was called.
-- Written before the answer is given.
CREATE TABLE service_reads (
    key     INTEGER PRIMARY KEY CHECK (key > 0),
    client  INTEGER NOT NULL REFERENCES service_clients (key),
    user    INTEGER NOT NULL REFERENCES users (key),
    path    TEXT    NOT NULL CHECK (length(path) BETWEEN 1 AND 255),
    hour_at INTEGER NOT NULL CHECK (hour_at % 3600000 = 0),
    count   INTEGER NOT NULL CHECK (count > 0),
    UNIQUE (hour_at, client, user, path)
) STRICT;

INSERT INTO service_reads (client, user, path, hour_at, count)
SELECT client, user, path, hour_at, sum(count) FROM service_counts
 WHERE outcome = 'answered' AND method = 'GET' AND user IS NOT NULL GROUP BY hour_at, client, user, path;

DROP TABLE service_counts;

CREATE TRIGGER service_reads_insert_guard BEFORE INSERT ON service_reads
BEGIN
    SELECT RAISE(ABORT, 'this hour is counted already')
     WHERE EXISTS (SELECT 1 FROM service_reads
                    WHERE key = NEW.key
                       OR (hour_at = NEW.hour_at AND client = NEW.client AND user = NEW.user AND path = NEW.path));
    SELECT RAISE(ABORT, 'a client reads of a member who allows it, one call at a time')
     WHERE NEW.count <> 1
        OR NOT EXISTS (SELECT 1 FROM client_permissions JOIN service_clients ON service_clients.key = client_permissions.client
                        WHERE client_permissions.user = NEW.user AND client_permissions.client = NEW.client
                          AND service_clients.revoked IS NULL);
END;

CREATE TRIGGER service_reads_update_guard BEFORE UPDATE ON service_reads
BEGIN
    SELECT RAISE(ABORT, 'what a client read is counted up, never changed')
     WHERE NEW.key IS NOT OLD.key OR NEW.client IS NOT OLD.client OR NEW.user IS NOT OLD.user
        OR NEW.path IS NOT OLD.path OR NEW.hour_at IS NOT OLD.hour_at OR NEW.count <> OLD.count + 1;
END;

CREATE TRIGGER service_reads_delete_guard BEFORE DELETE ON service_reads
BEGIN
    SELECT RAISE(ABORT, 'what a client read is never deleted');
END;
