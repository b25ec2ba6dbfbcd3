-- Step 2: rollups, with those of the transactions that are there already.

CREATE TABLE daily_totals (
    day              INTEGER NOT NULL,
    kind             INTEGER NOT NULL,
    transaction_type INTEGER NOT NULL,
    count            INTEGER NOT NULL,
    volume           INTEGER NOT NULL,
    PRIMARY KEY (day, kind, transaction_type)
) STRICT, WITHOUT ROWID;

-- One wallet's day. Grouped by day, so that the rows being written lie together.
-- last_sequence is the way into a long history at that day.
CREATE TABLE wallet_days (
    day           INTEGER NOT NULL,
    wallet        INTEGER NOT NULL REFERENCES wallets (key),
    count_in      INTEGER NOT NULL,
    amount_in     INTEGER NOT NULL,
    count_out     INTEGER NOT NULL,
    amount_out    INTEGER NOT NULL,
    last_sequence INTEGER NOT NULL,
    balance       INTEGER NOT NULL,  -- at the end of the day
    PRIMARY KEY (day, wallet)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER transactions_roll_up AFTER INSERT ON transactions
BEGIN
    INSERT INTO daily_totals (day, kind, transaction_type, count, volume)
    VALUES (NEW.created_at / 86400000, NEW.kind, NEW.transaction_type, 1, NEW.amount)
        ON CONFLICT DO UPDATE SET count = count + 1,
                                  volume = iif(volume > 9223372036854775807 - excluded.volume, 9223372036854775807, volume + excluded.volume);
    INSERT INTO wallet_days (day, wallet, count_in, amount_in, count_out, amount_out, last_sequence, balance)
    VALUES (NEW.created_at / 86400000, NEW.to_wallet, 1, NEW.amount, 0, 0, NEW.sequence, NEW.to_balance)
        ON CONFLICT DO UPDATE SET count_in = count_in + 1,
                                  amount_in = iif(amount_in > 9223372036854775807 - excluded.amount_in, 9223372036854775807, amount_in + excluded.amount_in),
                                  last_sequence = excluded.last_sequence, balance = excluded.balance;
    INSERT INTO wallet_days (day, wallet, count_in, amount_in, count_out, amount_out, last_sequence, balance)
    SELECT NEW.created_at / 86400000, NEW.from_wallet, 0, 0, 1, NEW.amount, NEW.sequence, NEW.from_balance
     WHERE NEW.kind <> 1
        ON CONFLICT DO UPDATE SET count_out = count_out + 1,
                                  amount_out = iif(amount_out > 9223372036854775807 - excluded.amount_out, 9223372036854775807, amount_out + excluded.amount_out),
                                  last_sequence = excluded.last_sequence, balance = excluded.balance;
END;

CREATE TRIGGER daily_totals_delete_guard BEFORE DELETE ON daily_totals
BEGIN
    SELECT RAISE(ABORT, 'daily totals are never deleted');
END;

CREATE TRIGGER wallet_days_delete_guard BEFORE DELETE ON wallet_days
BEGIN
    SELECT RAISE(ABORT, 'the days of a wallet are never deleted');
END;

INSERT INTO daily_totals (day, kind, transaction_type, count, volume)
SELECT day, kind, transaction_type, count(*),
       -- The sum is taken in two halves, so that it cannot overflow before it is held at the limit.
       iif(sum(amount >> 32) + (sum(amount & 4294967295) >> 32) > 2147483647, 9223372036854775807,
           (sum(amount >> 32) << 32) + sum(amount & 4294967295))
  FROM (SELECT created_at / 86400000 AS day, kind, transaction_type, amount FROM transactions)
 GROUP BY day, kind, transaction_type;

INSERT INTO wallet_days (day, wallet, count_in, amount_in, count_out, amount_out, last_sequence, balance)
SELECT day, wallet, sum(incoming),
       iif(sum(iif(incoming, amount >> 32, 0)) + (sum(iif(incoming, amount & 4294967295, 0)) >> 32) > 2147483647, 9223372036854775807,
           (sum(iif(incoming, amount >> 32, 0)) << 32) + sum(iif(incoming, amount & 4294967295, 0))),
       sum(NOT incoming),
       iif(sum(iif(incoming, 0, amount >> 32)) + (sum(iif(incoming, 0, amount & 4294967295)) >> 32) > 2147483647, 9223372036854775807,
           (sum(iif(incoming, 0, amount >> 32)) << 32) + sum(iif(incoming, 0, amount & 4294967295))),
       max(sequence), balance
  FROM (SELECT created_at / 86400000 AS day, to_wallet AS wallet, 1 AS incoming, amount, sequence, to_balance AS balance
          FROM transactions
         UNION ALL
        SELECT created_at / 86400000, from_wallet, 0, amount, sequence, from_balance
          FROM transactions WHERE kind <> 1)
 GROUP BY day, wallet;
