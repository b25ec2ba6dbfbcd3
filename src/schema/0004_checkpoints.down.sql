-- The nodes follow from the transactions. Checkpoints stay, without the audit lines they cover.
DROP TABLE tree_nodes;
CREATE TEMP TABLE kept AS SELECT sequence, hash, created_at, key_id, signature FROM checkpoints;
DROP TABLE checkpoints;

CREATE TABLE checkpoints (
    sequence   INTEGER PRIMARY KEY REFERENCES transactions (sequence),
    hash       BLOB    NOT NULL CHECK (length(hash) = 32),
    created_at INTEGER NOT NULL,
    key_id     TEXT    NOT NULL,  -- which instance key signed it
    signature  BLOB    NOT NULL CHECK (length(signature) = 64)
) STRICT;

INSERT INTO checkpoints SELECT * FROM kept;
DROP TABLE kept;

CREATE TRIGGER checkpoints_insert_guard BEFORE INSERT ON checkpoints
BEGIN
    SELECT RAISE(ABORT, 'a checkpoint must be of a chained transaction, newer than the last checkpoint')
     WHERE NEW.hash IS NOT (SELECT hash FROM transactions WHERE sequence = NEW.sequence)
        OR NEW.sequence <= (SELECT max(sequence) FROM checkpoints);
END;

CREATE TRIGGER checkpoints_update_guard BEFORE UPDATE ON checkpoints
BEGIN
    SELECT RAISE(ABORT, 'checkpoints are never changed');
END;

CREATE TRIGGER checkpoints_delete_guard BEFORE DELETE ON checkpoints
BEGIN
    SELECT RAISE(ABORT, 'checkpoints are never deleted');
END;
