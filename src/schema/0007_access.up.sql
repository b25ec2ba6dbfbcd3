-- Step 7: service clients that act for members; members who leave for good can be erased; the last
-- operator cannot be removed by hand either.

DROP TRIGGER users_state_guard;

CREATE TRIGGER users_state_guard BEFORE UPDATE OF deleted_at, state_audit ON users
BEGIN
    SELECT RAISE(ABORT, 'deleting and restoring a user need a line in the audit log')
     WHERE NEW.state_audit IS NULL OR NEW.state_audit <= coalesce(OLD.state_audit, 0)
        OR NOT EXISTS (SELECT 1 FROM audit_log
                        WHERE sequence = NEW.state_audit AND target = OLD.id
                          AND action = iif(NEW.deleted_at IS NULL, 'user.restore', 'user.delete'));
    SELECT RAISE(ABORT, 'an erased user cannot be restored: nobody knows any more who they were')
     WHERE NEW.deleted_at IS NULL AND EXISTS (SELECT 1 FROM audit_log WHERE target = OLD.id AND action = 'user.erase');
    -- Operators may be named by the configuration, which is not known here; then the line says how many.
    SELECT RAISE(ABORT, 'the last operator cannot be removed: grant the role to someone else first')
     WHERE NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL
       AND EXISTS (SELECT 1 FROM roles WHERE user = OLD.key AND role = 'operator')
       AND NOT EXISTS (SELECT 1 FROM roles JOIN users AS other ON other.key = roles.user
                        WHERE roles.role = 'operator' AND other.key <> OLD.key AND other.deleted_at IS NULL)
       AND NOT EXISTS (SELECT 1 FROM audit_log WHERE sequence = NEW.state_audit AND details ->> 'configured_operators' > 0);
END;

DROP TRIGGER identities_delete_guard;

CREATE TRIGGER identities_delete_guard BEFORE DELETE ON identities
BEGIN
    SELECT RAISE(ABORT, 'an identity stays with its user, unless they are erased')
     WHERE NOT EXISTS (SELECT 1 FROM users JOIN audit_log ON audit_log.target = users.id AND audit_log.action = 'user.erase'
                        WHERE users.key = OLD.user AND users.deleted_at IS NOT NULL);
END;

DROP TRIGGER roles_delete_guard;

CREATE TRIGGER roles_delete_guard BEFORE DELETE ON roles
BEGIN
    SELECT RAISE(ABORT, 'revoking a role needs a line in the audit log')
     WHERE NOT EXISTS (SELECT 1 FROM audit_log JOIN users ON users.id = audit_log.target
                        WHERE audit_log.sequence > OLD.audit AND audit_log.action = 'role.revoke'
                          AND users.key = OLD.user AND audit_log.details ->> 'role' = OLD.role);
    SELECT RAISE(ABORT, 'the last operator cannot be removed: grant the role to someone else first')
     WHERE OLD.role = 'operator'
       AND EXISTS (SELECT 1 FROM users WHERE key = OLD.user AND deleted_at IS NULL)
       AND NOT EXISTS (SELECT 1 FROM roles JOIN users ON users.key = roles.user
                        WHERE roles.role = 'operator' AND users.key <> OLD.user AND users.deleted_at IS NULL)
       AND NOT EXISTS (SELECT 1 FROM audit_log JOIN users ON users.id = audit_log.target
                        WHERE audit_log.sequence > OLD.audit AND audit_log.action = 'role.revoke'
                          AND users.key = OLD.user AND audit_log.details ->> 'role' = OLD.role
                          AND audit_log.details ->> 'configured_operators' > 0);
END;

-- ------------------------------------------------------------------------------------------------
-- Service clients: programs that act for members who have allowed it, a chat bot say. An operator
-- makes them, and the audit log has what each may do. The credential is shown once; here is only its
-- SHA-256.
-- ------------------------------------------------------------------------------------------------
CREATE TABLE service_clients (
    key          INTEGER PRIMARY KEY CHECK (key > 0),
    id           TEXT    NOT NULL UNIQUE CHECK (length(id) = 36 AND id = lower(id)),
    name         TEXT    NOT NULL CHECK (length(name) BETWEEN 3 AND 64 AND name NOT GLOB '*[^A-Za-z0-9_-]*'),
    secret_hash  BLOB    NOT NULL UNIQUE CHECK (length(secret_hash) = 32),
    scopes       TEXT    NOT NULL CHECK (json_valid(scopes)),  -- as the audit line of its making has them
    audit        INTEGER NOT NULL REFERENCES audit_log (sequence),  -- the line that gave it its credential
    revoked      INTEGER REFERENCES audit_log (sequence),  -- the line that ended it, for good
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER  -- kept to some minutes
) STRICT;

-- Members know a client by its name, so no two carry the same one.
CREATE UNIQUE INDEX service_clients_by_name ON service_clients (name COLLATE NOCASE) WHERE revoked IS NULL;

CREATE TRIGGER service_clients_insert_guard BEFORE INSERT ON service_clients
BEGIN
    SELECT RAISE(ABORT, 'this service client exists already')
     WHERE EXISTS (SELECT 1 FROM service_clients
                    WHERE key = NEW.key OR id = NEW.id OR secret_hash = NEW.secret_hash
                       OR (revoked IS NULL AND name = NEW.name COLLATE NOCASE));
    SELECT RAISE(ABORT, 'a service client needs a line in the audit log that says what it may do')
     WHERE NEW.revoked IS NOT NULL
        OR NOT EXISTS (SELECT 1 FROM audit_log
                        WHERE sequence = NEW.audit AND target = NEW.id AND action = 'client.create'
                          AND details ->> 'name' = NEW.name AND details ->> 'scopes' = NEW.scopes
                          AND sequence = (SELECT max(sequence) FROM audit_log));
END;

CREATE TRIGGER service_clients_update_guard BEFORE UPDATE ON service_clients
BEGIN
    SELECT RAISE(ABORT, 'what a service client is and may do never changes: revoke it and make another')
     WHERE NEW.key IS NOT OLD.key OR NEW.id IS NOT OLD.id OR NEW.name IS NOT OLD.name
        OR NEW.scopes IS NOT OLD.scopes OR NEW.created_at IS NOT OLD.created_at;
    SELECT RAISE(ABORT, 'a new credential needs a line in the audit log')
     WHERE (NEW.secret_hash IS NOT OLD.secret_hash OR NEW.audit IS NOT OLD.audit)
       AND (OLD.revoked IS NOT NULL
            OR NOT EXISTS (SELECT 1 FROM audit_log
                            WHERE sequence = NEW.audit AND sequence > OLD.audit AND target = OLD.id AND action = 'client.rotate'));
    SELECT RAISE(ABORT, 'revoking a service client needs a line in the audit log, and is for good')
     WHERE NEW.revoked IS NOT OLD.revoked
       AND (OLD.revoked IS NOT NULL
            OR NOT EXISTS (SELECT 1 FROM audit_log
                            WHERE sequence = NEW.revoked AND target = OLD.id AND action = 'client.revoke'));
END;

CREATE TRIGGER service_clients_delete_guard BEFORE DELETE ON service_clients
BEGIN
    SELECT RAISE(ABORT, 'service clients are revoked, not deleted: what they did stays known');
END;

-- Which clients a member lets act for them. The member gives and takes this at any time.
CREATE TABLE client_permissions (
    user       INTEGER NOT NULL REFERENCES users (key),
    client     INTEGER NOT NULL REFERENCES service_clients (key),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (user, client)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER client_permissions_insert_guard BEFORE INSERT ON client_permissions
BEGIN
    SELECT RAISE(ABORT, 'a permission is of a member who is here, for a service client that is not revoked')
     WHERE NOT EXISTS (SELECT 1 FROM users WHERE key = NEW.user AND deleted_at IS NULL)
        OR NOT EXISTS (SELECT 1 FROM service_clients WHERE key = NEW.client AND revoked IS NULL);
END;

CREATE TRIGGER client_permissions_update_guard BEFORE UPDATE ON client_permissions
BEGIN
    SELECT RAISE(ABORT, 'a permission is given or taken, never changed');
END;

-- Transactions that a client made for the member who paid. A row stands beside its transaction, which
-- has the time; members' own transactions have none.
CREATE TABLE service_calls (
    sequence INTEGER PRIMARY KEY REFERENCES transactions (sequence),
    client   INTEGER NOT NULL REFERENCES service_clients (key),
    user     INTEGER NOT NULL REFERENCES users (key)
) STRICT;

CREATE TRIGGER service_calls_insert_guard BEFORE INSERT ON service_calls
BEGIN
    SELECT RAISE(ABORT, 'a transaction is made by one client')
     WHERE EXISTS (SELECT 1 FROM service_calls WHERE sequence = NEW.sequence);
    SELECT RAISE(ABORT, 'a call stands beside the transaction it has just made for a member who allows it')
     WHERE NOT EXISTS (SELECT 1 FROM transactions
                         JOIN users ON users.wallet = transactions.from_wallet
                         JOIN client_permissions ON client_permissions.user = users.key
                         JOIN service_clients ON service_clients.key = client_permissions.client
                        WHERE transactions.sequence = NEW.sequence AND users.key = NEW.user
                          AND service_clients.key = NEW.client AND service_clients.revoked IS NULL
                          AND transactions.sequence = (SELECT max(sequence) FROM transactions));
END;

CREATE TRIGGER service_calls_update_guard BEFORE UPDATE ON service_calls
BEGIN
    SELECT RAISE(ABORT, 'what a client did is never changed');
END;

CREATE TRIGGER service_calls_delete_guard BEFORE DELETE ON service_calls
BEGIN
    SELECT RAISE(ABORT, 'what a client did is never deleted');
END;

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
