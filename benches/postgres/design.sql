-- (a) The design in the requirements ("Community Token System"), as its sentences read when they are
-- built on PostgreSQL in the usual way:
--   * wallets, users and system accounts with UUIDs (2.2, section 5), balances as BIGINT, never negative;
--   * a transaction references two wallets, has a positive amount, a type from 1 to 99 and Unix
--     milliseconds (2.4), and a database trigger makes it immutable;
--   * "system locks sender wallet row", validates the balance, creates the record, updates both balances
--     atomically (UC-3): a trigger does it, so that it holds for an INSERT by hand too (UC-2, UC-7);
--   * an issuance is a self-transfer of a system wallet; a distribution issues what is missing (2.3);
--   * history by wallet and time (2.4) from two indexes; frozen wallets stand still (3.2).
-- The record that makes a repeated request harmless is not in the requirements but in the API contract.
--
-- Left out, in favour of this side: before and after balances in the history, statistics by day, a hash
-- chain, a guard against balances changed by hand, the comparison of a repeated request with the first.

CREATE FUNCTION unix_ms() RETURNS bigint LANGUAGE sql VOLATILE
    AS $$ SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint $$;

CREATE TABLE users (
    user_id    uuid         PRIMARY KEY,
    username   varchar(255) NOT NULL CHECK (username ~ '^[A-Za-z0-9_-]{3,255}$'),
    created_at bigint       NOT NULL DEFAULT unix_ms(),
    deleted_at bigint
);

CREATE TABLE system_accounts (
    account_id uuid         PRIMARY KEY,
    name       varchar(255) NOT NULL UNIQUE,
    created_at bigint       NOT NULL DEFAULT unix_ms()
);

CREATE TABLE wallets (
    wallet_id  uuid    PRIMARY KEY,
    user_id    uuid    UNIQUE REFERENCES users,
    account_id uuid    UNIQUE REFERENCES system_accounts,
    balance    bigint  NOT NULL DEFAULT 0 CHECK (balance >= 0),
    is_frozen  boolean NOT NULL DEFAULT false,
    created_at bigint  NOT NULL DEFAULT unix_ms(),
    updated_at bigint  NOT NULL DEFAULT unix_ms(),
    CHECK (num_nonnulls(user_id, account_id) = 1),
    CHECK (NOT (is_frozen AND account_id IS NOT NULL))
);

CREATE TABLE transactions (
    transaction_id   uuid     PRIMARY KEY,
    from_wallet_id   uuid     NOT NULL REFERENCES wallets,
    to_wallet_id     uuid     NOT NULL REFERENCES wallets,
    amount           bigint   NOT NULL CHECK (amount > 0),
    transaction_type smallint NOT NULL DEFAULT 1 CHECK (transaction_type BETWEEN 1 AND 99),
    created_at       bigint   NOT NULL DEFAULT unix_ms()
);

CREATE INDEX transactions_from ON transactions (from_wallet_id, created_at);
CREATE INDEX transactions_to ON transactions (to_wallet_id, created_at);

CREATE TABLE idempotency_records (
    idempotency_key varchar(255) PRIMARY KEY,
    transaction_id  uuid         NOT NULL,
    created_at      bigint       NOT NULL DEFAULT unix_ms()
);

CREATE FUNCTION apply_transaction() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wallet    wallets;
    sender    wallets;
    recipient wallets;
BEGIN
    -- Both rows in one order, or two opposite transfers would wait for each other for ever.
    FOR wallet IN
        SELECT * FROM wallets WHERE wallet_id IN (NEW.from_wallet_id, NEW.to_wallet_id) ORDER BY wallet_id FOR UPDATE
    LOOP
        IF wallet.wallet_id = NEW.from_wallet_id THEN sender := wallet; END IF;
        IF wallet.wallet_id = NEW.to_wallet_id THEN recipient := wallet; END IF;
    END LOOP;

    IF sender.wallet_id IS NULL OR recipient.wallet_id IS NULL THEN
        RAISE EXCEPTION 'wallet not found';
    END IF;
    IF sender.is_frozen OR recipient.is_frozen THEN
        RAISE EXCEPTION 'wallet is frozen';
    END IF;

    IF sender.wallet_id = recipient.wallet_id THEN
        IF sender.account_id IS NULL THEN
            RAISE EXCEPTION 'only a system wallet issues tokens';
        END IF;
        UPDATE wallets SET balance = balance + NEW.amount, updated_at = NEW.created_at
         WHERE wallet_id = sender.wallet_id;
        RETURN NEW;
    END IF;

    IF sender.balance < NEW.amount THEN
        IF sender.account_id IS NULL THEN
            RAISE EXCEPTION 'insufficient balance';
        END IF;
        INSERT INTO transactions (transaction_id, from_wallet_id, to_wallet_id, amount)
        VALUES (gen_random_uuid(), sender.wallet_id, sender.wallet_id, NEW.amount - sender.balance);
    END IF;
    UPDATE wallets SET balance = balance - NEW.amount, updated_at = NEW.created_at WHERE wallet_id = sender.wallet_id;
    UPDATE wallets SET balance = balance + NEW.amount, updated_at = NEW.created_at WHERE wallet_id = recipient.wallet_id;
    RETURN NEW;
END $$;

CREATE TRIGGER transactions_apply BEFORE INSERT ON transactions
    FOR EACH ROW EXECUTE FUNCTION apply_transaction();

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'transactions are immutable';
END $$;

CREATE TRIGGER transactions_immutable BEFORE UPDATE OR DELETE ON transactions
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- The sample community: the system account and 100 members, whose wallets have the numbers 1 to 100 in
-- their UUIDs, so that a client can choose one. A distribution gives each 1,000,000 tokens.
CREATE FUNCTION wallet_number(number bigint) RETURNS uuid LANGUAGE sql IMMUTABLE
    AS $$ SELECT ('00000000-0000-4000-8000-' || lpad(number::text, 12, '0'))::uuid $$;

INSERT INTO system_accounts (account_id, name) VALUES (gen_random_uuid(), 'system_account_communitytoken');
INSERT INTO wallets (wallet_id, account_id) SELECT wallet_number(0), account_id FROM system_accounts;
INSERT INTO users (user_id, username) SELECT gen_random_uuid(), 'member-' || number FROM generate_series(1, 100) AS number;
INSERT INTO wallets (wallet_id, user_id)
SELECT wallet_number(substr(username, 8)::bigint), user_id FROM users;
INSERT INTO transactions (transaction_id, from_wallet_id, to_wallet_id, amount)
SELECT gen_random_uuid(), wallet_number(0), wallet_number(number), 1000000 FROM generate_series(1, 100) AS number;
