-- A checkpoint covers the audit log too, and the Merkle tree makes receipts short.
CREATE TEMP TABLE kept AS SELECT sequence, hash, created_at, key_id, signature FROM checkpoints;
DROP TABLE checkpoints;

CREATE TABLE checkpoints (
    sequence       INTEGER PRIMARY KEY REFERENCES transactions (sequence),
    hash           BLOB    NOT NULL CHECK (length(hash) = 32),
    created_at     INTEGER NOT NULL,
    key_id         TEXT    NOT NULL,  -- which instance key signed it
    signature      BLOB    NOT NULL CHECK (length(signature) = 64),
    audit_sequence INTEGER REFERENCES audit_log (sequence)  -- the last audit line it covers; empty: not known, it went through schema version 3
) STRICT;

-- Before the guards: which audit lines these cover is not known.
INSERT INTO checkpoints (sequence, hash, created_at, key_id, signature) SELECT * FROM kept;
DROP TABLE kept;

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
