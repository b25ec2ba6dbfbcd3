-- Back from step 21: every row is rolled up as it is inserted.

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
