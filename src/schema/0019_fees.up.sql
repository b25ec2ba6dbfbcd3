-- Step 19: fees on payments between members, each right behind its payment.

DROP TRIGGER transactions_insert_guard;

CREATE TRIGGER transactions_insert_guard BEFORE INSERT ON transactions
BEGIN
    SELECT RAISE(ABORT, 'the next transaction must follow the last one: use its sequence plus one')
     WHERE NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM transactions);
    SELECT RAISE(ABORT, 'time does not run backwards in the ledger')
     WHERE NEW.created_at < (SELECT created_at FROM transactions WHERE sequence = NEW.sequence - 1);
    -- A trigger that someone adds can keep transactions_apply from doing its work. Then nothing follows.
    SELECT RAISE(ABORT, 'the transaction before this one has not moved its tokens')
      FROM transactions AS last
      JOIN wallets AS sender ON sender.key = last.from_wallet
      JOIN wallets AS recipient ON recipient.key = last.to_wallet
     WHERE last.sequence = NEW.sequence - 1
       AND (sender.last_sequence <> last.sequence OR recipient.last_sequence <> last.sequence
            OR (last.kind = 1 AND (SELECT issued_sequence FROM ledger) <> last.sequence));
    -- Said again here: a shell can switch CHECK constraints off, and a negative amount would be a theft.
    SELECT RAISE(ABORT, 'an amount is a whole number above zero') WHERE NEW.amount < 1;
    SELECT CASE
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
         AND (NEW.kind <> 4 OR NEW.reverses IS NOT NULL
              OR NOT EXISTS (SELECT 1 FROM transactions
                              WHERE sequence = NEW.sequence - 1 AND kind = 3 AND reverses IS NULL
                                AND from_wallet = NEW.from_wallet AND created_at = NEW.created_at))
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
      FROM (SELECT 1)
      LEFT JOIN wallets AS sender ON sender.key = NEW.from_wallet
      LEFT JOIN wallets AS recipient ON recipient.key = NEW.to_wallet;
    SELECT RAISE(ABORT, 'the audit line must account for this very transaction')
     WHERE NEW.audit IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM audit_log WHERE sequence = NEW.audit
                        AND sequence = (SELECT max(sequence) FROM audit_log)
                        AND NEW.sequence BETWEEN first_sequence AND last_sequence
                        AND CASE action WHEN 'issuance' THEN NEW.kind = 1
                                        WHEN 'distribution' THEN NEW.kind <= 2
                                        WHEN 'reversal' THEN NEW.reverses IS NOT NULL
                                        WHEN 'transfer' THEN NEW.kind >= 3 END);
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

DROP TRIGGER payment_requests_update_guard;

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
    -- Made just now: nothing but its fee came after it.
    SELECT RAISE(ABORT, 'a payment request is accepted by the payment that it asks for, made just now')
     WHERE NEW.ended_as = 'accepted' AND OLD.ended_as IS NULL
       AND NOT EXISTS (SELECT 1 FROM transactions
                        WHERE sequence = NEW.paid_by
                          AND NOT EXISTS (SELECT 1 FROM transactions WHERE sequence > NEW.paid_by AND transaction_type <> 2)
                          AND from_wallet = OLD.payer AND to_wallet = OLD.asker AND amount = OLD.amount
                          AND reverses IS OLD.asks_back AND created_at = NEW.ended_at
                          AND NOT EXISTS (SELECT 1 FROM payment_requests WHERE paid_by = NEW.paid_by));
END;

DROP TRIGGER service_calls_insert_guard;

CREATE TRIGGER service_calls_insert_guard BEFORE INSERT ON service_calls
BEGIN
    SELECT RAISE(ABORT, 'a transaction is made by one client')
     WHERE EXISTS (SELECT 1 FROM service_calls WHERE sequence = NEW.sequence);
    SELECT RAISE(ABORT, 'a call stands beside the transaction it has just made for a member who allows it')
     WHERE NOT EXISTS (SELECT 1 FROM transactions
                         JOIN users ON users.wallet = transactions.from_wallet
                         JOIN client_permissions ON client_permissions.user = users.key
                         JOIN service_clients ON service_clients.key = client_permissions.client
                        WHERE transactions.sequence = NEW.sequence AND users.key = NEW.user
                          AND service_clients.key = NEW.client AND service_clients.revoked IS NULL
                          AND NOT EXISTS (SELECT 1 FROM transactions AS later
                                           WHERE later.sequence > NEW.sequence AND later.transaction_type <> 2));
END;
