-- Step 17: what waits for a second operator.

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
