-- Step 10: what members are told, on the page and by mail.

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
    channel    TEXT    NOT NULL CHECK (channel IN ('page', 'mail')),
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
) STRICT;

CREATE INDEX letters_by_due ON letters (due_at);
CREATE INDEX letters_by_user ON letters (user);

-- By what a letter lets its reader out: the link at its foot switches its kind off, without signing in.
CREATE TABLE letter_exits (
    token_hash BLOB    PRIMARY KEY CHECK (length(token_hash) = 32),
    user       INTEGER NOT NULL REFERENCES users (key),
    kind       TEXT    NOT NULL CHECK (length(kind) BETWEEN 1 AND 64),
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX letter_exits_by_user ON letter_exits (user);
CREATE INDEX letter_exits_by_end ON letter_exits (expires_at);

-- What happened before is not told now.
INSERT INTO followers (name, sequence)
SELECT 'audit_log', coalesce(max(sequence), 0) FROM audit_log
UNION ALL SELECT 'transactions', coalesce(max(sequence), 0) FROM transactions;

INSERT INTO notice_marks (user, read_at)
SELECT key, coalesce((SELECT created_at FROM transactions ORDER BY sequence DESC LIMIT 1), 0) FROM users;
