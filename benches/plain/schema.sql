-- The plain schema: what one writes first, on SQLite. Random UUIDs as keys, an index for each side of the
-- history, a record for each request's key. No trigger guards it, nothing is chained, no before and after
-- balances, no statistics. The UUIDs are blobs of 16 bytes; as text they would be slower.
CREATE TABLE wallets (
    id      BLOB    PRIMARY KEY,
    balance INTEGER NOT NULL CHECK (balance >= 0)
);

CREATE TABLE transactions (
    id             BLOB    PRIMARY KEY,
    from_wallet_id BLOB    NOT NULL,
    to_wallet_id   BLOB    NOT NULL,
    amount         INTEGER NOT NULL CHECK (amount > 0),
    created_at     INTEGER NOT NULL
);

CREATE INDEX transactions_from ON transactions (from_wallet_id, created_at);
CREATE INDEX transactions_to ON transactions (to_wallet_id, created_at);

CREATE TABLE idempotency_records (
    key            BLOB    PRIMARY KEY,
    transaction_id BLOB    NOT NULL,
    created_at     INTEGER NOT NULL
);
