-- Step 18: schedules.

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
