-- All of it follows from the transactions: nothing is lost by dropping it.
DROP TRIGGER transactions_fold;
DROP VIEW foldings;
DROP TABLE amount_counts;
DROP TABLE account_slots;
DROP TABLE slot_totals;
DROP VIEW account_balances;
DROP VIEW flows;
DROP INDEX audit_log_membership;
DROP TRIGGER transactions_roll_up;
DROP TRIGGER transactions_apply;
ALTER TABLE wallet_days DROP COLUMN last_traded;
ALTER TABLE wallet_days DROP COLUMN first_traded;
ALTER TABLE wallets DROP COLUMN last_traded;

CREATE TRIGGER transactions_apply AFTER INSERT ON transactions
BEGIN
    UPDATE wallets SET balance = NEW.from_balance, last_sequence = NEW.sequence, updated_at = NEW.created_at
     WHERE key = NEW.from_wallet AND NEW.kind <> 1;
    UPDATE wallets SET balance = NEW.to_balance, last_sequence = NEW.sequence, updated_at = NEW.created_at
     WHERE key = NEW.to_wallet;
    UPDATE ledger SET total_issued = total_issued + NEW.amount, issued_sequence = NEW.sequence
     WHERE only = 1 AND NEW.kind = 1;
END;

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
