-- Step 9: what statistics are read from, with what the transactions there already give.

-- When a wallet traded last: paid, or was paid by a member. What is given out to it is no act of its own.
ALTER TABLE wallets ADD COLUMN last_traded INTEGER NOT NULL DEFAULT 0;

UPDATE wallets SET last_traded = trade.sequence
  FROM (SELECT wallet, max(sequence) AS sequence
          FROM (SELECT from_wallet AS wallet, sequence FROM transactions WHERE kind >= 3
                UNION ALL
                SELECT to_wallet, sequence FROM transactions WHERE kind = 3)
         GROUP BY wallet) AS trade
 WHERE trade.wallet = wallets.key;

DROP TRIGGER transactions_apply;

CREATE TRIGGER transactions_apply AFTER INSERT ON transactions
BEGIN
    UPDATE wallets SET balance = NEW.from_balance, last_sequence = NEW.sequence, updated_at = NEW.created_at,
                       last_traded = iif(NEW.kind >= 3, NEW.sequence, last_traded)
     WHERE key = NEW.from_wallet AND NEW.kind <> 1;
    UPDATE wallets SET balance = NEW.to_balance, last_sequence = NEW.sequence, updated_at = NEW.created_at,
                       last_traded = iif(NEW.kind = 3, NEW.sequence, last_traded)
     WHERE key = NEW.to_wallet;
    UPDATE ledger SET total_issued = total_issued + NEW.amount, issued_sequence = NEW.sequence
     WHERE only = 1 AND NEW.kind = 1;
END;

-- Between which times of a UTC day a wallet traded, in milliseconds of that day: days of any time zone
-- are cut out of these.
ALTER TABLE wallet_days ADD COLUMN first_traded INTEGER;
ALTER TABLE wallet_days ADD COLUMN last_traded INTEGER;

UPDATE wallet_days SET first_traded = trade.first, last_traded = trade.last
  FROM (SELECT created_at / 86400000 AS day, wallet, min(created_at % 86400000) AS first, max(created_at % 86400000) AS last
          FROM (SELECT from_wallet AS wallet, created_at FROM transactions WHERE kind >= 3
                UNION ALL
                SELECT to_wallet, created_at FROM transactions WHERE kind = 3)
         GROUP BY 1, 2) AS trade
 WHERE trade.day = wallet_days.day AND trade.wallet = wallet_days.wallet;

DROP TRIGGER transactions_roll_up;

CREATE TRIGGER transactions_roll_up AFTER INSERT ON transactions
BEGIN
    INSERT INTO daily_totals (day, kind, transaction_type, count, volume)
    VALUES (NEW.created_at / 86400000, NEW.kind, NEW.transaction_type, 1, NEW.amount)
        ON CONFLICT DO UPDATE SET count = count + 1,
                                  volume = iif(volume > 9223372036854775807 - excluded.volume, 9223372036854775807, volume + excluded.volume);
    INSERT INTO wallet_days (day, wallet, count_in, amount_in, count_out, amount_out, last_sequence, balance, first_traded, last_traded)
    VALUES (NEW.created_at / 86400000, NEW.to_wallet, 1, NEW.amount, 0, 0, NEW.sequence, NEW.to_balance,
            iif(NEW.kind = 3, NEW.created_at % 86400000, NULL), iif(NEW.kind = 3, NEW.created_at % 86400000, NULL))
        ON CONFLICT DO UPDATE SET count_in = count_in + 1,
                                  amount_in = iif(amount_in > 9223372036854775807 - excluded.amount_in, 9223372036854775807, amount_in + excluded.amount_in),
                                  last_sequence = excluded.last_sequence, balance = excluded.balance,
                                  first_traded = coalesce(first_traded, excluded.first_traded),
                                  last_traded = coalesce(excluded.last_traded, last_traded);
    INSERT INTO wallet_days (day, wallet, count_in, amount_in, count_out, amount_out, last_sequence, balance, first_traded, last_traded)
    SELECT NEW.created_at / 86400000, NEW.from_wallet, 0, 0, 1, NEW.amount, NEW.sequence, NEW.from_balance,
           iif(NEW.kind >= 3, NEW.created_at % 86400000, NULL), iif(NEW.kind >= 3, NEW.created_at % 86400000, NULL)
     WHERE NEW.kind <> 1
        ON CONFLICT DO UPDATE SET count_out = count_out + 1,
                                  amount_out = iif(amount_out > 9223372036854775807 - excluded.amount_out, 9223372036854775807, amount_out + excluded.amount_out),
                                  last_sequence = excluded.last_sequence, balance = excluded.balance,
                                  first_traded = coalesce(first_traded, excluded.first_traded),
                                  last_traded = coalesce(excluded.last_traded, last_traded);
END;

-- When members left and came back, among all the lines.
CREATE INDEX audit_log_membership ON audit_log (sequence) WHERE action IN ('user.delete', 'user.restore');

-- Which way each transaction moved tokens, and by which system account. A payment between two
-- system accounts is one of 5 and one of 6.
-- flow: 1 issued to the account              2 distributed by it to a member
--       3 paid by a member to a member       4 paid by a member to the account
--       5 paid by the account to another     6 received by it from another
CREATE VIEW flows (sequence, created_at, flow, transaction_type, account, amount) AS
    SELECT sequence, created_at,
           iif(kind = 4 AND (SELECT is_system FROM wallets WHERE key = from_wallet), 5, kind), transaction_type,
           CASE kind WHEN 3 THEN 0
                     WHEN 4 THEN iif((SELECT is_system FROM wallets WHERE key = from_wallet), from_wallet, to_wallet)
                     ELSE from_wallet END, amount
      FROM transactions
    UNION ALL
    SELECT sequence, created_at, 6, transaction_type, to_wallet, amount
      FROM transactions WHERE kind = 4 AND (SELECT is_system FROM wallets WHERE key = from_wallet);

-- What system accounts held after each of their transactions.
CREATE VIEW account_balances (sequence, created_at, account, balance) AS
    SELECT sequence, created_at, from_wallet, from_balance
      FROM transactions WHERE kind <> 3 AND (SELECT is_system FROM wallets WHERE key = from_wallet)
    UNION ALL
    SELECT sequence, created_at, to_wallet, to_balance
      FROM transactions WHERE kind = 4;

-- Totals from the first transaction up to the end of a quarter hour: what lies between two times is
-- the difference of two rows. Quarter hours serve every time zone there is. A volume is kept in two
-- parts, volume_high * 4294967296 + volume_low, which cannot overflow.
CREATE TABLE slot_totals (
    flow             INTEGER NOT NULL,
    transaction_type INTEGER NOT NULL,
    account          INTEGER NOT NULL,  -- 0: none
    slot             INTEGER NOT NULL,
    count            INTEGER NOT NULL,
    volume_high      INTEGER NOT NULL,
    volume_low       INTEGER NOT NULL,
    PRIMARY KEY (flow, transaction_type, account, slot)
) STRICT, WITHOUT ROWID;

-- What a system account held at the end of a quarter hour in which it changed.
CREATE TABLE account_slots (
    account INTEGER NOT NULL,
    slot    INTEGER NOT NULL,
    balance INTEGER NOT NULL,
    PRIMARY KEY (account, slot)
) STRICT, WITHOUT ROWID;

-- How often an amount occurred in a length of time: what medians are found by. grain: 0 quarter hours,
-- 1 UTC days, 2 lengths of 32 days; days and what is longer are added up when they are over.
CREATE TABLE amount_counts (
    grain            INTEGER NOT NULL,
    period           INTEGER NOT NULL,
    kind             INTEGER NOT NULL,
    transaction_type INTEGER NOT NULL,
    amount           INTEGER NOT NULL,
    count            INTEGER NOT NULL,
    PRIMARY KEY (grain, period, kind, transaction_type, amount)
) STRICT, WITHOUT ROWID;

-- Every 4,096th transaction folds itself and the 4,095 before it. What is newer is read from the rows.
-- The work stands in a trigger of its own, on a view: SQLite sets room aside for everything a trigger may
-- do before it knows whether it will, and a transaction that folds nothing should not pay for that.
CREATE VIEW foldings (last) AS SELECT sequence FROM transactions WHERE sequence % 4096 = 0;

CREATE TRIGGER foldings_insert INSTEAD OF INSERT ON foldings
BEGIN
    INSERT INTO slot_totals (flow, transaction_type, account, slot, count, volume_high, volume_low)
    SELECT flow, transaction_type, account, slot,
           coalesce(before ->> 0, 0) + sum(count) OVER upto,
           coalesce(before ->> 1, 0) + sum(high) OVER upto,
           coalesce(before ->> 2, 0) + sum(low) OVER upto
      FROM (SELECT flow, transaction_type, account, created_at / 900000 AS slot,
                   count(*) AS count, sum(amount >> 32) AS high, sum(amount & 4294967295) AS low,
                   (SELECT json_array(count, volume_high, volume_low) FROM slot_totals AS total
                     WHERE total.flow = flows.flow AND total.transaction_type = flows.transaction_type
                       AND total.account = flows.account ORDER BY total.slot DESC LIMIT 1) AS before
              FROM flows WHERE sequence BETWEEN NEW.last - 4095 AND NEW.last
             GROUP BY flow, transaction_type, account, slot)
     WHERE true
    WINDOW upto AS (PARTITION BY flow, transaction_type, account ORDER BY slot)
        ON CONFLICT DO UPDATE SET count = excluded.count, volume_high = excluded.volume_high, volume_low = excluded.volume_low;
    INSERT INTO account_slots (account, slot, balance)
    SELECT account, slot, balance
      FROM (SELECT account, created_at / 900000 AS slot, balance, max(sequence)
              FROM account_balances WHERE sequence BETWEEN NEW.last - 4095 AND NEW.last
             GROUP BY account, slot)
     WHERE true
        ON CONFLICT DO UPDATE SET balance = excluded.balance;
    INSERT INTO amount_counts (grain, period, kind, transaction_type, amount, count)
    SELECT 0, created_at / 900000, kind, transaction_type, amount, count(*)
      FROM transactions WHERE sequence BETWEEN NEW.last - 4095 AND NEW.last
     GROUP BY 5, 2, 3, 4
        ON CONFLICT DO UPDATE SET count = count + excluded.count;
    INSERT INTO amount_counts (grain, period, kind, transaction_type, amount, count)
    SELECT 1, period / 96, kind, transaction_type, amount, sum(count)
      FROM amount_counts
     WHERE grain = 0 AND period < (SELECT created_at / 86400000 * 96 FROM transactions WHERE sequence = NEW.last)
       AND period >= (SELECT coalesce(max(period) + 1, 0) FROM amount_counts WHERE grain = 1) * 96
     GROUP BY 2, 3, 4, 5;
    INSERT INTO amount_counts (grain, period, kind, transaction_type, amount, count)
    SELECT 2, period / 32, kind, transaction_type, amount, sum(count)
      FROM amount_counts
     WHERE grain = 1 AND period < (SELECT created_at / 2764800000 * 32 FROM transactions WHERE sequence = NEW.last)
       AND period >= (SELECT coalesce(max(period) + 1, 0) FROM amount_counts WHERE grain = 2) * 32
     GROUP BY 2, 3, 4, 5;
END;

CREATE TRIGGER transactions_fold AFTER INSERT ON transactions WHEN NEW.sequence % 4096 = 0
BEGIN
    INSERT INTO foldings (last) VALUES (NEW.sequence);
END;

CREATE TRIGGER slot_totals_delete_guard BEFORE DELETE ON slot_totals
BEGIN
    SELECT RAISE(ABORT, 'totals are never deleted');
END;

CREATE TRIGGER account_slots_delete_guard BEFORE DELETE ON account_slots
BEGIN
    SELECT RAISE(ABORT, 'the balances of the accounts are never deleted');
END;

CREATE TRIGGER amount_counts_delete_guard BEFORE DELETE ON amount_counts
BEGIN
    SELECT RAISE(ABORT, 'counts of amounts are never deleted');
END;

-- What is there already, up to the last whole 4,096.
INSERT INTO slot_totals (flow, transaction_type, account, slot, count, volume_high, volume_low)
SELECT flow, transaction_type, account, slot, sum(count) OVER upto, sum(high) OVER upto, sum(low) OVER upto
  FROM (SELECT flow, transaction_type, account, created_at / 900000 AS slot,
               count(*) AS count, sum(amount >> 32) AS high, sum(amount & 4294967295) AS low
          FROM flows WHERE sequence <= (SELECT max(sequence) & ~4095 FROM transactions)
         GROUP BY flow, transaction_type, account, slot)
WINDOW upto AS (PARTITION BY flow, transaction_type, account ORDER BY slot);

INSERT INTO account_slots (account, slot, balance)
SELECT account, slot, balance
  FROM (SELECT account, created_at / 900000 AS slot, balance, max(sequence)
          FROM account_balances WHERE sequence <= (SELECT max(sequence) & ~4095 FROM transactions)
         GROUP BY account, slot);

INSERT INTO amount_counts (grain, period, kind, transaction_type, amount, count)
SELECT 0, created_at / 900000, kind, transaction_type, amount, count(*)
  FROM transactions WHERE sequence <= (SELECT max(sequence) & ~4095 FROM transactions)
 GROUP BY 2, 3, 4, 5;

INSERT INTO amount_counts (grain, period, kind, transaction_type, amount, count)
SELECT 1, period / 96, kind, transaction_type, amount, sum(count)
  FROM amount_counts
 WHERE grain = 0 AND period / 96 < (SELECT max(period) / 96 FROM amount_counts WHERE grain = 0)
 GROUP BY 2, 3, 4, 5;

INSERT INTO amount_counts (grain, period, kind, transaction_type, amount, count)
SELECT 2, period / 32, kind, transaction_type, amount, sum(count)
  FROM amount_counts
 WHERE grain = 1 AND period / 32 < (SELECT max(period) / 3072 FROM amount_counts WHERE grain = 0)
 GROUP BY 2, 3, 4, 5;
