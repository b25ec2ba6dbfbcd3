-- Step 23: the guards of a transaction look at the newest one, and at its line of the audit log, once; the
-- identity of a wallet is guarded where it is named; one trigger does what rows inserted by hand need.

DROP TRIGGER transactions_insert_guard;

CREATE TRIGGER transactions_insert_guard BEFORE INSERT ON transactions
BEGIN
    -- One look at the newest transaction and at both wallets serves all rules: every payment waits for them.
    SELECT CASE
        WHEN NEW.sequence IS NOT coalesce(newest.sequence, 0) + 1
            THEN RAISE(ABORT, 'the next transaction must follow the last one: use its sequence plus one')
        WHEN NEW.created_at < newest.created_at THEN RAISE(ABORT, 'time does not run backwards in the ledger')
        -- A trigger that someone adds can keep transactions_apply from doing its work. Then nothing follows.
        WHEN iif(newest.from_wallet = NEW.from_wallet, sender.last_sequence,
                 (SELECT last_sequence FROM wallets WHERE key = newest.from_wallet)) <> newest.sequence
          OR (SELECT last_sequence FROM wallets WHERE key = newest.to_wallet) <> newest.sequence
          OR (newest.kind = 1 AND (SELECT issued_sequence FROM ledger) <> newest.sequence)
            THEN RAISE(ABORT, 'the transaction before this one has not moved its tokens')
        -- Said again here: a shell can switch CHECK constraints off, and a negative amount would be a theft.
        WHEN NEW.amount < 1 THEN RAISE(ABORT, 'an amount is a whole number above zero')
        WHEN sender.key IS NULL THEN RAISE(ABORT, 'the sending wallet does not exist')
        WHEN recipient.key IS NULL THEN RAISE(ABORT, 'the receiving wallet does not exist')
        WHEN sender.is_frozen OR recipient.is_frozen THEN RAISE(ABORT, 'a frozen wallet neither sends nor receives')
        WHEN recipient.is_closed THEN RAISE(ABORT, 'a closed wallet does not receive')
        WHEN sender.key = recipient.key AND NOT sender.is_system THEN RAISE(ABORT, 'only a system wallet can pay itself')
        WHEN NEW.kind <> CASE WHEN sender.key = recipient.key THEN 1
                              WHEN recipient.is_system THEN 4
                              WHEN sender.is_system THEN 2
                              ELSE 3 END THEN RAISE(ABORT, 'the kind must be what the two wallets make it')
        WHEN NEW.transaction_type = 2
         AND (NEW.kind <> 4 OR NEW.reverses IS NOT NULL OR newest.kind IS NOT 3 OR newest.reverses IS NOT NULL
              OR newest.from_wallet <> NEW.from_wallet OR newest.created_at <> NEW.created_at)
            THEN RAISE(ABORT, 'a fee goes to a system wallet, right behind the payment between members it is for, by the same payer')
        WHEN NEW.from_previous <> sender.last_sequence OR NEW.to_previous <> recipient.last_sequence
            THEN RAISE(ABORT, 'a transaction must link to the previous one of both wallets')
        WHEN NEW.kind = 1 AND (SELECT total_issued FROM ledger) > 9223372036854775807 - NEW.amount
            THEN RAISE(ABORT, 'the total supply would pass the largest amount')
        WHEN NEW.kind <> 1 AND sender.balance < NEW.amount THEN RAISE(ABORT, 'the sender does not have that many tokens')
        WHEN recipient.balance > 9223372036854775807 - NEW.amount THEN RAISE(ABORT, 'the balance would pass the largest amount')
        WHEN NEW.to_balance <> recipient.balance + NEW.amount
          OR NEW.from_balance <> iif(NEW.kind = 1, NEW.to_balance, sender.balance - NEW.amount)
            THEN RAISE(ABORT, 'the balances after it must be those before it, moved by the amount')
        WHEN NEW.kind <= 2 AND NEW.audit IS NULL
            THEN RAISE(ABORT, 'issuing and distributing need an operator and a reason: use the views direct_issuances and direct_distributions')
        -- The program chains what it writes at once; a row without a hash was inserted by hand.
        WHEN NEW.hash IS NULL AND NEW.audit IS NULL
            THEN RAISE(ABORT, 'a transaction inserted by hand needs an operator and a reason: a line in the audit log')
    END
      FROM (SELECT max(sequence) AS sequence, created_at, kind, from_wallet, to_wallet, reverses
              FROM transactions) AS newest
      LEFT JOIN wallets AS sender ON sender.key = NEW.from_wallet
      LEFT JOIN wallets AS recipient ON recipient.key = NEW.to_wallet;
    SELECT RAISE(ABORT, 'the audit line must account for this very transaction')
     WHERE NEW.audit IS NOT NULL
       AND (SELECT max(sequence) = NEW.audit AND NEW.sequence BETWEEN first_sequence AND last_sequence
               AND CASE action WHEN 'issuance' THEN NEW.kind = 1
                               WHEN 'distribution' THEN NEW.kind <= 2
                               WHEN 'reversal' THEN NEW.reverses IS NOT NULL
                               WHEN 'transfer' THEN NEW.kind >= 3 END
              FROM audit_log) IS NOT TRUE;
    SELECT CASE
        WHEN original.sequence IS NULL THEN RAISE(ABORT, 'a reversal must go back the way the original came')
        WHEN original.kind = 1 OR original.reverses IS NOT NULL THEN RAISE(ABORT, 'issuances and reversals cannot be reversed')
        WHEN original.amount - (SELECT coalesce(sum(amount), 0) FROM transactions WHERE reverses = NEW.reverses) < NEW.amount
            THEN RAISE(ABORT, 'no more can be given back than was sent')
    END
      FROM (SELECT 1)
      LEFT JOIN transactions AS original ON original.sequence = NEW.reverses
                                        AND original.from_wallet = NEW.to_wallet AND original.to_wallet = NEW.from_wallet
     WHERE NEW.reverses IS NOT NULL;
END;

DROP TRIGGER wallets_identity_guard;

CREATE TRIGGER wallets_identity_guard BEFORE UPDATE OF key, rowid, oid, _rowid_, id, is_system, created_at ON wallets
BEGIN
    SELECT RAISE(ABORT, 'the identity of a wallet never changes')
     WHERE NEW.key IS NOT OLD.key OR NEW.id IS NOT OLD.id
        OR NEW.is_system IS NOT OLD.is_system OR NEW.created_at IS NOT OLD.created_at;
END;

DROP TRIGGER transactions_roll_up;
DROP TRIGGER transactions_fold;

CREATE TRIGGER transactions_roll_up AFTER INSERT ON transactions WHEN NEW.hash IS NULL
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
    INSERT INTO foldings (last) SELECT NEW.sequence WHERE NEW.sequence % 4096 = 0;
END;
