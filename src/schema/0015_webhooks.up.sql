-- Step 15: webhooks.

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
    answered_at   INTEGER,
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
