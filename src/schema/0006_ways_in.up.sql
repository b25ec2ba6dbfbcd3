-- Step 6: ways in for members without a provider. One-time links, passkeys, recovery codes.

-- ------------------------------------------------------------------------------------------------
-- One-time links: to claim a community that nobody operates yet, to invite, to let a locked-out
-- member in. The link holds a secret; here is only its SHA-256. A link ends once, and stays as a
-- record of who made it (its audit line), and whom it brought in.
-- ------------------------------------------------------------------------------------------------
CREATE TABLE links (
    key         INTEGER PRIMARY KEY CHECK (key > 0),
    id          TEXT    NOT NULL UNIQUE CHECK (length(id) = 36 AND id = lower(id)),  -- what it is listed and withdrawn by
    secret_hash BLOB    NOT NULL UNIQUE CHECK (length(secret_hash) = 32),
    kind        TEXT    NOT NULL CHECK (kind IN ('claim', 'invitation', 'sign_in')),
    name        TEXT    CHECK (length(name) <= 255),                -- proposed to the invited
    role        TEXT    CHECK (role IN ('operator', 'auditor')),    -- granted with its use
    user        INTEGER REFERENCES users (key),                     -- whom it lets in; with its use, whom it brought
    audit       INTEGER NOT NULL REFERENCES audit_log (sequence),
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    ended_at    INTEGER,
    ended_as    TEXT    CHECK (ended_as IN ('used', 'withdrawn')),
    CHECK ((ended_at IS NULL) = (ended_as IS NULL)),
    CHECK (kind <> 'sign_in' OR (user IS NOT NULL AND role IS NULL))
) STRICT;

CREATE INDEX links_by_kind ON links (kind, key);

CREATE TRIGGER links_insert_guard BEFORE INSERT ON links
BEGIN
    SELECT RAISE(ABORT, 'this link exists already')
     WHERE EXISTS (SELECT 1 FROM links WHERE key = NEW.key OR id = NEW.id OR secret_hash = NEW.secret_hash);
    SELECT RAISE(ABORT, 'a link needs a line in the audit log')
     WHERE NOT EXISTS (SELECT 1 FROM audit_log
                        WHERE sequence = NEW.audit AND action = 'link.create' AND target = NEW.id
                          AND details ->> 'kind' = NEW.kind AND details ->> 'role' IS NEW.role
                          AND sequence = (SELECT max(sequence) FROM audit_log));
END;

CREATE TRIGGER links_update_guard BEFORE UPDATE ON links
BEGIN
    SELECT RAISE(ABORT, 'a link ends once')
     WHERE OLD.ended_at IS NOT NULL
       AND (NEW.ended_at IS NOT OLD.ended_at OR NEW.ended_as IS NOT OLD.ended_as OR NEW.user IS NOT OLD.user);
    SELECT RAISE(ABORT, 'a link stays what it was made')
     WHERE NEW.key IS NOT OLD.key OR NEW.id IS NOT OLD.id OR NEW.secret_hash IS NOT OLD.secret_hash
        OR NEW.kind IS NOT OLD.kind OR NEW.role IS NOT OLD.role OR NEW.audit IS NOT OLD.audit
        OR NEW.created_at IS NOT OLD.created_at OR NEW.expires_at IS NOT OLD.expires_at
        OR (OLD.user IS NOT NULL AND NEW.user IS NOT OLD.user);
END;

CREATE TRIGGER links_delete_guard BEFORE DELETE ON links
BEGIN
    SELECT RAISE(ABORT, 'links are never deleted: withdraw them');
END;

-- ------------------------------------------------------------------------------------------------
-- Passkeys: the public half of what a member's phone or computer keeps.
-- ------------------------------------------------------------------------------------------------
CREATE TABLE passkeys (
    key           INTEGER PRIMARY KEY CHECK (key > 0),
    id            TEXT    NOT NULL UNIQUE CHECK (length(id) = 36 AND id = lower(id)),
    credential_id BLOB    NOT NULL UNIQUE CHECK (length(credential_id) BETWEEN 1 AND 1023),
    user          INTEGER NOT NULL REFERENCES users (key),
    name          TEXT    NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
    credential    TEXT    NOT NULL CHECK (json_valid(credential)),  -- public key, counter and flags
    created_at    INTEGER NOT NULL,
    used_at       INTEGER
) STRICT;

CREATE INDEX passkeys_by_user ON passkeys (user);

CREATE TRIGGER passkeys_insert_guard BEFORE INSERT ON passkeys
BEGIN
    SELECT RAISE(ABORT, 'this passkey exists already')
     WHERE EXISTS (SELECT 1 FROM passkeys
                    WHERE key = NEW.key OR id = NEW.id OR credential_id = NEW.credential_id);
    SELECT RAISE(ABORT, 'a passkey needs a line in the audit log')
     WHERE NOT EXISTS (SELECT 1 FROM audit_log JOIN users ON users.id = audit_log.target
                        WHERE sequence = (SELECT max(sequence) FROM audit_log) AND action = 'passkey.add'
                          AND users.key = NEW.user AND details ->> 'passkey' = NEW.id);
END;

CREATE TRIGGER passkeys_update_guard BEFORE UPDATE ON passkeys
BEGIN
    SELECT RAISE(ABORT, 'a passkey stays whose and what it is')
     WHERE NEW.key IS NOT OLD.key OR NEW.id IS NOT OLD.id OR NEW.credential_id IS NOT OLD.credential_id
        OR NEW.user IS NOT OLD.user OR NEW.created_at IS NOT OLD.created_at
        OR NEW.credential -> '$.cred.cred' IS NOT OLD.credential -> '$.cred.cred';
END;

-- ------------------------------------------------------------------------------------------------
-- Recovery codes: each opens the door once, for whoever has lost their passkeys. Only their SHA-256
-- is here. A new set takes the place of the old one.
-- ------------------------------------------------------------------------------------------------
CREATE TABLE recovery_codes (
    code_hash  BLOB    NOT NULL PRIMARY KEY CHECK (length(code_hash) = 32),
    user       INTEGER NOT NULL REFERENCES users (key),
    created_at INTEGER NOT NULL,
    used_at    INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX recovery_codes_by_user ON recovery_codes (user);

CREATE TRIGGER recovery_codes_insert_guard BEFORE INSERT ON recovery_codes
BEGIN
    SELECT RAISE(ABORT, 'this recovery code exists already')
     WHERE EXISTS (SELECT 1 FROM recovery_codes WHERE code_hash = NEW.code_hash);
    SELECT RAISE(ABORT, 'recovery codes need a line in the audit log')
     WHERE NOT EXISTS (SELECT 1 FROM audit_log JOIN users ON users.id = audit_log.target
                        WHERE sequence = (SELECT max(sequence) FROM audit_log) AND action = 'recovery_codes.create'
                          AND users.key = NEW.user);
END;

CREATE TRIGGER recovery_codes_update_guard BEFORE UPDATE ON recovery_codes
BEGIN
    SELECT RAISE(ABORT, 'a recovery code opens the door once')
     WHERE OLD.used_at IS NOT NULL OR NEW.used_at IS NULL OR NEW.code_hash IS NOT OLD.code_hash
        OR NEW.user IS NOT OLD.user OR NEW.created_at IS NOT OLD.created_at;
END;
