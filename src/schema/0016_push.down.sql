DELETE FROM letters WHERE browser IS NOT NULL;
DROP INDEX letters_by_browser;
ALTER TABLE letters DROP COLUMN browser;
DROP TABLE push_key;
DROP TABLE push_browsers;

CREATE TEMP TABLE kept_choices AS SELECT * FROM notice_choices WHERE channel IN ('page', 'mail');
DROP TABLE notice_choices;
CREATE TABLE notice_choices (
    user       INTEGER NOT NULL REFERENCES users (key),
    kind       TEXT    NOT NULL CHECK (length(kind) BETWEEN 1 AND 64),
    channel    TEXT    NOT NULL CHECK (channel IN ('page', 'mail')),
    is_on      INTEGER NOT NULL CHECK (is_on IN (0, 1)),
    changed_at INTEGER NOT NULL,  -- nothing that happened before is told
    PRIMARY KEY (user, kind, channel)
) STRICT, WITHOUT ROWID;
INSERT INTO notice_choices SELECT * FROM kept_choices;
DROP TABLE kept_choices;
