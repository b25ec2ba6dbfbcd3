-- Step 20: alerts.

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

-- What happened before is not raised now: `communitytoken alerts replay` finds it.
INSERT INTO followers (name, sequence)
VALUES ('alerts.transactions', (SELECT coalesce(max(sequence), 0) FROM transactions)),
       ('alerts.audit_log', (SELECT coalesce(max(sequence), 0) FROM audit_log));

-- How far webhooks have come in the alerts.
ALTER TABLE webhooks ADD COLUMN alerts INTEGER NOT NULL DEFAULT 0 CHECK (alerts >= 0);
