-- Step 10: whom a member likes to pay, and asking to be paid.

-- ------------------------------------------------------------------------------------------------
-- Favourites: whom a member wants to find first when they pay.
-- ------------------------------------------------------------------------------------------------
CREATE TABLE favourites (
    user       INTEGER NOT NULL REFERENCES users (key),
    wallet     INTEGER NOT NULL REFERENCES wallets (key),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (user, wallet)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER favourites_insert_guard BEFORE INSERT ON favourites
BEGIN
    SELECT RAISE(ABORT, 'this favourite is there already')
     WHERE EXISTS (SELECT 1 FROM favourites WHERE user = NEW.user AND wallet = NEW.wallet);
    SELECT RAISE(ABORT, 'a favourite is a wallet of somebody else')
     WHERE NOT EXISTS (SELECT 1 FROM wallets WHERE key = NEW.wallet)
        OR NOT EXISTS (SELECT 1 FROM users WHERE key = NEW.user AND wallet <> NEW.wallet);
END;

CREATE TRIGGER favourites_update_guard BEFORE UPDATE ON favourites
BEGIN
    SELECT RAISE(ABORT, 'a favourite is added or removed, never changed');
END;

-- ------------------------------------------------------------------------------------------------
-- Payment requests: one member asks another for tokens, or for a payment back. A request ends once:
-- accepted, by the very payment that it asked for; declined by whom it asks; withdrawn by who asks.
-- One that is still open at expires_at has expired; nothing need be written for that.
-- ------------------------------------------------------------------------------------------------
CREATE TABLE payment_requests (
    key        INTEGER PRIMARY KEY CHECK (key > 0),
    id         TEXT    NOT NULL UNIQUE CHECK (length(id) = 36 AND id = lower(id)),
    asker      INTEGER NOT NULL REFERENCES wallets (key),  -- who is to be paid
    payer      INTEGER NOT NULL REFERENCES wallets (key),  -- who is asked
    amount     INTEGER NOT NULL CHECK (amount > 0),
    note       TEXT    CHECK (length(note) BETWEEN 1 AND 280),   -- what the asker wrote
    asks_back  INTEGER REFERENCES transactions (sequence),       -- the payment that is asked back, where one is
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ended_at   INTEGER,
    ended_as   TEXT    CHECK (ended_as IN ('accepted', 'declined', 'withdrawn')),
    paid_by    INTEGER UNIQUE REFERENCES transactions (sequence),  -- the payment that accepted it
    answer     TEXT    CHECK (length(answer) BETWEEN 1 AND 280),   -- what was said to decline it
    caller_key BLOB    NOT NULL UNIQUE CHECK (length(caller_key) = 16),  -- digest of the asker and their Idempotency-Key
    request    BLOB    NOT NULL CHECK (length(request) = 16),            -- digest of what they asked with it
    CHECK ((ended_at IS NULL) = (ended_as IS NULL)),
    CHECK ((ended_as IS 'accepted') = (paid_by IS NOT NULL)),
    CHECK (answer IS NULL OR ended_as IS 'declined')
) STRICT;

CREATE INDEX payment_requests_by_asker ON payment_requests (asker, key);
CREATE INDEX payment_requests_by_payer ON payment_requests (payer, key);
CREATE INDEX payment_requests_open ON payment_requests (payer, expires_at) WHERE ended_at IS NULL;
CREATE INDEX payment_requests_asked ON payment_requests (asker, expires_at) WHERE ended_at IS NULL;
CREATE INDEX payment_requests_back ON payment_requests (asks_back) WHERE asks_back IS NOT NULL;

CREATE TRIGGER payment_requests_insert_guard BEFORE INSERT ON payment_requests
BEGIN
    SELECT RAISE(ABORT, 'this payment request exists already')
     WHERE EXISTS (SELECT 1 FROM payment_requests WHERE key = NEW.key OR id = NEW.id OR caller_key = NEW.caller_key);
    SELECT RAISE(ABORT, 'a new payment request is open')
     WHERE NEW.ended_at IS NOT NULL OR NEW.ended_as IS NOT NULL OR NEW.paid_by IS NOT NULL OR NEW.answer IS NOT NULL
        OR NEW.expires_at <= NEW.created_at;
    -- Said again here: a shell can switch CHECK constraints off.
    SELECT RAISE(ABORT, 'an amount is a whole number above zero') WHERE NEW.amount < 1;
    SELECT RAISE(ABORT, 'a payment request goes from one member to another')
     WHERE NEW.asker = NEW.payer
        OR (SELECT count(*) FROM wallets WHERE key IN (NEW.asker, NEW.payer) AND NOT is_system) <> 2;
    SELECT RAISE(ABORT, 'only a payment between the two can be asked back, and no more than it was')
     WHERE NEW.asks_back IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM transactions
                        WHERE sequence = NEW.asks_back AND kind = 3 AND reverses IS NULL
                          AND from_wallet = NEW.asker AND to_wallet = NEW.payer AND amount >= NEW.amount);
END;

-- What was written can be erased, with the digest by which its words could be tried, and a request ends.
-- Nothing else about it ever changes.
CREATE TRIGGER payment_requests_update_guard BEFORE UPDATE ON payment_requests
BEGIN
    SELECT RAISE(ABORT, 'a payment request stays what it was made')
     WHERE NEW.key IS NOT OLD.key OR NEW.id IS NOT OLD.id OR NEW.asker IS NOT OLD.asker OR NEW.payer IS NOT OLD.payer
        OR NEW.amount IS NOT OLD.amount OR NEW.asks_back IS NOT OLD.asks_back
        OR NEW.created_at IS NOT OLD.created_at OR NEW.expires_at IS NOT OLD.expires_at
        OR NEW.caller_key IS NOT OLD.caller_key
        OR (NEW.request IS NOT OLD.request AND NEW.request IS NOT zeroblob(16))
        OR (NEW.note IS NOT OLD.note AND NEW.note IS NOT NULL);
    SELECT RAISE(ABORT, 'a payment request ends once')
     WHERE OLD.ended_at IS NOT NULL
       AND (NEW.ended_at IS NOT OLD.ended_at OR NEW.ended_as IS NOT OLD.ended_as OR NEW.paid_by IS NOT OLD.paid_by
            OR (NEW.answer IS NOT OLD.answer AND NEW.answer IS NOT NULL));
    SELECT RAISE(ABORT, 'a payment request ends by being accepted, declined or withdrawn, before it expires')
     WHERE OLD.ended_at IS NULL
       AND (NEW.ended_at IS NOT NULL OR NEW.ended_as IS NOT NULL OR NEW.paid_by IS NOT NULL OR NEW.answer IS NOT NULL)
       AND (NEW.ended_at IS NULL OR NEW.ended_at < OLD.created_at OR NEW.ended_at >= OLD.expires_at
            OR NEW.ended_as IS NULL OR NEW.ended_as NOT IN ('accepted', 'declined', 'withdrawn')
            OR (NEW.ended_as <> 'declined' AND NEW.answer IS NOT NULL)
            OR (NEW.ended_as <> 'accepted' AND NEW.paid_by IS NOT NULL));
    SELECT RAISE(ABORT, 'a payment request is accepted by the payment that it asks for, made just now')
     WHERE NEW.ended_as = 'accepted' AND OLD.ended_as IS NULL
       AND NOT EXISTS (SELECT 1 FROM transactions
                        WHERE sequence = NEW.paid_by AND sequence = (SELECT max(sequence) FROM transactions)
                          AND from_wallet = OLD.payer AND to_wallet = OLD.asker AND amount = OLD.amount
                          AND reverses IS OLD.asks_back AND created_at = NEW.ended_at
                          AND NOT EXISTS (SELECT 1 FROM payment_requests WHERE paid_by = NEW.paid_by));
END;

CREATE TRIGGER payment_requests_delete_guard BEFORE DELETE ON payment_requests
BEGIN
    SELECT RAISE(ABORT, 'payment requests are never deleted: withdraw or decline them');
END;
