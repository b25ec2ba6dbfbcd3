-- The community's ledger, as it is today.
--
-- This file is written to be read. The program builds a database by the numbered steps in
-- src/schema/, and a test proves that those steps give exactly what stands here.
--
-- What must always hold is enforced here, so that it holds for the program, for an operator in
-- an SQL shell and for next year's mistake alike:
--   * a balance changes only through a transaction, and is never negative;
--   * transactions and the audit log are never changed and never deleted;
--   * only a system wallet can create tokens, by paying itself;
--   * a frozen wallet neither sends nor receives;
--   * whatever an operator does names the operator and the reason, in the audit log.
--
-- Conventions. Times are Unix milliseconds (`..._at`); a day is a whole number of UTC days since
-- 1970. Amounts are whole tokens, 1 to 9223372036854775807. Rows refer to each other by small
-- integer keys; people and APIs use UUIDs. Use SQLite 3.51.3 or later on this file: earlier ones
-- can damage a database that another process is writing (`communitytoken sql` brings the right one).

-- ------------------------------------------------------------------------------------------------
-- The ledger itself: one row.
-- ------------------------------------------------------------------------------------------------
CREATE TABLE ledger (
    only                  INTEGER PRIMARY KEY CHECK (only = 1),
    id                    TEXT    NOT NULL CHECK (length(id) = 36),  -- this community; the chain begins from it
    tag                   INTEGER NOT NULL CHECK (tag BETWEEN 0 AND 1073741823),  -- 30 random bits in every transaction id
    total_issued          INTEGER NOT NULL DEFAULT 0 CHECK (total_issued >= 0),
    issued_sequence       INTEGER NOT NULL DEFAULT 0,  -- the transaction that made total_issued what it is
    sealed_sequence       INTEGER NOT NULL DEFAULT 0,  -- the last transaction the program has chained
    sealed_hash           BLOB    NOT NULL CHECK (length(sealed_hash) = 32),
    audit_sealed_sequence INTEGER NOT NULL DEFAULT 0,  -- the last audit line the program has chained
    audit_sealed_hash     BLOB    NOT NULL CHECK (length(audit_sealed_hash) = 32),
    created_at            INTEGER NOT NULL
) STRICT;

CREATE TRIGGER ledger_insert_guard BEFORE INSERT ON ledger
BEGIN
    SELECT RAISE(ABORT, 'a database holds one ledger') WHERE EXISTS (SELECT 1 FROM ledger);
END;

CREATE TRIGGER ledger_delete_guard BEFORE DELETE ON ledger
BEGIN
    SELECT RAISE(ABORT, 'the ledger cannot be deleted');
END;

-- On every update, not on named columns: `SET rowid = ...` is a change of the key by another name.
CREATE TRIGGER ledger_identity_guard BEFORE UPDATE ON ledger
BEGIN
    SELECT RAISE(ABORT, 'the identity of the ledger never changes')
     WHERE NEW.only IS NOT OLD.only OR NEW.id IS NOT OLD.id OR NEW.tag IS NOT OLD.tag OR NEW.created_at IS NOT OLD.created_at;
END;

-- Total issuance grows by an issuance, once for each.
CREATE TRIGGER ledger_issued_guard BEFORE UPDATE OF total_issued, issued_sequence ON ledger
BEGIN
    SELECT RAISE(ABORT, 'total issuance changes only through an issuance')
     WHERE NEW.issued_sequence <= OLD.issued_sequence
        OR NOT EXISTS (SELECT 1 FROM transactions
                        WHERE sequence = NEW.issued_sequence AND kind = 1
                          AND amount = NEW.total_issued - OLD.total_issued);
END;

-- The seal only moves forward, and only onto a chained row. Without this, emptying the hashes from
-- some row on would be a way to have a forgery chained anew.
CREATE TRIGGER ledger_seal_guard BEFORE UPDATE OF sealed_sequence, sealed_hash ON ledger
BEGIN
    SELECT RAISE(ABORT, 'the seal of the chain only moves forward')
     WHERE NEW.sealed_sequence < OLD.sealed_sequence
        OR NEW.sealed_hash IS NOT (SELECT hash FROM transactions WHERE sequence = NEW.sealed_sequence);
END;

CREATE TRIGGER ledger_audit_seal_guard BEFORE UPDATE OF audit_sealed_sequence, audit_sealed_hash ON ledger
BEGIN
    SELECT RAISE(ABORT, 'the seal of the audit log only moves forward')
     WHERE NEW.audit_sealed_sequence < OLD.audit_sealed_sequence
        OR NEW.audit_sealed_hash IS NOT (SELECT hash FROM audit_log WHERE sequence = NEW.audit_sealed_sequence);
END;

-- ------------------------------------------------------------------------------------------------
-- The audit log: who did what to what, and why. Append-only and chained like the ledger.
-- An administrative act is possible only with its line here: issuances and distributions name it,
-- and so do frozen wallets, deleted users and granted roles.
-- ------------------------------------------------------------------------------------------------
CREATE TABLE audit_log (
    sequence       INTEGER PRIMARY KEY,
    created_at     INTEGER NOT NULL,
    operator       TEXT    NOT NULL CHECK (length(trim(operator)) BETWEEN 1 AND 255),
    action         TEXT    NOT NULL CHECK (length(action) BETWEEN 1 AND 64),   -- 'distribution', 'wallet.freeze', ...
    target         TEXT    NOT NULL CHECK (length(target) BETWEEN 1 AND 255),  -- the UUID or name of what was acted upon
    reason         TEXT    NOT NULL CHECK (length(trim(reason)) BETWEEN 1 AND 500),
    details        TEXT    NOT NULL DEFAULT '{}' CHECK (json_valid(details)),
    request_id     TEXT    CHECK (length(request_id) BETWEEN 1 AND 128),
    first_sequence INTEGER,  -- the transactions this line accounts for, first to last, where there are any
    last_sequence  INTEGER,
    hash           BLOB    CHECK (length(hash) = 32),
    CHECK ((first_sequence IS NULL) = (last_sequence IS NULL)),
    CHECK (last_sequence >= first_sequence)
) STRICT;

CREATE INDEX audit_log_by_target ON audit_log (target);

-- When members left and came back, among all the lines.
CREATE INDEX audit_log_membership ON audit_log (sequence) WHERE action IN ('user.delete', 'user.restore');

CREATE TRIGGER audit_log_insert_guard BEFORE INSERT ON audit_log
BEGIN
    SELECT RAISE(ABORT, 'the next audit line must follow the last one: use its sequence plus one')
     WHERE NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM audit_log);
    SELECT RAISE(ABORT, 'time does not run backwards in the audit log')
     WHERE NEW.created_at < (SELECT created_at FROM audit_log WHERE sequence = NEW.sequence - 1);
    -- Said again here, and of any blank: a shell can switch CHECK constraints off, but not triggers.
    SELECT RAISE(ABORT, 'an audit line names an operator and a reason')
     WHERE trim(NEW.operator, char(9, 10, 13, 32)) = '' OR trim(NEW.reason, char(9, 10, 13, 32)) = '';
    -- The program takes none of these from anybody, and what it takes is chained at once.
    SELECT RAISE(ABORT, 'an operator and a reason are one line of text')
     WHERE NEW.hash IS NULL
       AND (NEW.operator GLOB '*[' || char(1) || '-' || char(31) || char(127) || ']*'
         OR NEW.reason GLOB '*[' || char(1) || '-' || char(31) || char(127) || ']*');
    SELECT RAISE(ABORT, 'an audit line can only account for the transactions that follow it')
     WHERE NEW.first_sequence <> (SELECT coalesce(max(sequence), 0) + 1 FROM transactions);
END;

-- The one change ever made to an audit line: the program chains it, once.
CREATE TRIGGER audit_log_update_guard BEFORE UPDATE ON audit_log
BEGIN
    SELECT RAISE(ABORT, 'the audit log is never changed')
     WHERE OLD.hash IS NOT NULL OR NEW.hash IS NULL
        OR NEW.sequence IS NOT OLD.sequence OR NEW.created_at IS NOT OLD.created_at
        OR NEW.operator IS NOT OLD.operator OR NEW.action IS NOT OLD.action
        OR NEW.target IS NOT OLD.target OR NEW.reason IS NOT OLD.reason
        OR NEW.details IS NOT OLD.details OR NEW.request_id IS NOT OLD.request_id
        OR NEW.first_sequence IS NOT OLD.first_sequence OR NEW.last_sequence IS NOT OLD.last_sequence
        OR OLD.sequence <= (SELECT audit_sealed_sequence FROM ledger);
END;

CREATE TRIGGER audit_log_delete_guard BEFORE DELETE ON audit_log
BEGIN
    SELECT RAISE(ABORT, 'the audit log is never deleted from');
END;

-- ------------------------------------------------------------------------------------------------
-- Wallets. A wallet knows its balance and its latest transaction; history is a chain of links
-- from there (see transactions). last_traded is the latest one by which it paid, or was paid by a
-- member; what is given out to it is no act of its own.
-- ------------------------------------------------------------------------------------------------
CREATE TABLE wallets (
    key           INTEGER PRIMARY KEY CHECK (key > 0),
    id            TEXT    NOT NULL UNIQUE CHECK (length(id) = 36 AND id = lower(id)),
    is_system     INTEGER NOT NULL CHECK (is_system IN (0, 1)),
    balance       INTEGER NOT NULL DEFAULT 0 CHECK (balance >= 0),
    last_sequence INTEGER NOT NULL DEFAULT 0,  -- 0: no transaction yet
    is_frozen     INTEGER NOT NULL DEFAULT 0 CHECK (is_frozen IN (0, 1)),
    frozen_reason TEXT,
    state_audit   INTEGER REFERENCES audit_log (sequence),  -- the line that froze or unfroze it last
    is_closed     INTEGER NOT NULL DEFAULT 0 CHECK (is_closed IN (0, 1)),  -- its owner has left
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL, last_traded INTEGER NOT NULL DEFAULT 0,
    CHECK (is_frozen = (frozen_reason IS NOT NULL)),
    CHECK (NOT (is_system AND is_frozen)),  -- system wallets cannot be frozen
    CHECK (NOT (is_system AND is_closed))
) STRICT;

CREATE TRIGGER wallets_insert_guard BEFORE INSERT ON wallets
BEGIN
    SELECT RAISE(ABORT, 'this wallet exists already')
     WHERE EXISTS (SELECT 1 FROM wallets WHERE key = NEW.key OR id = NEW.id);
    SELECT RAISE(ABORT, 'a new wallet is empty, open and not frozen')
     WHERE NEW.balance <> 0 OR NEW.last_sequence <> 0 OR NEW.is_frozen <> 0 OR NEW.is_closed <> 0
        OR NEW.state_audit IS NOT NULL;
END;

CREATE TRIGGER wallets_delete_guard BEFORE DELETE ON wallets
BEGIN
    SELECT RAISE(ABORT, 'wallets are never deleted');
END;

-- Named by its columns, the other names of the key among them: a payment changes none of these.
CREATE TRIGGER wallets_identity_guard BEFORE UPDATE OF key, rowid, oid, _rowid_, id, is_system, created_at ON wallets
BEGIN
    SELECT RAISE(ABORT, 'the identity of a wallet never changes')
     WHERE NEW.key IS NOT OLD.key OR NEW.id IS NOT OLD.id
        OR NEW.is_system IS NOT OLD.is_system OR NEW.created_at IS NOT OLD.created_at;
END;

-- A balance changes only to what the wallet's next transaction says it is.
CREATE TRIGGER wallets_balance_guard BEFORE UPDATE OF balance, last_sequence ON wallets
BEGIN
    SELECT RAISE(ABORT, 'a balance changes only through a transaction')
     WHERE NEW.last_sequence <= OLD.last_sequence
        OR NOT EXISTS (SELECT 1 FROM transactions
                        WHERE sequence = NEW.last_sequence
                          AND (   (to_wallet   = OLD.key AND to_previous   = OLD.last_sequence AND to_balance   = NEW.balance)
                               OR (from_wallet = OLD.key AND from_previous = OLD.last_sequence AND from_balance = NEW.balance)));
END;

CREATE TRIGGER wallets_state_guard BEFORE UPDATE OF is_frozen, frozen_reason, state_audit ON wallets
BEGIN
    SELECT RAISE(ABORT, 'system wallets cannot be frozen') WHERE OLD.is_system;
    SELECT RAISE(ABORT, 'freezing and unfreezing need an operator and a reason: use the views direct_freezes and direct_unfreezes')
     WHERE NEW.state_audit IS NULL OR NEW.state_audit <= coalesce(OLD.state_audit, 0)
        OR NOT EXISTS (SELECT 1 FROM audit_log
                        WHERE sequence = NEW.state_audit AND target = OLD.id
                          AND action = iif(NEW.is_frozen, 'wallet.freeze', 'wallet.unfreeze')
                          AND (NOT NEW.is_frozen OR reason = NEW.frozen_reason));
END;

CREATE TRIGGER wallets_closing_guard BEFORE UPDATE OF is_closed ON wallets
BEGIN
    SELECT RAISE(ABORT, 'a wallet is closed by deleting its owner, and opened by restoring them')
     WHERE NEW.is_closed IS NOT EXISTS (SELECT 1 FROM users WHERE wallet = OLD.key AND deleted_at IS NOT NULL);
END;

-- ------------------------------------------------------------------------------------------------
-- Users: the members. Each has exactly one wallet, for ever. language is what they read the pages in;
-- NULL: as their browser asks.
-- ------------------------------------------------------------------------------------------------
CREATE TABLE users (
    key         INTEGER PRIMARY KEY CHECK (key > 0),
    id          TEXT    NOT NULL UNIQUE CHECK (length(id) = 36 AND id = lower(id)),
    wallet      INTEGER NOT NULL UNIQUE REFERENCES wallets (key),
    username    TEXT    NOT NULL CHECK (length(username) BETWEEN 3 AND 255 AND username NOT GLOB '*[^A-Za-z0-9_-]*'),  -- a display name; not unique
    deleted_at  INTEGER,  -- deletion keeps the wallet and its history
    state_audit INTEGER REFERENCES audit_log (sequence),  -- the line that deleted or restored them last
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL
, language TEXT CHECK (language GLOB '[a-z][a-z]')) STRICT;

CREATE INDEX users_by_username ON users (username COLLATE NOCASE, key);

CREATE TRIGGER users_insert_guard BEFORE INSERT ON users
BEGIN
    SELECT RAISE(ABORT, 'this user exists already')
     WHERE EXISTS (SELECT 1 FROM users WHERE key = NEW.key OR id = NEW.id OR wallet = NEW.wallet);
    SELECT RAISE(ABORT, 'a member needs a wallet of their own')
     WHERE NOT EXISTS (SELECT 1 FROM wallets WHERE key = NEW.wallet AND NOT is_system);
    SELECT RAISE(ABORT, 'a new user is not deleted') WHERE NEW.deleted_at IS NOT NULL OR NEW.state_audit IS NOT NULL;
END;

CREATE TRIGGER users_delete_guard BEFORE DELETE ON users
BEGIN
    SELECT RAISE(ABORT, 'users are never deleted from the database: set deleted_at');
END;

CREATE TRIGGER users_identity_guard BEFORE UPDATE ON users
BEGIN
    SELECT RAISE(ABORT, 'the identity of a user never changes')
     WHERE NEW.key IS NOT OLD.key OR NEW.id IS NOT OLD.id
        OR NEW.wallet IS NOT OLD.wallet OR NEW.created_at IS NOT OLD.created_at;
END;

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

CREATE TRIGGER users_close_wallet AFTER UPDATE OF deleted_at ON users
BEGIN
    UPDATE wallets SET is_closed = NEW.deleted_at IS NOT NULL, updated_at = NEW.updated_at WHERE key = NEW.wallet;
END;

-- Who a user is at an identity provider: issuer and subject together, bound to one user.
CREATE TABLE identities (
    issuer     TEXT    NOT NULL CHECK (length(issuer) BETWEEN 1 AND 2048),
    subject    TEXT    NOT NULL CHECK (length(subject) BETWEEN 1 AND 255),
    user       INTEGER NOT NULL REFERENCES users (key),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (issuer, subject)
) STRICT, WITHOUT ROWID;

CREATE INDEX identities_by_user ON identities (user);

CREATE TRIGGER identities_insert_guard BEFORE INSERT ON identities
BEGIN
    SELECT RAISE(ABORT, 'this identity belongs to a user already')
     WHERE EXISTS (SELECT 1 FROM identities WHERE issuer = NEW.issuer AND subject = NEW.subject);
    SELECT RAISE(ABORT, 'an identity needs its user')
     WHERE NOT EXISTS (SELECT 1 FROM users WHERE key = NEW.user);
END;

CREATE TRIGGER identities_update_guard BEFORE UPDATE ON identities
BEGIN
    SELECT RAISE(ABORT, 'an identity stays with its user');
END;

-- The one time an identity goes: its user is erased. Whoever comes with it again is somebody new.
CREATE TRIGGER identities_delete_guard BEFORE DELETE ON identities
BEGIN
    SELECT RAISE(ABORT, 'an identity stays with its user, unless they are erased')
     WHERE NOT EXISTS (SELECT 1 FROM users JOIN audit_log ON audit_log.target = users.id AND audit_log.action = 'user.erase'
                        WHERE users.key = OLD.user AND users.deleted_at IS NOT NULL);
END;

-- Roles granted here; the configuration can name operators and auditors besides.
CREATE TABLE roles (
    user  INTEGER NOT NULL REFERENCES users (key),
    role  TEXT    NOT NULL CHECK (role IN ('operator', 'auditor')),
    audit INTEGER NOT NULL REFERENCES audit_log (sequence),
    PRIMARY KEY (user, role)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER roles_insert_guard BEFORE INSERT ON roles
BEGIN
    SELECT RAISE(ABORT, 'this role is granted already')
     WHERE EXISTS (SELECT 1 FROM roles WHERE user = NEW.user AND role = NEW.role);
    SELECT RAISE(ABORT, 'granting a role needs a line in the audit log')
     WHERE NOT EXISTS (SELECT 1 FROM audit_log JOIN users ON users.id = audit_log.target
                        WHERE audit_log.sequence = NEW.audit AND audit_log.action = 'role.grant'
                          AND users.key = NEW.user AND audit_log.details ->> 'role' = NEW.role
                          AND audit_log.sequence = (SELECT max(sequence) FROM audit_log));
END;

CREATE TRIGGER roles_update_guard BEFORE UPDATE ON roles
BEGIN
    SELECT RAISE(ABORT, 'a role is granted or revoked, never changed');
END;

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
-- System accounts: each has a wallet that may issue tokens. Nobody signs in as one.
-- ------------------------------------------------------------------------------------------------
CREATE TABLE system_accounts (
    key        INTEGER PRIMARY KEY CHECK (key > 0),
    id         TEXT    NOT NULL UNIQUE CHECK (length(id) = 36 AND id = lower(id)),
    wallet     INTEGER NOT NULL UNIQUE REFERENCES wallets (key),
    name       TEXT    NOT NULL UNIQUE CHECK (length(name) BETWEEN 3 AND 255 AND name NOT GLOB '*[^A-Za-z0-9_-]*'),
    created_at INTEGER NOT NULL
) STRICT;

CREATE TRIGGER system_accounts_insert_guard BEFORE INSERT ON system_accounts
BEGIN
    SELECT RAISE(ABORT, 'this system account exists already')
     WHERE EXISTS (SELECT 1 FROM system_accounts
                    WHERE key = NEW.key OR id = NEW.id OR wallet = NEW.wallet OR name = NEW.name);
    SELECT RAISE(ABORT, 'a system account needs a system wallet')
     WHERE NOT EXISTS (SELECT 1 FROM wallets WHERE key = NEW.wallet AND is_system);
    SELECT RAISE(ABORT, 'a system account needs an operator and a reason: use the view direct_system_accounts')
     WHERE (SELECT max(sequence) IS NOT NULL AND action = 'system_account.create' AND target = NEW.name FROM audit_log) IS NOT TRUE;
END;

CREATE TRIGGER system_accounts_update_guard BEFORE UPDATE ON system_accounts
BEGIN
    SELECT RAISE(ABORT, 'a system account never changes');
END;

CREATE TRIGGER system_accounts_delete_guard BEFORE DELETE ON system_accounts
BEGIN
    SELECT RAISE(ABORT, 'system accounts are never deleted');
END;

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

-- Whoever leaves is signed out everywhere.
CREATE TRIGGER users_end_sessions AFTER UPDATE OF deleted_at ON users WHEN NEW.deleted_at IS NOT NULL
BEGIN
    DELETE FROM sessions WHERE user = NEW.key;
END;

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

-- ------------------------------------------------------------------------------------------------
-- Transactions: every token that ever moved. Never changed, never deleted.
--
-- Each row records, for both wallets, the wallet's previous transaction and its balance after this
-- one. So a wallet's history is read by following links from its latest transaction, with no index
-- by wallet to be kept, and every line of it can be checked.
--
-- The UUID that people see is not stored: it is made of created_at, the ledger's tag and sequence
-- (a version 7 UUID; see the view transaction_list), so it needs no index either.
--
-- kind:  1 issuance (a system wallet pays itself)   2 distribution (system to member)
--        3 transfer (member to member)              4 pool (anyone to a system wallet)
-- transaction_type, 1 to 99: which program made it.
--        1 transfer: all but what follows
--        2 fee: what a payment between members costs. It stands right behind its payment, by the same
--          payer, so each of the two is found from the other by its place
-- ------------------------------------------------------------------------------------------------
CREATE TABLE transactions (
    sequence         INTEGER PRIMARY KEY,  -- 1, 2, 3, ... without a gap
    created_at       INTEGER NOT NULL CHECK (created_at BETWEEN 0 AND 253402300799999),
    kind             INTEGER NOT NULL CHECK (kind BETWEEN 1 AND 4),
    transaction_type INTEGER NOT NULL CHECK (transaction_type BETWEEN 1 AND 99),
    from_wallet      INTEGER NOT NULL REFERENCES wallets (key),
    to_wallet        INTEGER NOT NULL REFERENCES wallets (key),
    amount           INTEGER NOT NULL CHECK (amount > 0),
    from_previous    INTEGER NOT NULL,  -- the sender's previous transaction; 0: none
    to_previous      INTEGER NOT NULL,  -- the recipient's
    from_balance     INTEGER NOT NULL CHECK (from_balance >= 0),  -- the sender's balance after this one
    to_balance       INTEGER NOT NULL CHECK (to_balance >= 0),    -- the recipient's
    reverses         INTEGER REFERENCES transactions (sequence),  -- the transaction this one gives back
    audit            INTEGER REFERENCES audit_log (sequence),     -- the line that accounts for it; members' own transfers have none
    note             TEXT    CHECK (length(note) BETWEEN 1 AND 280),
    note_salt        BLOB    CHECK (length(note_salt) = 16),
    note_digest      BLOB    CHECK (length(note_digest) = 32),  -- what the chain covers, so that a note can be erased
    hash             BLOB    CHECK (length(hash) = 32),  -- empty until the program chains a row inserted by hand
    CHECK ((note IS NULL) = (note_salt IS NULL)),
    CHECK (note IS NULL OR note_digest IS NOT NULL)
) STRICT;

-- How much of a transaction was given back already. Ordinary rows are not in this index.
CREATE INDEX transactions_reversals ON transactions (reverses) WHERE reverses IS NOT NULL;

CREATE TRIGGER transactions_insert_guard BEFORE INSERT ON transactions
BEGIN
    -- One look at the newest transaction and at both wallets serves all rules: every payment waits for them.
    SELECT CASE
        WHEN NEW.sequence IS NOT coalesce(newest.sequence, 0) + 1
            THEN RAISE(ABORT, 'the next transaction must follow the last one: use its sequence plus one')
        WHEN NEW.created_at < newest.created_at THEN RAISE(ABORT, 'time does not run backwards in the ledger')
        -- A trigger that someone adds can keep transactions_apply from doing its work. Then nothing follows.
        WHEN iif(newest.from_wallet = NEW.from_wallet, sender.last_sequence,
                 (SELECT last_sequence FROM wallets WHERE key = newest.from_wallet)) <> newest.sequence
          OR (SELECT last_sequence FROM wallets WHERE key = newest.to_wallet) <> newest.sequence
          OR (newest.kind = 1 AND (SELECT issued_sequence FROM ledger) <> newest.sequence)
            THEN RAISE(ABORT, 'the transaction before this one has not moved its tokens')
        -- Said again here: a shell can switch CHECK constraints off, and a negative amount would be a theft.
        WHEN NEW.amount < 1 THEN RAISE(ABORT, 'an amount is a whole number above zero')
        WHEN sender.key IS NULL THEN RAISE(ABORT, 'the sending wallet does not exist')
        WHEN recipient.key IS NULL THEN RAISE(ABORT, 'the receiving wallet does not exist')
        WHEN sender.is_frozen OR recipient.is_frozen THEN RAISE(ABORT, 'a frozen wallet neither sends nor receives')
        WHEN recipient.is_closed THEN RAISE(ABORT, 'a closed wallet does not receive')
        WHEN sender.key = recipient.key AND NOT sender.is_system THEN RAISE(ABORT, 'only a system wallet can pay itself')
        WHEN NEW.kind <> CASE WHEN sender.key = recipient.key THEN 1
                              WHEN recipient.is_system THEN 4
                              WHEN sender.is_system THEN 2
                              ELSE 3 END THEN RAISE(ABORT, 'the kind must be what the two wallets make it')
        WHEN NEW.transaction_type = 2
         AND (NEW.kind <> 4 OR NEW.reverses IS NOT NULL OR newest.kind IS NOT 3 OR newest.reverses IS NOT NULL
              OR newest.from_wallet <> NEW.from_wallet OR newest.created_at <> NEW.created_at)
            THEN RAISE(ABORT, 'a fee goes to a system wallet, right behind the payment between members it is for, by the same payer')
        WHEN NEW.from_previous <> sender.last_sequence OR NEW.to_previous <> recipient.last_sequence
            THEN RAISE(ABORT, 'a transaction must link to the previous one of both wallets')
        WHEN NEW.kind = 1 AND (SELECT total_issued FROM ledger) > 9223372036854775807 - NEW.amount
            THEN RAISE(ABORT, 'the total supply would pass the largest amount')
        WHEN NEW.kind <> 1 AND sender.balance < NEW.amount THEN RAISE(ABORT, 'the sender does not have that many tokens')
        WHEN recipient.balance > 9223372036854775807 - NEW.amount THEN RAISE(ABORT, 'the balance would pass the largest amount')
        WHEN NEW.to_balance <> recipient.balance + NEW.amount
          OR NEW.from_balance <> iif(NEW.kind = 1, NEW.to_balance, sender.balance - NEW.amount)
            THEN RAISE(ABORT, 'the balances after it must be those before it, moved by the amount')
        WHEN NEW.kind <= 2 AND NEW.audit IS NULL
            THEN RAISE(ABORT, 'issuing and distributing need an operator and a reason: use the views direct_issuances and direct_distributions')
        -- The program chains what it writes at once; a row without a hash was inserted by hand.
        WHEN NEW.hash IS NULL AND NEW.audit IS NULL
            THEN RAISE(ABORT, 'a transaction inserted by hand needs an operator and a reason: a line in the audit log')
    END
      FROM (SELECT max(sequence) AS sequence, created_at, kind, from_wallet, to_wallet, reverses
              FROM transactions) AS newest
      LEFT JOIN wallets AS sender ON sender.key = NEW.from_wallet
      LEFT JOIN wallets AS recipient ON recipient.key = NEW.to_wallet;
    SELECT RAISE(ABORT, 'the audit line must account for this very transaction')
     WHERE NEW.audit IS NOT NULL
       AND (SELECT max(sequence) = NEW.audit AND NEW.sequence BETWEEN first_sequence AND last_sequence
               AND CASE action WHEN 'issuance' THEN NEW.kind = 1
                               WHEN 'distribution' THEN NEW.kind <= 2
                               WHEN 'reversal' THEN NEW.reverses IS NOT NULL
                               WHEN 'transfer' THEN NEW.kind >= 3 END
              FROM audit_log) IS NOT TRUE;
    SELECT CASE
        WHEN original.sequence IS NULL THEN RAISE(ABORT, 'a reversal must go back the way the original came')
        WHEN original.kind = 1 OR original.reverses IS NOT NULL THEN RAISE(ABORT, 'issuances and reversals cannot be reversed')
        WHEN original.amount - (SELECT coalesce(sum(amount), 0) FROM transactions WHERE reverses = NEW.reverses) < NEW.amount
            THEN RAISE(ABORT, 'no more can be given back than was sent')
    END
      FROM (SELECT 1)
      LEFT JOIN transactions AS original ON original.sequence = NEW.reverses
                                        AND original.from_wallet = NEW.to_wallet AND original.to_wallet = NEW.from_wallet
     WHERE NEW.reverses IS NOT NULL;
END;

-- A transaction moves the tokens by itself.
CREATE TRIGGER transactions_apply AFTER INSERT ON transactions
BEGIN
    UPDATE wallets SET balance = NEW.from_balance, last_sequence = NEW.sequence, updated_at = NEW.created_at,
                       last_traded = iif(NEW.kind >= 3, NEW.sequence, last_traded)
     WHERE key = NEW.from_wallet AND NEW.kind <> 1;
    UPDATE wallets SET balance = NEW.to_balance, last_sequence = NEW.sequence, updated_at = NEW.created_at,
                       last_traded = iif(NEW.kind = 3, NEW.sequence, last_traded)
     WHERE key = NEW.to_wallet;
    UPDATE ledger SET total_issued = total_issued + NEW.amount, issued_sequence = NEW.sequence
     WHERE only = 1 AND NEW.kind = 1;
END;

-- Two changes are ever made to a transaction: the program chains it, once, and its note is erased.
CREATE TRIGGER transactions_update_guard BEFORE UPDATE ON transactions
BEGIN
    SELECT RAISE(ABORT, 'transactions are never changed')
     WHERE NEW.sequence IS NOT OLD.sequence OR NEW.created_at IS NOT OLD.created_at
        OR NEW.kind IS NOT OLD.kind OR NEW.transaction_type IS NOT OLD.transaction_type
        OR NEW.from_wallet IS NOT OLD.from_wallet OR NEW.to_wallet IS NOT OLD.to_wallet OR NEW.amount IS NOT OLD.amount
        OR NEW.from_previous IS NOT OLD.from_previous OR NEW.to_previous IS NOT OLD.to_previous
        OR NEW.from_balance IS NOT OLD.from_balance OR NEW.to_balance IS NOT OLD.to_balance
        OR NEW.reverses IS NOT OLD.reverses OR NEW.audit IS NOT OLD.audit OR NEW.note_digest IS NOT OLD.note_digest
        OR (NEW.note IS NOT OLD.note AND NEW.note IS NOT NULL)
        OR (NEW.note_salt IS NOT OLD.note_salt AND NEW.note_salt IS NOT NULL)
        OR (NEW.hash IS NOT OLD.hash
            AND (OLD.hash IS NOT NULL OR OLD.sequence <= (SELECT sealed_sequence FROM ledger)));
END;

CREATE TRIGGER transactions_delete_guard BEFORE DELETE ON transactions
BEGIN
    SELECT RAISE(ABORT, 'transactions are never deleted');
END;

-- ------------------------------------------------------------------------------------------------
-- Idempotency: which request made which transaction, so that a repeated request is answered and
-- not executed again. A row stands beside the first transaction it made, so new rows share few
-- pages, there is no index to keep, and a period that has passed is dropped as one range. The
-- program keeps the look-up in memory.
-- ------------------------------------------------------------------------------------------------
CREATE TABLE idempotency_records (
    sequence INTEGER PRIMARY KEY REFERENCES transactions (sequence),
    period   INTEGER NOT NULL,  -- the day it was made
    key      BLOB    NOT NULL CHECK (length(key) = 16),      -- digest of caller and key
    request  BLOB    NOT NULL CHECK (length(request) = 16)   -- digest of what was asked
) STRICT;

CREATE TRIGGER idempotency_records_insert_guard BEFORE INSERT ON idempotency_records
BEGIN
    SELECT RAISE(ABORT, 'a transaction is made by one request')
     WHERE EXISTS (SELECT 1 FROM idempotency_records WHERE sequence = NEW.sequence);
    SELECT RAISE(ABORT, 'an idempotency record stands beside its transaction, on its day')
     WHERE NEW.period IS NOT (SELECT created_at / 86400000 FROM transactions WHERE sequence = NEW.sequence);
END;

CREATE TRIGGER idempotency_records_update_guard BEFORE UPDATE ON idempotency_records
BEGIN
    SELECT RAISE(ABORT, 'idempotency records are never changed');
END;

CREATE TRIGGER idempotency_records_delete_guard BEFORE DELETE ON idempotency_records
BEGIN
    SELECT RAISE(ABORT, 'idempotency records are kept for at least seven days')
     WHERE OLD.period > (SELECT created_at / 86400000 FROM transactions ORDER BY sequence DESC LIMIT 1) - 8;
END;

-- ------------------------------------------------------------------------------------------------
-- Favourites: whom a member wants to find first when they pay.
-- ------------------------------------------------------------------------------------------------
CREATE TABLE favourites (
    user       INTEGER NOT NULL REFERENCES users (key),
    wallet     INTEGER NOT NULL REFERENCES wallets (key),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (user, wallet)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER favourites_insert_guard BEFORE INSERT ON favourites
BEGIN
    SELECT RAISE(ABORT, 'this favourite is there already')
     WHERE EXISTS (SELECT 1 FROM favourites WHERE user = NEW.user AND wallet = NEW.wallet);
    SELECT RAISE(ABORT, 'a favourite is a wallet of somebody else')
     WHERE NOT EXISTS (SELECT 1 FROM wallets WHERE key = NEW.wallet)
        OR NOT EXISTS (SELECT 1 FROM users WHERE key = NEW.user AND wallet <> NEW.wallet);
END;

CREATE TRIGGER favourites_update_guard BEFORE UPDATE ON favourites
BEGIN
    SELECT RAISE(ABORT, 'a favourite is added or removed, never changed');
END;

-- ------------------------------------------------------------------------------------------------
-- Categories: what a member calls an entry of their own history, for themselves alone. A row only where
-- there is a category; the ledger's own rows know nothing of it.
-- ------------------------------------------------------------------------------------------------
CREATE TABLE categories (
    user     INTEGER NOT NULL REFERENCES users (key),
    entry    INTEGER NOT NULL REFERENCES transactions (sequence),
    category TEXT    NOT NULL CHECK (length(category) BETWEEN 1 AND 40),
    PRIMARY KEY (user, entry)
) STRICT, WITHOUT ROWID;

CREATE INDEX categories_by_name ON categories (user, category, entry);

CREATE TRIGGER categories_insert_guard BEFORE INSERT ON categories
BEGIN
    SELECT RAISE(ABORT, 'this entry has a category already')
     WHERE EXISTS (SELECT 1 FROM categories WHERE user = NEW.user AND entry = NEW.entry);
    SELECT RAISE(ABORT, 'a category belongs to an entry of its member''s own history')
     WHERE NOT EXISTS (SELECT 1 FROM users JOIN transactions ON users.wallet IN (from_wallet, to_wallet)
                        WHERE users.key = NEW.user AND sequence = NEW.entry);
END;

CREATE TRIGGER categories_update_guard BEFORE UPDATE ON categories
BEGIN
    SELECT RAISE(ABORT, 'a category is given or taken away, never changed');
END;

-- ------------------------------------------------------------------------------------------------
-- Payment requests: one member asks another for tokens, or for a payment back. A request ends once:
-- accepted, by the very payment that it asked for; declined by whom it asks; withdrawn by who asks.
-- One that is still open at expires_at has expired; nothing need be written for that.
-- ------------------------------------------------------------------------------------------------
CREATE TABLE payment_requests (
    key        INTEGER PRIMARY KEY CHECK (key > 0),
    id         TEXT    NOT NULL UNIQUE CHECK (length(id) = 36 AND id = lower(id)),
    asker      INTEGER NOT NULL REFERENCES wallets (key),  -- who is to be paid
    payer      INTEGER NOT NULL REFERENCES wallets (key),  -- who is asked
    amount     INTEGER NOT NULL CHECK (amount > 0),
    note       TEXT    CHECK (length(note) BETWEEN 1 AND 280),   -- what the asker wrote
    asks_back  INTEGER REFERENCES transactions (sequence),       -- the payment that is asked back, where one is
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ended_at   INTEGER,
    ended_as   TEXT    CHECK (ended_as IN ('accepted', 'declined', 'withdrawn')),
    paid_by    INTEGER UNIQUE REFERENCES transactions (sequence),  -- the payment that accepted it
    answer     TEXT    CHECK (length(answer) BETWEEN 1 AND 280),   -- what was said to decline it
    caller_key BLOB    NOT NULL UNIQUE CHECK (length(caller_key) = 16),  -- digest of the asker and their Idempotency-Key
    request    BLOB    NOT NULL CHECK (length(request) = 16),            -- digest of what they asked with it
    CHECK ((ended_at IS NULL) = (ended_as IS NULL)),
    CHECK ((ended_as IS 'accepted') = (paid_by IS NOT NULL)),
    CHECK (answer IS NULL OR ended_as IS 'declined')
) STRICT;

CREATE INDEX payment_requests_by_asker ON payment_requests (asker, key);
CREATE INDEX payment_requests_by_payer ON payment_requests (payer, key);
CREATE INDEX payment_requests_open ON payment_requests (payer, expires_at) WHERE ended_at IS NULL;
CREATE INDEX payment_requests_asked ON payment_requests (asker, expires_at) WHERE ended_at IS NULL;
CREATE INDEX payment_requests_back ON payment_requests (asks_back) WHERE asks_back IS NOT NULL;

CREATE TRIGGER payment_requests_insert_guard BEFORE INSERT ON payment_requests
BEGIN
    SELECT RAISE(ABORT, 'this payment request exists already')
     WHERE EXISTS (SELECT 1 FROM payment_requests WHERE key = NEW.key OR id = NEW.id OR caller_key = NEW.caller_key);
    SELECT RAISE(ABORT, 'a new payment request is open')
     WHERE NEW.ended_at IS NOT NULL OR NEW.ended_as IS NOT NULL OR NEW.paid_by IS NOT NULL OR NEW.answer IS NOT NULL
        OR NEW.expires_at <= NEW.created_at;
    -- Said again here: a shell can switch CHECK constraints off.
    SELECT RAISE(ABORT, 'an amount is a whole number above zero') WHERE NEW.amount < 1;
    SELECT RAISE(ABORT, 'a payment request goes from one member to another')
     WHERE NEW.asker = NEW.payer
        OR (SELECT count(*) FROM wallets WHERE key IN (NEW.asker, NEW.payer) AND NOT is_system) <> 2;
    SELECT RAISE(ABORT, 'only a payment between the two can be asked back, and no more than it was')
     WHERE NEW.asks_back IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM transactions
                        WHERE sequence = NEW.asks_back AND kind = 3 AND reverses IS NULL
                          AND from_wallet = NEW.asker AND to_wallet = NEW.payer AND amount >= NEW.amount);
END;

-- What was written can be erased, with the digest by which its words could be tried, and a request ends.
-- Nothing else about it ever changes.
CREATE TRIGGER payment_requests_update_guard BEFORE UPDATE ON payment_requests
BEGIN
    SELECT RAISE(ABORT, 'a payment request stays what it was made')
     WHERE NEW.key IS NOT OLD.key OR NEW.id IS NOT OLD.id OR NEW.asker IS NOT OLD.asker OR NEW.payer IS NOT OLD.payer
        OR NEW.amount IS NOT OLD.amount OR NEW.asks_back IS NOT OLD.asks_back
        OR NEW.created_at IS NOT OLD.created_at OR NEW.expires_at IS NOT OLD.expires_at
        OR NEW.caller_key IS NOT OLD.caller_key
        OR (NEW.request IS NOT OLD.request AND NEW.request IS NOT zeroblob(16))
        OR (NEW.note IS NOT OLD.note AND NEW.note IS NOT NULL);
    SELECT RAISE(ABORT, 'a payment request ends once')
     WHERE OLD.ended_at IS NOT NULL
       AND (NEW.ended_at IS NOT OLD.ended_at OR NEW.ended_as IS NOT OLD.ended_as OR NEW.paid_by IS NOT OLD.paid_by
            OR (NEW.answer IS NOT OLD.answer AND NEW.answer IS NOT NULL));
    SELECT RAISE(ABORT, 'a payment request ends by being accepted, declined or withdrawn, before it expires')
     WHERE OLD.ended_at IS NULL
       AND (NEW.ended_at IS NOT NULL OR NEW.ended_as IS NOT NULL OR NEW.paid_by IS NOT NULL OR NEW.answer IS NOT NULL)
       AND (NEW.ended_at IS NULL OR NEW.ended_at < OLD.created_at OR NEW.ended_at >= OLD.expires_at
            OR NEW.ended_as IS NULL OR NEW.ended_as NOT IN ('accepted', 'declined', 'withdrawn')
            OR (NEW.ended_as <> 'declined' AND NEW.answer IS NOT NULL)
            OR (NEW.ended_as <> 'accepted' AND NEW.paid_by IS NOT NULL));
    -- Made just now: nothing but its fee came after it.
    SELECT RAISE(ABORT, 'a payment request is accepted by the payment that it asks for, made just now')
     WHERE NEW.ended_as = 'accepted' AND OLD.ended_as IS NULL
       AND NOT EXISTS (SELECT 1 FROM transactions
                        WHERE sequence = NEW.paid_by
                          AND NOT EXISTS (SELECT 1 FROM transactions WHERE sequence > NEW.paid_by AND transaction_type <> 2)
                          AND from_wallet = OLD.payer AND to_wallet = OLD.asker AND amount = OLD.amount
                          AND reverses IS OLD.asks_back AND created_at = NEW.ended_at
                          AND NOT EXISTS (SELECT 1 FROM payment_requests WHERE paid_by = NEW.paid_by));
END;

CREATE TRIGGER payment_requests_delete_guard BEFORE DELETE ON payment_requests
BEGIN
    SELECT RAISE(ABORT, 'payment requests are never deleted: withdraw or decline them');
END;

-- ------------------------------------------------------------------------------------------------
-- Checkpoints: the whole ledger at some moment, signed with the instance's key, which lies outside
-- this file. What a checkpoint says is read from the rows it covers; only its signature is stored.
-- docs/verification.md tells what is signed and how anyone can check it.
-- ------------------------------------------------------------------------------------------------
CREATE TABLE checkpoints (
    sequence       INTEGER PRIMARY KEY REFERENCES transactions (sequence),
    hash           BLOB    NOT NULL CHECK (length(hash) = 32),
    created_at     INTEGER NOT NULL,
    key_id         TEXT    NOT NULL,  -- which instance key signed it
    signature      BLOB    NOT NULL CHECK (length(signature) = 64),
    audit_sequence INTEGER REFERENCES audit_log (sequence)  -- the last audit line it covers; empty: not known, it went through schema version 3
) STRICT;

CREATE TRIGGER checkpoints_insert_guard BEFORE INSERT ON checkpoints
BEGIN
    SELECT RAISE(ABORT, 'a checkpoint must be of a chained transaction, newer than the last checkpoint')
     WHERE NEW.hash IS NOT (SELECT hash FROM transactions WHERE sequence = NEW.sequence)
        OR NEW.sequence <= (SELECT max(sequence) FROM checkpoints);
    SELECT RAISE(ABORT, 'a checkpoint must cover chained audit lines, no fewer than the last checkpoint')
     WHERE NEW.audit_sequence IS NULL
        OR NOT EXISTS (SELECT 1 FROM audit_log WHERE sequence = NEW.audit_sequence AND hash IS NOT NULL)
        OR NEW.audit_sequence < (SELECT max(audit_sequence) FROM checkpoints);
END;

CREATE TRIGGER checkpoints_update_guard BEFORE UPDATE ON checkpoints
BEGIN
    SELECT RAISE(ABORT, 'checkpoints are never changed');
END;

CREATE TRIGGER checkpoints_delete_guard BEFORE DELETE ON checkpoints
BEGIN
    SELECT RAISE(ABORT, 'checkpoints are never deleted');
END;

-- The Merkle tree over all transactions, from which checkpoints and receipts are made: the roots of
-- whole subtrees. Level 1 covers 256 transactions a node, each level 256 times the one below; place
-- counts from 0. They follow from the transactions; `communitytoken verify` computes them again.
CREATE TABLE tree_nodes (
    level INTEGER NOT NULL CHECK (level BETWEEN 1 AND 7),
    place INTEGER NOT NULL CHECK (place >= 0),
    hash  BLOB    NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (level, place)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER tree_nodes_insert_guard BEFORE INSERT ON tree_nodes
BEGIN
    SELECT RAISE(ABORT, 'the tree grows node by node')
     WHERE NEW.place IS NOT (SELECT coalesce(max(place) + 1, 0) FROM tree_nodes WHERE level = NEW.level);
END;

CREATE TRIGGER tree_nodes_update_guard BEFORE UPDATE ON tree_nodes
BEGIN
    SELECT RAISE(ABORT, 'nodes of the tree are never changed');
END;

CREATE TRIGGER tree_nodes_delete_guard BEFORE DELETE ON tree_nodes
BEGIN
    SELECT RAISE(ABORT, 'nodes of the tree are never deleted');
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
                          AND NOT EXISTS (SELECT 1 FROM transactions AS later
                                           WHERE later.sequence > NEW.sequence AND later.transaction_type <> 2));
END;

CREATE TRIGGER service_calls_update_guard BEFORE UPDATE ON service_calls
BEGIN
    SELECT RAISE(ABORT, 'what a client did is never changed');
END;

CREATE TRIGGER service_calls_delete_guard BEFORE DELETE ON service_calls
BEGIN
    SELECT RAISE(ABORT, 'what a client did is never deleted');
END;

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

-- ------------------------------------------------------------------------------------------------
-- Notices: what a member is told, on the page and by mail, and which of it they want to hear.
-- Payments are not here: on the page they are read out of the history, and mail about them is made by a
-- follower, so that no payment is slower for it.
-- ------------------------------------------------------------------------------------------------
CREATE TABLE notices (
    key        INTEGER PRIMARY KEY CHECK (key > 0),
    user       INTEGER NOT NULL REFERENCES users (key),
    kind       TEXT    NOT NULL CHECK (length(kind) BETWEEN 1 AND 64),
    details    TEXT    NOT NULL CHECK (json_valid(details)),
    created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX notices_by_user ON notices (user, created_at);

-- Up to when a member has read what they were told.
CREATE TABLE notice_marks (
    user    INTEGER PRIMARY KEY REFERENCES users (key),
    read_at INTEGER NOT NULL
) STRICT;

-- What a member has switched on or off; what is not here is as the program has it by itself.
CREATE TABLE notice_choices (
    user       INTEGER NOT NULL REFERENCES users (key),
    kind       TEXT    NOT NULL CHECK (length(kind) BETWEEN 1 AND 64),
    channel    TEXT    NOT NULL CHECK (channel IN ('page', 'mail', 'push')),
    is_on      INTEGER NOT NULL CHECK (is_on IN (0, 1)),
    changed_at INTEGER NOT NULL,  -- nothing that happened before is told
    PRIMARY KEY (user, kind, channel)
) STRICT, WITHOUT ROWID;

-- The browsers in which a member has signed in, by kind and without versions: a new one is told.
CREATE TABLE browsers (
    user    INTEGER NOT NULL REFERENCES users (key),
    browser TEXT    NOT NULL CHECK (length(browser) <= 255),
    seen_at INTEGER NOT NULL,
    PRIMARY KEY (user, browser)
) STRICT, WITHOUT ROWID;

-- How far a follower of the ledger has come.
CREATE TABLE followers (
    name     TEXT    PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 64),
    sequence INTEGER NOT NULL CHECK (sequence >= 0)
) STRICT;

-- ------------------------------------------------------------------------------------------------
-- Mail: where members may be written to, and what waits to be sent. An address is nobody's identity:
-- nobody comes in by it. Nothing is sent to it before its owner has typed the code that went there;
-- of that code, only the SHA-256 is here.
-- ------------------------------------------------------------------------------------------------
CREATE TABLE mail_addresses (
    key          INTEGER PRIMARY KEY CHECK (key > 0),
    user         INTEGER NOT NULL REFERENCES users (key),
    address      TEXT    NOT NULL CHECK (length(address) BETWEEN 3 AND 254 AND address NOT GLOB '*[^!-~]*'),
    created_at   INTEGER NOT NULL,
    confirmed_at INTEGER,
    code_hash    BLOB    CHECK (length(code_hash) = 32),  -- of the latest code that was sent
    tries        INTEGER NOT NULL DEFAULT 0 CHECK (tries >= 0),  -- codes typed wrongly
    expires_at   INTEGER,  -- one that is not confirmed by then is forgotten
    CHECK ((confirmed_at IS NULL) = (expires_at IS NOT NULL)),
    CHECK (confirmed_at IS NULL OR code_hash IS NULL)
) STRICT;

-- One that is confirmed, and one that is to take its place.
CREATE UNIQUE INDEX mail_addresses_by_user ON mail_addresses (user, confirmed_at IS NULL);

CREATE TRIGGER mail_addresses_update_guard BEFORE UPDATE ON mail_addresses
BEGIN
    SELECT RAISE(ABORT, 'an address is confirmed once, and never changed: put in another')
     WHERE NEW.key IS NOT OLD.key OR NEW.user IS NOT OLD.user OR NEW.address IS NOT OLD.address
        OR NEW.created_at IS NOT OLD.created_at OR OLD.confirmed_at IS NOT NULL;
END;

-- Letters that wait. A row goes when its letter is accepted by the mail server, refused for good, or too old.
CREATE TABLE letters (
    key        INTEGER PRIMARY KEY CHECK (key > 0),
    id         TEXT    NOT NULL UNIQUE CHECK (length(id) = 36 AND id = lower(id)),  -- the same at a second attempt
    user       INTEGER NOT NULL REFERENCES users (key),
    kind       TEXT    NOT NULL CHECK (length(kind) BETWEEN 1 AND 64),
    address    TEXT    CHECK (length(address) BETWEEN 3 AND 254),  -- none: the one that is confirmed when it is sent
    details    TEXT    NOT NULL CHECK (json_valid(details)),
    created_at INTEGER NOT NULL,
    due_at     INTEGER NOT NULL,
    attempts   INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    -- Attempts of which nobody knows whether the letter went out. Counted before one is made, and taken
    -- back when the answer is there: after two, there is no third.
    doubts     INTEGER NOT NULL DEFAULT 0 CHECK (doubts BETWEEN 0 AND 2)
, browser INTEGER REFERENCES push_browsers (key) ON DELETE CASCADE) STRICT;

CREATE INDEX letters_by_due ON letters (due_at);
CREATE INDEX letters_by_user ON letters (user);
CREATE INDEX letters_by_browser ON letters (browser) WHERE browser IS NOT NULL;

-- What is enclosed with a letter that waits; it goes with it. Made once, so that a second attempt sends the same.
CREATE TABLE enclosures (
    letter  INTEGER PRIMARY KEY REFERENCES letters (key),
    name    TEXT    NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
    content BLOB    NOT NULL
) STRICT;

CREATE TRIGGER letters_delete_enclosures BEFORE DELETE ON letters
BEGIN
    DELETE FROM enclosures WHERE letter = OLD.key;
END;

-- By what a letter lets its reader out: the link at its foot switches its kind off, without signing in.
CREATE TABLE letter_exits (
    token_hash BLOB    PRIMARY KEY CHECK (length(token_hash) = 32),
    user       INTEGER NOT NULL REFERENCES users (key),
    kind       TEXT    NOT NULL CHECK (length(kind) BETWEEN 1 AND 64),
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX letter_exits_by_user ON letter_exits (user);
CREATE INDEX letter_exits_by_end ON letter_exits (expires_at);

-- ------------------------------------------------------------------------------------------------
-- Web Push: browsers in which members are told while no page is open. Each belongs to the session in which
-- it was put in, and goes with it. What is sent there is a letter like those by mail.
-- ------------------------------------------------------------------------------------------------
CREATE TABLE push_browsers (
    key        INTEGER PRIMARY KEY CHECK (key > 0),
    user       INTEGER NOT NULL REFERENCES users (key),
    session    INTEGER NOT NULL UNIQUE REFERENCES sessions (key) ON DELETE CASCADE,
    endpoint   TEXT    NOT NULL UNIQUE CHECK (length(endpoint) BETWEEN 8 AND 2000),
    public_key BLOB    NOT NULL CHECK (length(public_key) = 65),
    secret     BLOB    NOT NULL CHECK (length(secret) = 16),
    created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX push_browsers_by_user ON push_browsers (user);

-- The key by which push services know this program, in PKCS #8: whoever reads it could send in its name.
CREATE TABLE push_key (
    only    INTEGER PRIMARY KEY CHECK (only = 1),
    private BLOB    NOT NULL
) STRICT;

-- ------------------------------------------------------------------------------------------------
-- Proposals: acts of an operator that wait for another one's consent, each exactly as it will happen. One
-- ends once: consented, by another operator, and then it happens in the same step; refused; or withdrawn by
-- who proposed it. One that has not ended at expires_at has expired; nothing need be written for that.
-- ------------------------------------------------------------------------------------------------
CREATE TABLE proposals (
    key           INTEGER PRIMARY KEY CHECK (key > 0),
    id            TEXT    NOT NULL UNIQUE CHECK (length(id) = 36 AND id = lower(id)),
    act           TEXT    NOT NULL CHECK (json_valid(act)),  -- what is proposed, with nothing left open in it
    amount        INTEGER NOT NULL CHECK (amount >= 0),      -- of how many tokens
    proposer      INTEGER NOT NULL REFERENCES users (key),
    claimed_until INTEGER,  -- where a provider's word made them an operator: how long it counts
    asked         INTEGER NOT NULL UNIQUE REFERENCES audit_log (sequence),  -- the line with their reason
    created_at    INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    caller_key    BLOB    UNIQUE CHECK (length(caller_key) = 16),  -- digest of the proposer and their Idempotency-Key
    request       BLOB    CHECK (length(request) = 16),            -- digest of what they asked with it
    ended_as      TEXT    CHECK (ended_as IN ('consented', 'refused', 'withdrawn')),
    answerer      INTEGER REFERENCES users (key),
    answered      INTEGER UNIQUE REFERENCES audit_log (sequence),  -- the line with their reason
    done          INTEGER UNIQUE REFERENCES audit_log (sequence),  -- the line of the act itself
    CHECK ((caller_key IS NULL) = (request IS NULL)),
    CHECK ((ended_as IS NULL) = (answerer IS NULL)),
    CHECK ((ended_as IS NULL) = (answered IS NULL)),
    CHECK ((ended_as IS 'consented') = (done IS NOT NULL))
) STRICT;

CREATE INDEX proposals_open ON proposals (expires_at) WHERE ended_as IS NULL;

CREATE TRIGGER proposals_insert_guard BEFORE INSERT ON proposals
BEGIN
    SELECT RAISE(ABORT, 'this proposal exists already')
     WHERE EXISTS (SELECT 1 FROM proposals WHERE key = NEW.key OR id = NEW.id OR caller_key = NEW.caller_key);
    SELECT RAISE(ABORT, 'a new proposal waits, for a while')
     WHERE NEW.ended_as IS NOT NULL OR NEW.expires_at <= NEW.created_at;
    SELECT RAISE(ABORT, 'a proposal needs a line in the audit log that says what is proposed')
     WHERE NOT EXISTS (SELECT 1 FROM audit_log
                        WHERE sequence = NEW.asked AND target = NEW.id AND action = 'consent.asked'
                          AND details ->> 'kind' = NEW.act ->> 'kind' AND details ->> 'amount' = NEW.amount);
END;

CREATE TRIGGER proposals_update_guard BEFORE UPDATE ON proposals
BEGIN
    SELECT RAISE(ABORT, 'a proposal stays what it was made')
     WHERE NEW.key IS NOT OLD.key OR NEW.id IS NOT OLD.id OR NEW.act IS NOT OLD.act OR NEW.amount IS NOT OLD.amount
        OR NEW.proposer IS NOT OLD.proposer OR NEW.claimed_until IS NOT OLD.claimed_until OR NEW.asked IS NOT OLD.asked
        OR NEW.created_at IS NOT OLD.created_at OR NEW.expires_at IS NOT OLD.expires_at
        OR NEW.caller_key IS NOT OLD.caller_key OR NEW.request IS NOT OLD.request;
    SELECT RAISE(ABORT, 'a proposal ends once') WHERE OLD.ended_as IS NOT NULL;
    SELECT RAISE(ABORT, 'an answer to a proposal needs a line in the audit log, before it expires')
     WHERE NOT EXISTS (SELECT 1 FROM audit_log
                        WHERE sequence = NEW.answered AND target = OLD.id AND created_at < OLD.expires_at
                          AND action = CASE NEW.ended_as WHEN 'consented' THEN 'consent.given'
                                                         WHEN 'refused' THEN 'consent.refused'
                                                         WHEN 'withdrawn' THEN 'consent.withdrawn' END);
    SELECT RAISE(ABORT, 'who proposed something withdraws it; somebody else consents or refuses')
     WHERE (NEW.answerer IS OLD.proposer) IS NOT (NEW.ended_as IS 'withdrawn');
    SELECT RAISE(ABORT, 'the line of what was consented to names the proposal')
     WHERE NEW.ended_as = 'consented'
       AND NOT EXISTS (SELECT 1 FROM audit_log
                        WHERE sequence = NEW.done AND sequence > NEW.answered AND details ->> 'proposal' = OLD.id);
END;

CREATE TRIGGER proposals_delete_guard BEFORE DELETE ON proposals
BEGIN
    SELECT RAISE(ABORT, 'proposals are never deleted: withdraw or refuse them');
END;

-- ------------------------------------------------------------------------------------------------
-- Webhooks: addresses that are told what happens. What is to be told is not written here but read from the
-- ledger's own rows: each webhook keeps how far it has come in each of them, so that no payment is slower
-- for it. The secrets sign, so they are here themselves: whoever reads this file could sign, too.
-- ------------------------------------------------------------------------------------------------
CREATE TABLE webhooks (
    key           INTEGER PRIMARY KEY CHECK (key > 0),
    id            TEXT    NOT NULL UNIQUE CHECK (length(id) = 36 AND id = lower(id)),
    url           TEXT    NOT NULL CHECK (length(url) BETWEEN 8 AND 2000),
    kinds         TEXT    NOT NULL CHECK (json_valid(kinds)),  -- of which events it is told
    notes         INTEGER NOT NULL CHECK (notes IN (0, 1)),    -- whether notes of payments are told, too
    secret        BLOB    NOT NULL CHECK (length(secret) = 32),
    old_secret    BLOB    CHECK (length(old_secret) = 32),     -- signs beside the other for a day after it was renewed
    old_until     INTEGER,
    created_at    INTEGER NOT NULL,
    audit         INTEGER NOT NULL REFERENCES audit_log (sequence),  -- the line of the last act on it
    stopped_at    INTEGER,
    stopped_by    TEXT    CHECK (stopped_by IN ('operator', 'failures', 'gone')),
    -- How far it has come in each table.
    transactions  INTEGER NOT NULL CHECK (transactions >= 0),
    audit_log     INTEGER NOT NULL CHECK (audit_log >= 0),
    users         INTEGER NOT NULL CHECK (users >= 0),
    checkpoints   INTEGER NOT NULL CHECK (checkpoints >= 0),
    -- How it goes with the message that is next.
    attempts      INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    due_at        INTEGER NOT NULL DEFAULT 0,
    failing_since INTEGER,
    answer        TEXT    CHECK (length(answer) <= 200),  -- what came of the last attempt
    answered_at   INTEGER, alerts INTEGER NOT NULL DEFAULT 0 CHECK (alerts >= 0),
    CHECK ((old_secret IS NULL) = (old_until IS NULL)),
    CHECK ((stopped_at IS NULL) = (stopped_by IS NULL))
) STRICT;

CREATE TRIGGER webhooks_insert_guard BEFORE INSERT ON webhooks
BEGIN
    SELECT RAISE(ABORT, 'a webhook needs a line in the audit log that says what it is told')
     WHERE NOT EXISTS (SELECT 1 FROM audit_log
                        WHERE sequence = NEW.audit AND target = NEW.id AND action = 'webhook.create'
                          AND details ->> 'kinds' = NEW.kinds AND details ->> 'notes' = NEW.notes);
END;

CREATE TRIGGER webhooks_update_guard BEFORE UPDATE ON webhooks
BEGIN
    SELECT RAISE(ABORT, 'where a webhook leads and what it is told never changes: remove it and make another')
     WHERE NEW.key IS NOT OLD.key OR NEW.id IS NOT OLD.id OR NEW.url IS NOT OLD.url OR NEW.kinds IS NOT OLD.kinds
        OR NEW.notes IS NOT OLD.notes OR NEW.created_at IS NOT OLD.created_at;
    SELECT RAISE(ABORT, 'stopping, resuming and renewing a webhook need a line in the audit log')
     WHERE (NEW.secret IS NOT OLD.secret OR NEW.stopped_at IS NOT OLD.stopped_at)
       AND NOT EXISTS (SELECT 1 FROM audit_log
                        WHERE sequence = NEW.audit AND sequence > OLD.audit AND target = OLD.id AND action GLOB 'webhook.*');
END;

CREATE TRIGGER webhooks_delete_guard BEFORE DELETE ON webhooks
BEGIN
    SELECT RAISE(ABORT, 'removing a webhook needs a line in the audit log')
     WHERE (SELECT max(sequence) IS NOT NULL AND action = 'webhook.remove' AND target = OLD.id FROM audit_log) IS NOT TRUE;
END;

-- Messages set apart: those that were refused too often, and those an operator wants sent (again). What they
-- say is read from the ledger when they are sent.
CREATE TABLE webhook_letters (
    key        INTEGER PRIMARY KEY CHECK (key > 0),
    webhook    INTEGER NOT NULL REFERENCES webhooks (key) ON DELETE CASCADE,
    message    TEXT    NOT NULL CHECK (length(message) BETWEEN 1 AND 64),  -- what receivers know it by
    kind       TEXT    NOT NULL CHECK (length(kind) BETWEEN 1 AND 64),
    sequence   INTEGER NOT NULL,  -- its row
    created_at INTEGER NOT NULL,
    attempts   INTEGER NOT NULL CHECK (attempts >= 0),
    answer     TEXT    CHECK (length(answer) <= 200),
    again      INTEGER NOT NULL CHECK (again IN (0, 1)),  -- whether it is to be sent once more
    UNIQUE (webhook, message)
) STRICT;

CREATE INDEX webhook_letters_again ON webhook_letters (webhook, key) WHERE again;

-- ------------------------------------------------------------------------------------------------
-- Schedules: distributions that happen by themselves. What came of each is written down in the transaction
-- of the distribution itself, once for each time that was due: a run happened, with its record, or neither
-- is there.
-- ------------------------------------------------------------------------------------------------
CREATE TABLE schedules (
    key            INTEGER PRIMARY KEY CHECK (key > 0),
    id             TEXT    NOT NULL UNIQUE CHECK (length(id) = 36 AND id = lower(id)),
    name           TEXT    NOT NULL COLLATE NOCASE UNIQUE CHECK (length(name) BETWEEN 1 AND 80),
    cron           TEXT    NOT NULL CHECK (length(cron) BETWEEN 1 AND 100),  -- five fields
    time_zone      TEXT    NOT NULL CHECK (length(time_zone) BETWEEN 1 AND 64),  -- on whose clock
    recipients     TEXT    NOT NULL CHECK (json_valid(recipients)),  -- to whom, by rule
    amount         TEXT    NOT NULL CHECK (json_valid(amount)),      -- how much
    system_account TEXT,  -- from which; the community's own where nothing is said
    note           TEXT    CHECK (length(note) BETWEEN 1 AND 280),
    issued_max     INTEGER NOT NULL CHECK (issued_max >= 0),  -- one run issues no more than this
    created_at     INTEGER NOT NULL,
    audit          INTEGER NOT NULL REFERENCES audit_log (sequence),  -- the line of the last act on it
    paused_at      INTEGER,
    next_at        INTEGER,  -- when it is due; nothing while it is paused
    CHECK (paused_at IS NULL OR next_at IS NULL)
) STRICT;

CREATE INDEX schedules_by_next ON schedules (next_at) WHERE next_at IS NOT NULL;

CREATE TRIGGER schedules_insert_guard BEFORE INSERT ON schedules
BEGIN
    SELECT RAISE(ABORT, 'a schedule needs a line in the audit log')
     WHERE NOT EXISTS (SELECT 1 FROM audit_log WHERE sequence = NEW.audit AND target = NEW.id
                          AND action IN ('schedule.create', 'schedule.change'));
END;

CREATE TRIGGER schedules_update_guard BEFORE UPDATE ON schedules
BEGIN
    SELECT RAISE(ABORT, 'the identity of a schedule never changes')
     WHERE NEW.key IS NOT OLD.key OR NEW.id IS NOT OLD.id OR NEW.created_at IS NOT OLD.created_at;
    SELECT RAISE(ABORT, 'changing, pausing and resuming a schedule need a line in the audit log')
     WHERE (NEW.name IS NOT OLD.name OR NEW.cron IS NOT OLD.cron OR NEW.time_zone IS NOT OLD.time_zone
         OR NEW.recipients IS NOT OLD.recipients OR NEW.amount IS NOT OLD.amount
         OR NEW.system_account IS NOT OLD.system_account OR NEW.note IS NOT OLD.note
         OR NEW.issued_max IS NOT OLD.issued_max OR NEW.paused_at IS NOT OLD.paused_at)
       AND NOT EXISTS (SELECT 1 FROM audit_log
                        WHERE sequence = NEW.audit AND sequence > OLD.audit AND target = OLD.id AND action GLOB 'schedule.*');
END;

CREATE TRIGGER schedules_delete_guard BEFORE DELETE ON schedules
BEGIN
    SELECT RAISE(ABORT, 'removing a schedule needs a line in the audit log')
     WHERE (SELECT max(sequence) IS NOT NULL AND action = 'schedule.remove' AND target = OLD.id FROM audit_log) IS NOT TRUE;
END;

CREATE TABLE schedule_runs (
    key          INTEGER PRIMARY KEY CHECK (key > 0),
    schedule     INTEGER NOT NULL REFERENCES schedules (key) ON DELETE CASCADE,
    due_at       INTEGER NOT NULL,
    ran_at       INTEGER NOT NULL,
    skipped      INTEGER NOT NULL CHECK (skipped >= 0),  -- times that were due, too, by then
    outcome      TEXT    NOT NULL CHECK (outcome IN ('distributed', 'nobody', 'failed')),
    distribution TEXT    CHECK (length(distribution) = 36),  -- its id in the audit log
    recipients   INTEGER NOT NULL CHECK (recipients >= 0),
    distributed  INTEGER NOT NULL CHECK (distributed >= 0),
    issued       INTEGER NOT NULL CHECK (issued >= 0),
    left_out     TEXT    NOT NULL CHECK (json_valid(left_out)),  -- whom the list names and who got nothing
    code         TEXT    CHECK (length(code) BETWEEN 1 AND 64),  -- why it failed
    sentence     TEXT,
    UNIQUE (schedule, due_at),
    CHECK ((outcome = 'distributed') = (distribution IS NOT NULL)),
    CHECK ((outcome = 'failed') = (code IS NOT NULL)),
    CHECK ((code IS NULL) = (sentence IS NULL))
) STRICT;

CREATE INDEX schedule_runs_by_schedule ON schedule_runs (schedule, key);

CREATE TRIGGER schedule_runs_insert_guard BEFORE INSERT ON schedule_runs
BEGIN
    SELECT RAISE(ABORT, 'what was due at this time has run already')
     WHERE EXISTS (SELECT 1 FROM schedule_runs WHERE key = NEW.key OR (schedule = NEW.schedule AND due_at = NEW.due_at));
    SELECT RAISE(ABORT, 'a run that distributed has a distribution in the audit log')
     WHERE NEW.outcome = 'distributed'
       AND NOT EXISTS (SELECT 1 FROM audit_log WHERE target = NEW.distribution AND action = 'distribution');
END;

CREATE TRIGGER schedule_runs_update_guard BEFORE UPDATE ON schedule_runs
BEGIN
    SELECT RAISE(ABORT, 'what came of a run never changes');
END;

-- What came of its runs goes with the schedule, and not before: by it nothing runs twice.
CREATE TRIGGER schedule_runs_delete_guard BEFORE DELETE ON schedule_runs
BEGIN
    SELECT RAISE(ABORT, 'what came of a run stays as long as its schedule')
     WHERE EXISTS (SELECT 1 FROM schedules WHERE key = OLD.schedule);
END;

-- ================================================================================================
-- Rollups: what statistics and long histories are read from. They are committed with the transaction
-- and follow from it entirely; `communitytoken verify` computes them again. For what the program posts
-- it writes them itself, once for all transactions of a commit; rows that are inserted by hand, which
-- the program has not chained yet, are rolled up here.
-- A volume that would pass the largest amount within a day stays at the largest amount.
-- ================================================================================================
CREATE TABLE daily_totals (
    day              INTEGER NOT NULL,
    kind             INTEGER NOT NULL,
    transaction_type INTEGER NOT NULL,
    count            INTEGER NOT NULL,
    volume           INTEGER NOT NULL,
    PRIMARY KEY (day, kind, transaction_type)
) STRICT, WITHOUT ROWID;

-- One wallet's day. Grouped by day, so that the rows being written lie together.
-- last_sequence is the way into a long history at that day. It traded between first_traded and
-- last_traded, in milliseconds of that UTC day: days of any time zone are cut out of these.
CREATE TABLE wallet_days (
    day           INTEGER NOT NULL,
    wallet        INTEGER NOT NULL REFERENCES wallets (key),
    count_in      INTEGER NOT NULL,
    amount_in     INTEGER NOT NULL,
    count_out     INTEGER NOT NULL,
    amount_out    INTEGER NOT NULL,
    last_sequence INTEGER NOT NULL,
    balance       INTEGER NOT NULL, first_traded INTEGER, last_traded INTEGER,  -- at the end of the day
    PRIMARY KEY (day, wallet)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER transactions_roll_up AFTER INSERT ON transactions WHEN NEW.hash IS NULL
BEGIN
    INSERT INTO daily_totals (day, kind, transaction_type, count, volume)
    VALUES (NEW.created_at / 86400000, NEW.kind, NEW.transaction_type, 1, NEW.amount)
        ON CONFLICT DO UPDATE SET count = count + 1,
                                  volume = iif(volume > 9223372036854775807 - excluded.volume, 9223372036854775807, volume + excluded.volume);
    INSERT INTO wallet_days (day, wallet, count_in, amount_in, count_out, amount_out, last_sequence, balance, first_traded, last_traded)
    VALUES (NEW.created_at / 86400000, NEW.to_wallet, 1, NEW.amount, 0, 0, NEW.sequence, NEW.to_balance,
            iif(NEW.kind = 3, NEW.created_at % 86400000, NULL), iif(NEW.kind = 3, NEW.created_at % 86400000, NULL))
        ON CONFLICT DO UPDATE SET count_in = count_in + 1,
                                  amount_in = iif(amount_in > 9223372036854775807 - excluded.amount_in, 9223372036854775807, amount_in + excluded.amount_in),
                                  last_sequence = excluded.last_sequence, balance = excluded.balance,
                                  first_traded = coalesce(first_traded, excluded.first_traded),
                                  last_traded = coalesce(excluded.last_traded, last_traded);
    INSERT INTO wallet_days (day, wallet, count_in, amount_in, count_out, amount_out, last_sequence, balance, first_traded, last_traded)
    SELECT NEW.created_at / 86400000, NEW.from_wallet, 0, 0, 1, NEW.amount, NEW.sequence, NEW.from_balance,
           iif(NEW.kind >= 3, NEW.created_at % 86400000, NULL), iif(NEW.kind >= 3, NEW.created_at % 86400000, NULL)
     WHERE NEW.kind <> 1
        ON CONFLICT DO UPDATE SET count_out = count_out + 1,
                                  amount_out = iif(amount_out > 9223372036854775807 - excluded.amount_out, 9223372036854775807, amount_out + excluded.amount_out),
                                  last_sequence = excluded.last_sequence, balance = excluded.balance,
                                  first_traded = coalesce(first_traded, excluded.first_traded),
                                  last_traded = coalesce(excluded.last_traded, last_traded);
    INSERT INTO foldings (last) SELECT NEW.sequence WHERE NEW.sequence % 4096 = 0;
END;

CREATE TRIGGER daily_totals_delete_guard BEFORE DELETE ON daily_totals
BEGIN
    SELECT RAISE(ABORT, 'daily totals are never deleted');
END;

CREATE TRIGGER wallet_days_delete_guard BEFORE DELETE ON wallet_days
BEGIN
    SELECT RAISE(ABORT, 'the days of a wallet are never deleted');
END;

-- ------------------------------------------------------------------------------------------------
-- Statistics: totals, balances of system accounts and counts of amounts, by quarter hours.
-- ------------------------------------------------------------------------------------------------

-- Which way each transaction moved tokens, and by which system account. A payment between two
-- system accounts is one of 5 and one of 6.
-- flow: 1 issued to the account              2 distributed by it to a member
--       3 paid by a member to a member       4 paid by a member to the account
--       5 paid by the account to another     6 received by it from another
CREATE VIEW flows (sequence, created_at, flow, transaction_type, account, amount) AS
    SELECT sequence, created_at,
           iif(kind = 4 AND (SELECT is_system FROM wallets WHERE key = from_wallet), 5, kind), transaction_type,
           CASE kind WHEN 3 THEN 0
                     WHEN 4 THEN iif((SELECT is_system FROM wallets WHERE key = from_wallet), from_wallet, to_wallet)
                     ELSE from_wallet END, amount
      FROM transactions
    UNION ALL
    SELECT sequence, created_at, 6, transaction_type, to_wallet, amount
      FROM transactions WHERE kind = 4 AND (SELECT is_system FROM wallets WHERE key = from_wallet);

-- What system accounts held after each of their transactions.
CREATE VIEW account_balances (sequence, created_at, account, balance) AS
    SELECT sequence, created_at, from_wallet, from_balance
      FROM transactions WHERE kind <> 3 AND (SELECT is_system FROM wallets WHERE key = from_wallet)
    UNION ALL
    SELECT sequence, created_at, to_wallet, to_balance
      FROM transactions WHERE kind = 4;

-- Totals from the first transaction up to the end of a quarter hour: what lies between two times is
-- the difference of two rows. Quarter hours serve every time zone there is. A volume is kept in two
-- parts, volume_high * 4294967296 + volume_low, which cannot overflow.
CREATE TABLE slot_totals (
    flow             INTEGER NOT NULL,
    transaction_type INTEGER NOT NULL,
    account          INTEGER NOT NULL,  -- 0: none
    slot             INTEGER NOT NULL,
    count            INTEGER NOT NULL,
    volume_high      INTEGER NOT NULL,
    volume_low       INTEGER NOT NULL,
    PRIMARY KEY (flow, transaction_type, account, slot)
) STRICT, WITHOUT ROWID;

-- What a system account held at the end of a quarter hour in which it changed.
CREATE TABLE account_slots (
    account INTEGER NOT NULL,
    slot    INTEGER NOT NULL,
    balance INTEGER NOT NULL,
    PRIMARY KEY (account, slot)
) STRICT, WITHOUT ROWID;

-- How often an amount occurred in a length of time: what medians are found by. grain: 0 quarter hours,
-- 1 UTC days, 2 lengths of 32 days; days and what is longer are added up when they are over.
CREATE TABLE amount_counts (
    grain            INTEGER NOT NULL,
    period           INTEGER NOT NULL,
    kind             INTEGER NOT NULL,
    transaction_type INTEGER NOT NULL,
    amount           INTEGER NOT NULL,
    count            INTEGER NOT NULL,
    PRIMARY KEY (grain, period, kind, transaction_type, amount)
) STRICT, WITHOUT ROWID;

-- Every 4,096th transaction folds itself and the 4,095 before it. What is newer is read from the rows. The
-- program does it by itself where the transaction is its own, which takes a quarter of the time.
-- The work stands in a trigger of its own, on a view: SQLite sets room aside for everything a trigger may
-- do before it knows whether it will, and a transaction that folds nothing should not pay for that.
CREATE VIEW foldings (last) AS SELECT sequence FROM transactions WHERE sequence % 4096 = 0;

CREATE TRIGGER foldings_insert INSTEAD OF INSERT ON foldings
BEGIN
    INSERT INTO slot_totals (flow, transaction_type, account, slot, count, volume_high, volume_low)
    SELECT flow, transaction_type, account, slot,
           coalesce(before ->> 0, 0) + sum(count) OVER upto,
           coalesce(before ->> 1, 0) + sum(high) OVER upto,
           coalesce(before ->> 2, 0) + sum(low) OVER upto
      FROM (SELECT flow, transaction_type, account, created_at / 900000 AS slot,
                   count(*) AS count, sum(amount >> 32) AS high, sum(amount & 4294967295) AS low,
                   (SELECT json_array(count, volume_high, volume_low) FROM slot_totals AS total
                     WHERE total.flow = flows.flow AND total.transaction_type = flows.transaction_type
                       AND total.account = flows.account ORDER BY total.slot DESC LIMIT 1) AS before
              FROM flows WHERE sequence BETWEEN NEW.last - 4095 AND NEW.last
             GROUP BY flow, transaction_type, account, slot)
     WHERE true
    WINDOW upto AS (PARTITION BY flow, transaction_type, account ORDER BY slot)
        ON CONFLICT DO UPDATE SET count = excluded.count, volume_high = excluded.volume_high, volume_low = excluded.volume_low;
    INSERT INTO account_slots (account, slot, balance)
    SELECT account, slot, balance
      FROM (SELECT account, created_at / 900000 AS slot, balance, max(sequence)
              FROM account_balances WHERE sequence BETWEEN NEW.last - 4095 AND NEW.last
             GROUP BY account, slot)
     WHERE true
        ON CONFLICT DO UPDATE SET balance = excluded.balance;
    INSERT INTO amount_counts (grain, period, kind, transaction_type, amount, count)
    SELECT 0, created_at / 900000, kind, transaction_type, amount, count(*)
      FROM transactions WHERE sequence BETWEEN NEW.last - 4095 AND NEW.last
     GROUP BY 5, 2, 3, 4
        ON CONFLICT DO UPDATE SET count = count + excluded.count;
    INSERT INTO amount_counts (grain, period, kind, transaction_type, amount, count)
    SELECT 1, period / 96, kind, transaction_type, amount, sum(count)
      FROM amount_counts
     WHERE grain = 0 AND period < (SELECT created_at / 86400000 * 96 FROM transactions WHERE sequence = NEW.last)
       AND period >= (SELECT coalesce(max(period) + 1, 0) FROM amount_counts WHERE grain = 1) * 96
     GROUP BY 2, 3, 4, 5;
    INSERT INTO amount_counts (grain, period, kind, transaction_type, amount, count)
    SELECT 2, period / 32, kind, transaction_type, amount, sum(count)
      FROM amount_counts
     WHERE grain = 1 AND period < (SELECT created_at / 2764800000 * 32 FROM transactions WHERE sequence = NEW.last)
       AND period >= (SELECT coalesce(max(period) + 1, 0) FROM amount_counts WHERE grain = 2) * 32
     GROUP BY 2, 3, 4, 5;
END;

CREATE TRIGGER slot_totals_delete_guard BEFORE DELETE ON slot_totals
BEGIN
    SELECT RAISE(ABORT, 'totals are never deleted');
END;

CREATE TRIGGER account_slots_delete_guard BEFORE DELETE ON account_slots
BEGIN
    SELECT RAISE(ABORT, 'the balances of the accounts are never deleted');
END;

CREATE TRIGGER amount_counts_delete_guard BEFORE DELETE ON amount_counts
BEGIN
    SELECT RAISE(ABORT, 'counts of amounts are never deleted');
END;

-- ================================================================================================
-- Views: for reading by people, and for operators who work on the database itself.
-- ================================================================================================

-- Whose a wallet is.
CREATE VIEW owners (wallet, wallet_id, owner, name) AS
    SELECT key, id, iif(is_system, 'system', 'user'),
           CASE WHEN is_system THEN (SELECT name FROM system_accounts WHERE system_accounts.wallet = wallets.key)
                ELSE (SELECT username FROM users WHERE users.wallet = wallets.key) END
      FROM wallets;

-- The ledger in words.
CREATE VIEW transaction_list (sequence, id, time, kind, transaction_type, sender, recipient, amount, note, operator, reason) AS
    SELECT t.sequence,
           printf('%08x-%04x-%04x-%04x-%012x', t.created_at >> 16, t.created_at & 65535,
                  28672 | (ledger.tag >> 18), 32768 | ((ledger.tag & 262143) >> 4),
                  ((ledger.tag & 15) << 44) | t.sequence),
           strftime('%Y-%m-%d %H:%M:%f', t.created_at / 1000.0, 'unixepoch'),
           CASE t.kind WHEN 1 THEN 'issuance' WHEN 2 THEN 'distribution' WHEN 3 THEN 'transfer' ELSE 'pool' END,
           t.transaction_type, sender.name, recipient.name, t.amount, t.note, audit_log.operator, audit_log.reason
      FROM ledger
      JOIN transactions AS t
      JOIN owners AS sender ON sender.wallet = t.from_wallet
      JOIN owners AS recipient ON recipient.wallet = t.to_wallet
      LEFT JOIN audit_log ON audit_log.sequence = t.audit;

-- What the next row of the ledger and of the audit log would carry.
CREATE VIEW next_rows (sequence, audit_sequence, at) AS
    SELECT coalesce((SELECT max(sequence) FROM transactions), 0) + 1,
           coalesce((SELECT max(sequence) FROM audit_log), 0) + 1,
           max(CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER),
               coalesce((SELECT created_at FROM transactions ORDER BY sequence DESC LIMIT 1), 0),
               coalesce((SELECT created_at FROM audit_log ORDER BY sequence DESC LIMIT 1), 0));

-- Issue tokens to a system account:
--   INSERT INTO direct_issuances (operator, reason, amount) VALUES ('maria', 'Opening stock', 5000);
CREATE VIEW direct_issuances (operator, reason, amount, system_account) AS
    SELECT audit_log.operator, audit_log.reason, transactions.amount, system_accounts.name
      FROM transactions
      JOIN audit_log ON audit_log.sequence = transactions.audit
      JOIN system_accounts ON system_accounts.wallet = transactions.to_wallet
     WHERE transactions.kind = 1;

CREATE TRIGGER direct_issuances_insert INSTEAD OF INSERT ON direct_issuances
BEGIN
    SELECT RAISE(ABORT, 'an issuance needs an operator and a reason')
     WHERE NEW.operator IS NULL OR trim(NEW.operator) = '' OR NEW.reason IS NULL OR trim(NEW.reason) = '';
    SELECT RAISE(ABORT, 'an issuance needs an amount: a whole number above zero')
     WHERE typeof(NEW.amount) <> 'integer' OR NEW.amount <= 0;
    SELECT RAISE(ABORT, 'there is no system account with this name')
     WHERE NOT EXISTS (SELECT 1 FROM system_accounts WHERE name = coalesce(NEW.system_account, 'system_account_communitytoken'));
    INSERT INTO audit_log (sequence, created_at, operator, action, target, reason, details, first_sequence, last_sequence)
    SELECT next.audit_sequence, next.at, NEW.operator, 'issuance', wallets.id, NEW.reason,
           json_object('amount', NEW.amount, 'by', 'sql'), next.sequence, next.sequence
      FROM next_rows AS next, system_accounts JOIN wallets ON wallets.key = system_accounts.wallet
     WHERE system_accounts.name = coalesce(NEW.system_account, 'system_account_communitytoken');
    INSERT INTO transactions (sequence, created_at, kind, transaction_type, from_wallet, to_wallet, amount,
                              from_previous, to_previous, from_balance, to_balance, audit)
    SELECT next.sequence, next.at, 1, 1, wallets.key, wallets.key, NEW.amount,
           wallets.last_sequence, wallets.last_sequence,
           -- A sum that would overflow is left to the guard, which refuses it with a sentence.
           iif(wallets.balance > 9223372036854775807 - NEW.amount, 0, wallets.balance + NEW.amount),
           iif(wallets.balance > 9223372036854775807 - NEW.amount, 0, wallets.balance + NEW.amount),
           next.audit_sequence - 1
      FROM next_rows AS next, system_accounts JOIN wallets ON wallets.key = system_accounts.wallet
     WHERE system_accounts.name = coalesce(NEW.system_account, 'system_account_communitytoken');
END;

-- Distribute to up to 100 members at once, all or nothing; what the system account lacks is issued:
--   INSERT INTO direct_distributions (operator, reason, recipients)
--   SELECT 'maria', 'Weekly rewards', json_group_array(json_object('wallet_id', id, 'amount', 500))
--     FROM wallets WHERE NOT is_system AND NOT is_frozen AND NOT is_closed;
CREATE VIEW direct_distributions (operator, reason, recipients, system_account) AS
    SELECT audit_log.operator, audit_log.reason,
           (SELECT json_group_array(json_object('wallet_id', wallets.id, 'amount', transactions.amount))
              FROM transactions JOIN wallets ON wallets.key = transactions.to_wallet
             WHERE transactions.sequence BETWEEN audit_log.first_sequence AND audit_log.last_sequence
               AND transactions.kind = 2),
           (SELECT name FROM owners JOIN transactions ON transactions.from_wallet = owners.wallet
             WHERE transactions.sequence = audit_log.last_sequence)
      FROM audit_log
     WHERE audit_log.action = 'distribution';

CREATE TRIGGER direct_distributions_insert INSTEAD OF INSERT ON direct_distributions
BEGIN
    SELECT RAISE(ABORT, 'a distribution needs an operator and a reason')
     WHERE NEW.operator IS NULL OR trim(NEW.operator) = '' OR NEW.reason IS NULL OR trim(NEW.reason) = '';
    SELECT RAISE(ABORT, 'recipients must be a JSON array of objects with wallet_id and amount')
     WHERE iif(json_valid(NEW.recipients), json_type(NEW.recipients), '') IS NOT 'array';
    SELECT RAISE(ABORT, 'a distribution serves 1 to 100 recipients')
     WHERE json_array_length(NEW.recipients) NOT BETWEEN 1 AND 100;
    SELECT RAISE(ABORT, 'every amount must be a whole number above zero')
      FROM json_each(NEW.recipients) AS recipient
     WHERE iif(recipient.type = 'object', json_type(recipient.value, '$.amount'), '') IS NOT 'integer'
        OR recipient.value ->> 'amount' <= 0;
    SELECT RAISE(ABORT, 'every recipient must be the wallet of a member')
      FROM json_each(NEW.recipients) AS recipient
     WHERE NOT EXISTS (SELECT 1 FROM wallets WHERE id = recipient.value ->> 'wallet_id' AND NOT is_system);
    SELECT RAISE(ABORT, 'a wallet is named twice')
     WHERE (SELECT count(*) <> count(DISTINCT value ->> 'wallet_id') FROM json_each(NEW.recipients));
    SELECT RAISE(ABORT, 'there is no system account with this name')
     WHERE NOT EXISTS (SELECT 1 FROM system_accounts WHERE name = coalesce(NEW.system_account, 'system_account_communitytoken'));
    INSERT INTO audit_log (sequence, created_at, operator, action, target, reason, details, first_sequence, last_sequence)
    SELECT next.audit_sequence, next.at, NEW.operator, 'distribution',
           lower(printf('%s-%s-4%s-%s%s-%s', hex(randomblob(4)), hex(randomblob(2)), substr(hex(randomblob(2)), 2),
                        substr('89ab', 1 + (random() & 3), 1), substr(hex(randomblob(2)), 2), hex(randomblob(6)))),
           NEW.reason,
           json_object('issued', max(0, batch.total - treasury.balance), 'distributed', batch.total,
                       'recipients', batch.recipients, 'by', 'sql'),
           next.sequence, next.sequence + batch.recipients - (batch.total <= treasury.balance)
      FROM next_rows AS next,
           (SELECT sum(value ->> 'amount') AS total, count(*) AS recipients FROM json_each(NEW.recipients)) AS batch,
           system_accounts JOIN wallets AS treasury ON treasury.key = system_accounts.wallet
     WHERE system_accounts.name = coalesce(NEW.system_account, 'system_account_communitytoken');
    INSERT INTO transactions (sequence, created_at, kind, transaction_type, from_wallet, to_wallet, amount,
                              from_previous, to_previous, from_balance, to_balance, audit)
    SELECT next.sequence, next.at, 1, 1, treasury.key, treasury.key, batch.total - treasury.balance,
           treasury.last_sequence, treasury.last_sequence, batch.total, batch.total, next.audit_sequence - 1
      FROM next_rows AS next,
           (SELECT sum(value ->> 'amount') AS total FROM json_each(NEW.recipients)) AS batch,
           system_accounts JOIN wallets AS treasury ON treasury.key = system_accounts.wallet
     WHERE system_accounts.name = coalesce(NEW.system_account, 'system_account_communitytoken')
       AND batch.total > treasury.balance;
    INSERT INTO transactions (sequence, created_at, kind, transaction_type, from_wallet, to_wallet, amount,
                              from_previous, to_previous, from_balance, to_balance, audit)
    SELECT next.sequence + batch.place, next.at, 2, 1, treasury.key, wallets.key, batch.amount,
           iif(batch.place = 0, treasury.last_sequence, next.sequence + batch.place - 1), wallets.last_sequence,
           treasury.balance - batch.running,
           iif(wallets.balance > 9223372036854775807 - batch.amount, 0, wallets.balance + batch.amount),
           next.audit_sequence - 1
      FROM next_rows AS next,
           (SELECT value ->> 'wallet_id' AS wallet_id, value ->> 'amount' AS amount,
                   row_number() OVER (ORDER BY key) - 1 AS place,
                   sum(value ->> 'amount') OVER (ORDER BY key) AS running
              FROM json_each(NEW.recipients)) AS batch
      JOIN wallets ON wallets.id = batch.wallet_id,
           system_accounts JOIN wallets AS treasury ON treasury.key = system_accounts.wallet
     WHERE system_accounts.name = coalesce(NEW.system_account, 'system_account_communitytoken')
     ORDER BY batch.place;
END;

-- Freeze a member's wallet, at once, and unfreeze it:
--   INSERT INTO direct_freezes (operator, reason, wallet_id) VALUES ('maria', 'Phone stolen', '...');
CREATE VIEW direct_freezes (operator, reason, wallet_id) AS
    SELECT audit_log.operator, audit_log.reason, wallets.id
      FROM wallets JOIN audit_log ON audit_log.sequence = wallets.state_audit
     WHERE wallets.is_frozen;

CREATE TRIGGER direct_freezes_insert INSTEAD OF INSERT ON direct_freezes
BEGIN
    SELECT RAISE(ABORT, 'freezing needs an operator and a reason')
     WHERE NEW.operator IS NULL OR trim(NEW.operator) = '' OR NEW.reason IS NULL OR trim(NEW.reason) = '';
    SELECT RAISE(ABORT, 'there is no wallet with this id')
     WHERE NOT EXISTS (SELECT 1 FROM wallets WHERE id = NEW.wallet_id);
    SELECT RAISE(ABORT, 'system wallets cannot be frozen')
     WHERE EXISTS (SELECT 1 FROM wallets WHERE id = NEW.wallet_id AND is_system);
    INSERT INTO audit_log (sequence, created_at, operator, action, target, reason, details)
    SELECT audit_sequence, at, NEW.operator, 'wallet.freeze', NEW.wallet_id, NEW.reason, json_object('by', 'sql') FROM next_rows;
    UPDATE wallets
       SET is_frozen = 1, frozen_reason = NEW.reason, updated_at = (SELECT at FROM next_rows),
           state_audit = (SELECT max(sequence) FROM audit_log)
     WHERE id = NEW.wallet_id;
END;

CREATE VIEW direct_unfreezes (operator, reason, wallet_id) AS
    SELECT audit_log.operator, audit_log.reason, audit_log.target
      FROM audit_log WHERE audit_log.action = 'wallet.unfreeze';

CREATE TRIGGER direct_unfreezes_insert INSTEAD OF INSERT ON direct_unfreezes
BEGIN
    SELECT RAISE(ABORT, 'unfreezing needs an operator and a reason')
     WHERE NEW.operator IS NULL OR trim(NEW.operator) = '' OR NEW.reason IS NULL OR trim(NEW.reason) = '';
    SELECT RAISE(ABORT, 'there is no frozen wallet with this id')
     WHERE NOT EXISTS (SELECT 1 FROM wallets WHERE id = NEW.wallet_id AND is_frozen);
    INSERT INTO audit_log (sequence, created_at, operator, action, target, reason, details)
    SELECT audit_sequence, at, NEW.operator, 'wallet.unfreeze', NEW.wallet_id, NEW.reason, json_object('by', 'sql') FROM next_rows;
    UPDATE wallets
       SET is_frozen = 0, frozen_reason = NULL, updated_at = (SELECT at FROM next_rows),
           state_audit = (SELECT max(sequence) FROM audit_log)
     WHERE id = NEW.wallet_id;
END;

-- Make another system account, with an empty wallet:
--   INSERT INTO direct_system_accounts (operator, reason, name) VALUES ('maria', 'Prizes of the festival', 'festival');
CREATE VIEW direct_system_accounts (operator, reason, name) AS
    SELECT audit_log.operator, audit_log.reason, system_accounts.name
      FROM system_accounts
      LEFT JOIN audit_log ON audit_log.target = system_accounts.name AND audit_log.action = 'system_account.create';

CREATE TRIGGER direct_system_accounts_insert INSTEAD OF INSERT ON direct_system_accounts
BEGIN
    SELECT RAISE(ABORT, 'a system account needs an operator and a reason')
     WHERE NEW.operator IS NULL OR trim(NEW.operator) = '' OR NEW.reason IS NULL OR trim(NEW.reason) = '';
    SELECT RAISE(ABORT, 'a system account has a name of 3 to 255 letters, digits, _ or -')
     WHERE typeof(NEW.name) <> 'text' OR length(NEW.name) NOT BETWEEN 3 AND 255 OR NEW.name GLOB '*[^A-Za-z0-9_-]*';
    SELECT RAISE(ABORT, 'this system account exists already')
     WHERE EXISTS (SELECT 1 FROM system_accounts WHERE name = NEW.name);
    INSERT INTO wallets (id, is_system, created_at, updated_at)
    SELECT lower(printf('%s-%s-4%s-%s%s-%s', hex(randomblob(4)), hex(randomblob(2)), substr(hex(randomblob(2)), 2),
                        substr('89ab', 1 + (random() & 3), 1), substr(hex(randomblob(2)), 2), hex(randomblob(6)))),
           1, at, at
      FROM next_rows;
    INSERT INTO audit_log (sequence, created_at, operator, action, target, reason, details)
    SELECT audit_sequence, at, NEW.operator, 'system_account.create', NEW.name, NEW.reason,
           json_object('wallet_id', (SELECT id FROM wallets ORDER BY key DESC LIMIT 1), 'by', 'sql')
      FROM next_rows;
    INSERT INTO system_accounts (id, wallet, name, created_at)
    SELECT lower(printf('%s-%s-4%s-%s%s-%s', hex(randomblob(4)), hex(randomblob(2)), substr(hex(randomblob(2)), 2),
                        substr('89ab', 1 + (random() & 3), 1), substr(hex(randomblob(2)), 2), hex(randomblob(6)))),
           (SELECT max(key) FROM wallets), NEW.name, (SELECT created_at FROM audit_log ORDER BY sequence DESC LIMIT 1);
END;

-- Move tokens from one system account to another; nothing is issued:
--   INSERT INTO direct_account_transfers (operator, reason, amount, from_account, to_account)
--   VALUES ('maria', 'Prizes of the festival', 200, 'system_account_communitytoken', 'festival');
CREATE VIEW direct_account_transfers (operator, reason, amount, from_account, to_account) AS
    SELECT audit_log.operator, audit_log.reason, transactions.amount, sender.name, recipient.name
      FROM transactions
      JOIN audit_log ON audit_log.sequence = transactions.audit
      JOIN system_accounts AS sender ON sender.wallet = transactions.from_wallet
      JOIN system_accounts AS recipient ON recipient.wallet = transactions.to_wallet
     WHERE transactions.kind = 4 AND transactions.reverses IS NULL;

CREATE TRIGGER direct_account_transfers_insert INSTEAD OF INSERT ON direct_account_transfers
BEGIN
    SELECT RAISE(ABORT, 'moving tokens between accounts needs an operator and a reason')
     WHERE NEW.operator IS NULL OR trim(NEW.operator) = '' OR NEW.reason IS NULL OR trim(NEW.reason) = '';
    SELECT RAISE(ABORT, 'moving tokens between accounts needs an amount: a whole number above zero')
     WHERE typeof(NEW.amount) <> 'integer' OR NEW.amount <= 0;
    SELECT RAISE(ABORT, 'tokens move from one system account to another: name two')
     WHERE NEW.from_account IS NULL OR NEW.to_account IS NULL OR NEW.from_account = NEW.to_account;
    SELECT RAISE(ABORT, 'there is no system account with this name')
     WHERE (SELECT count(*) FROM system_accounts WHERE name IN (NEW.from_account, NEW.to_account)) <> 2;
    INSERT INTO audit_log (sequence, created_at, operator, action, target, reason, details, first_sequence, last_sequence)
    SELECT next.audit_sequence, next.at, NEW.operator, 'transfer', NEW.to_account, NEW.reason,
           json_object('amount', NEW.amount, 'from', NEW.from_account, 'by', 'sql'), next.sequence, next.sequence
      FROM next_rows AS next;
    INSERT INTO transactions (sequence, created_at, kind, transaction_type, from_wallet, to_wallet, amount,
                              from_previous, to_previous, from_balance, to_balance, audit)
    SELECT next.sequence, next.at, 4, 1, sender.key, recipient.key, NEW.amount, sender.last_sequence, recipient.last_sequence,
           -- What is not there, or would overflow, is left to the guard, which refuses it with a sentence.
           iif(sender.balance < NEW.amount, 0, sender.balance - NEW.amount),
           iif(recipient.balance > 9223372036854775807 - NEW.amount, 0, recipient.balance + NEW.amount),
           next.audit_sequence - 1
      FROM next_rows AS next,
           system_accounts AS paying JOIN wallets AS sender ON sender.key = paying.wallet,
           system_accounts AS paid JOIN wallets AS recipient ON recipient.key = paid.wallet
     WHERE paying.name = NEW.from_account AND paid.name = NEW.to_account;
END;

-- ------------------------------------------------------------------------------------------------
-- Alerts: what is unlike anything that is usual here, with the numbers that say why. They are found after the
-- fact, from the rows of the ledger and of the audit log, and never go.
-- ------------------------------------------------------------------------------------------------
CREATE TABLE alerts (
    key             INTEGER PRIMARY KEY CHECK (key > 0),
    id              TEXT    NOT NULL UNIQUE CHECK (length(id) = 36 AND id = lower(id)),
    rule            TEXT    NOT NULL CHECK (length(rule) BETWEEN 1 AND 64),
    wallet          INTEGER REFERENCES wallets (key),  -- whom it concerns; the community as a whole where nothing is said
    numbers         TEXT    NOT NULL CHECK (json_valid(numbers)),       -- what was seen, and what is usual
    others          TEXT    NOT NULL CHECK (json_valid(others)),        -- the keys of further wallets in it
    transactions    TEXT    NOT NULL CHECK (json_valid(transactions)),  -- the sequences it rests on
    happened_at     INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    last_at         INTEGER NOT NULL,  -- the last time that it was so
    times           INTEGER NOT NULL CHECK (times > 0),
    acknowledged_at INTEGER,
    audit           INTEGER REFERENCES audit_log (sequence),  -- the line that acknowledged it
    CHECK ((acknowledged_at IS NULL) = (audit IS NULL))
) STRICT;

CREATE INDEX alerts_by_cause ON alerts (rule, wallet, key);

CREATE INDEX alerts_open ON alerts (key) WHERE acknowledged_at IS NULL;

CREATE TRIGGER alerts_insert_guard BEFORE INSERT ON alerts
BEGIN
    SELECT RAISE(ABORT, 'this alert exists already') WHERE EXISTS (SELECT 1 FROM alerts WHERE key = NEW.key OR id = NEW.id);
    SELECT RAISE(ABORT, 'nobody has seen to a new alert yet') WHERE NEW.acknowledged_at IS NOT NULL;
END;

CREATE TRIGGER alerts_update_guard BEFORE UPDATE ON alerts
BEGIN
    SELECT RAISE(ABORT, 'what an alert says never changes; it can only be counted on, and acknowledged once')
     WHERE NEW.key IS NOT OLD.key OR NEW.id IS NOT OLD.id OR NEW.rule IS NOT OLD.rule OR NEW.wallet IS NOT OLD.wallet
        OR NEW.numbers IS NOT OLD.numbers OR NEW.others IS NOT OLD.others OR NEW.transactions IS NOT OLD.transactions
        OR NEW.happened_at IS NOT OLD.happened_at OR NEW.created_at IS NOT OLD.created_at
        OR NEW.times < OLD.times OR NEW.last_at < OLD.last_at
        OR (OLD.audit IS NOT NULL AND (NEW.audit IS NOT OLD.audit OR NEW.acknowledged_at IS NOT OLD.acknowledged_at));
    SELECT RAISE(ABORT, 'acknowledging an alert needs a line in the audit log')
     WHERE NEW.audit IS NOT OLD.audit
       AND NOT EXISTS (SELECT 1 FROM audit_log WHERE sequence = NEW.audit AND target = OLD.id AND action = 'alert.acknowledge');
END;

CREATE TRIGGER alerts_delete_guard BEFORE DELETE ON alerts
BEGIN
    SELECT RAISE(ABORT, 'alerts are never deleted: acknowledge them');
END;

-- Rules that raise nothing, for a while or for good, whomever it concerns or of one wallet.
CREATE TABLE alert_mutes (
    key        INTEGER PRIMARY KEY CHECK (key > 0),
    id         TEXT    NOT NULL UNIQUE CHECK (length(id) = 36 AND id = lower(id)),
    rule       TEXT    NOT NULL CHECK (length(rule) BETWEEN 1 AND 64),
    wallet     INTEGER REFERENCES wallets (key),  -- whomever it concerns where nothing is said
    until      INTEGER,  -- for good where nothing is said
    created_at INTEGER NOT NULL,
    audit      INTEGER NOT NULL REFERENCES audit_log (sequence)
) STRICT;

CREATE INDEX alert_mutes_by_rule ON alert_mutes (rule);

CREATE TRIGGER alert_mutes_insert_guard BEFORE INSERT ON alert_mutes
BEGIN
    SELECT RAISE(ABORT, 'muting needs a line in the audit log')
     WHERE NOT EXISTS (SELECT 1 FROM audit_log WHERE sequence = NEW.audit AND target = NEW.id AND action = 'alert.mute');
END;

CREATE TRIGGER alert_mutes_update_guard BEFORE UPDATE ON alert_mutes
BEGIN
    SELECT RAISE(ABORT, 'what is muted never changes: unmute it and mute it anew');
END;

CREATE TRIGGER alert_mutes_delete_guard BEFORE DELETE ON alert_mutes
BEGIN
    SELECT RAISE(ABORT, 'unmuting needs a line in the audit log')
     WHERE NOT EXISTS (SELECT 1 FROM audit_log
                        WHERE sequence > OLD.audit AND target = OLD.id AND action = 'alert.unmute');
END;
