-- Step 14: files that go with letters: the report of a month.

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
