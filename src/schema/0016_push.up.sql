-- Step 16: members are told in their browsers, too.

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

ALTER TABLE letters ADD COLUMN browser INTEGER REFERENCES push_browsers (key) ON DELETE CASCADE;

CREATE INDEX letters_by_browser ON letters (browser) WHERE browser IS NOT NULL;

-- The ways by which one can be told, and one more.
CREATE TEMP TABLE kept_choices AS SELECT * FROM notice_choices;

DROP TABLE notice_choices;

CREATE TABLE notice_choices (
    user       INTEGER NOT NULL REFERENCES users (key),
    kind       TEXT    NOT NULL CHECK (length(kind) BETWEEN 1 AND 64),
    channel    TEXT    NOT NULL CHECK (channel IN ('page', 'mail', 'push')),
    is_on      INTEGER NOT NULL CHECK (is_on IN (0, 1)),
    changed_at INTEGER NOT NULL,  -- nothing that happened before is told
    PRIMARY KEY (user, kind, channel)
) STRICT, WITHOUT ROWID;

INSERT INTO notice_choices SELECT * FROM kept_choices;

DROP TABLE kept_choices;
