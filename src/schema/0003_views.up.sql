-- Step 3: views for people, and for operators who work on the database itself.

-- Whose a wallet is.
CREATE VIEW owners (wallet, wallet_id, owner, name) AS
    SELECT key, id, iif(is_system, 'system', 'user'),
           CASE WHEN is_system THEN (SELECT name FROM system_accounts WHERE system_accounts.wallet = wallets.key)
                ELSE (SELECT username FROM users WHERE users.wallet = wallets.key) END
      FROM wallets;

-- The ledger in words.
CREATE VIEW transaction_list (sequence, id, time, kind, transaction_type, sender, recipient, amount, note, operator, reason) AS
    SELECT t.sequence,
           printf('%08x-%04x-%04x-%04x-%012x', t.created_at >> 16, t.created_at & 65535,
                  28672 | (ledger.tag >> 18), 32768 | ((ledger.tag & 262143) >> 4),
                  ((ledger.tag & 15) << 44) | t.sequence),
           strftime('%Y-%m-%d %H:%M:%f', t.created_at / 1000.0, 'unixepoch'),
           CASE t.kind WHEN 1 THEN 'issuance' WHEN 2 THEN 'distribution' WHEN 3 THEN 'transfer' ELSE 'pool' END,
           t.transaction_type, sender.name, recipient.name, t.amount, t.note, audit_log.operator, audit_log.reason
      FROM ledger
      JOIN transactions AS t
      JOIN owners AS sender ON sender.wallet = t.from_wallet
      JOIN owners AS recipient ON recipient.wallet = t.to_wallet
      LEFT JOIN audit_log ON audit_log.sequence = t.audit;

-- What the next row of the ledger and of the audit log would carry.
CREATE VIEW next_rows (sequence, audit_sequence, at) AS
    SELECT coalesce((SELECT max(sequence) FROM transactions), 0) + 1,
           coalesce((SELECT max(sequence) FROM audit_log), 0) + 1,
           max(CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER),
               coalesce((SELECT created_at FROM transactions ORDER BY sequence DESC LIMIT 1), 0),
               coalesce((SELECT created_at FROM audit_log ORDER BY sequence DESC LIMIT 1), 0));

-- Issue tokens to a system account:
--   INSERT INTO direct_issuances (operator, reason, amount) VALUES ('maria', 'Opening stock', 5000);
CREATE VIEW direct_issuances (operator, reason, amount, system_account) AS
    SELECT audit_log.operator, audit_log.reason, transactions.amount, system_accounts.name
      FROM transactions
      JOIN audit_log ON audit_log.sequence = transactions.audit
      JOIN system_accounts ON system_accounts.wallet = transactions.to_wallet
     WHERE transactions.kind = 1;

CREATE TRIGGER direct_issuances_insert INSTEAD OF INSERT ON direct_issuances
BEGIN
    SELECT RAISE(ABORT, 'an issuance needs an operator and a reason')
     WHERE NEW.operator IS NULL OR trim(NEW.operator) = '' OR NEW.reason IS NULL OR trim(NEW.reason) = '';
    SELECT RAISE(ABORT, 'an issuance needs an amount: a whole number above zero')
     WHERE typeof(NEW.amount) <> 'integer' OR NEW.amount <= 0;
    SELECT RAISE(ABORT, 'there is no system account with this name')
     WHERE NOT EXISTS (SELECT 1 FROM system_accounts WHERE name = coalesce(NEW.system_account, 'system_account_communitytoken'));
    INSERT INTO audit_log (sequence, created_at, operator, action, target, reason, details, first_sequence, last_sequence)
    SELECT next.audit_sequence, next.at, NEW.operator, 'issuance', wallets.id, NEW.reason,
           json_object('amount', NEW.amount, 'by', 'sql'), next.sequence, next.sequence
      FROM next_rows AS next, system_accounts JOIN wallets ON wallets.key = system_accounts.wallet
     WHERE system_accounts.name = coalesce(NEW.system_account, 'system_account_communitytoken');
    INSERT INTO transactions (sequence, created_at, kind, transaction_type, from_wallet, to_wallet, amount,
                              from_previous, to_previous, from_balance, to_balance, audit)
    SELECT next.sequence, next.at, 1, 1, wallets.key, wallets.key, NEW.amount,
           wallets.last_sequence, wallets.last_sequence,
           -- A sum that would overflow is left to the guard, which refuses it with a sentence.
           iif(wallets.balance > 9223372036854775807 - NEW.amount, 0, wallets.balance + NEW.amount),
           iif(wallets.balance > 9223372036854775807 - NEW.amount, 0, wallets.balance + NEW.amount),
           next.audit_sequence - 1
      FROM next_rows AS next, system_accounts JOIN wallets ON wallets.key = system_accounts.wallet
     WHERE system_accounts.name = coalesce(NEW.system_account, 'system_account_communitytoken');
END;

-- Distribute to up to 100 members at once, all or nothing; what the system account lacks is issued:
--   INSERT INTO direct_distributions (operator, reason, recipients)
--   SELECT 'maria', 'Weekly rewards', json_group_array(json_object('wallet_id', wallet_id, 'amount', 500))
--     FROM owners WHERE owner = 'user';
CREATE VIEW direct_distributions (operator, reason, recipients, system_account) AS
    SELECT audit_log.operator, audit_log.reason,
           (SELECT json_group_array(json_object('wallet_id', wallets.id, 'amount', transactions.amount))
              FROM transactions JOIN wallets ON wallets.key = transactions.to_wallet
             WHERE transactions.sequence BETWEEN audit_log.first_sequence AND audit_log.last_sequence
               AND transactions.kind = 2),
           (SELECT name FROM owners JOIN transactions ON transactions.from_wallet = owners.wallet
             WHERE transactions.sequence = audit_log.last_sequence)
      FROM audit_log
     WHERE audit_log.action = 'distribution';

CREATE TRIGGER direct_distributions_insert INSTEAD OF INSERT ON direct_distributions
BEGIN
    SELECT RAISE(ABORT, 'a distribution needs an operator and a reason')
     WHERE NEW.operator IS NULL OR trim(NEW.operator) = '' OR NEW.reason IS NULL OR trim(NEW.reason) = '';
    SELECT RAISE(ABORT, 'recipients must be a JSON array of objects with wallet_id and amount')
     WHERE iif(json_valid(NEW.recipients), json_type(NEW.recipients), '') IS NOT 'array';
    SELECT RAISE(ABORT, 'a distribution serves 1 to 100 recipients')
     WHERE json_array_length(NEW.recipients) NOT BETWEEN 1 AND 100;
    SELECT RAISE(ABORT, 'every amount must be a whole number above zero')
      FROM json_each(NEW.recipients) AS recipient
     WHERE iif(recipient.type = 'object', json_type(recipient.value, '$.amount'), '') IS NOT 'integer'
        OR recipient.value ->> 'amount' <= 0;
    SELECT RAISE(ABORT, 'every recipient must be the wallet of a member')
      FROM json_each(NEW.recipients) AS recipient
     WHERE NOT EXISTS (SELECT 1 FROM wallets WHERE id = recipient.value ->> 'wallet_id' AND NOT is_system);
    SELECT RAISE(ABORT, 'a wallet is named twice')
     WHERE (SELECT count(*) <> count(DISTINCT value ->> 'wallet_id') FROM json_each(NEW.recipients));
    SELECT RAISE(ABORT, 'there is no system account with this name')
     WHERE NOT EXISTS (SELECT 1 FROM system_accounts WHERE name = coalesce(NEW.system_account, 'system_account_communitytoken'));
    INSERT INTO audit_log (sequence, created_at, operator, action, target, reason, details, first_sequence, last_sequence)
    SELECT next.audit_sequence, next.at, NEW.operator, 'distribution',
           lower(printf('%s-%s-4%s-%s%s-%s', hex(randomblob(4)), hex(randomblob(2)), substr(hex(randomblob(2)), 2),
                        substr('89ab', 1 + (random() & 3), 1), substr(hex(randomblob(2)), 2), hex(randomblob(6)))),
           NEW.reason,
           json_object('issued', max(0, batch.total - treasury.balance), 'distributed', batch.total,
                       'recipients', batch.recipients, 'by', 'sql'),
           next.sequence, next.sequence + batch.recipients - (batch.total <= treasury.balance)
      FROM next_rows AS next,
           (SELECT sum(value ->> 'amount') AS total, count(*) AS recipients FROM json_each(NEW.recipients)) AS batch,
           system_accounts JOIN wallets AS treasury ON treasury.key = system_accounts.wallet
     WHERE system_accounts.name = coalesce(NEW.system_account, 'system_account_communitytoken');
    INSERT INTO transactions (sequence, created_at, kind, transaction_type, from_wallet, to_wallet, amount,
                              from_previous, to_previous, from_balance, to_balance, audit)
    SELECT next.sequence, next.at, 1, 1, treasury.key, treasury.key, batch.total - treasury.balance,
           treasury.last_sequence, treasury.last_sequence, batch.total, batch.total, next.audit_sequence - 1
      FROM next_rows AS next,
           (SELECT sum(value ->> 'amount') AS total FROM json_each(NEW.recipients)) AS batch,
           system_accounts JOIN wallets AS treasury ON treasury.key = system_accounts.wallet
     WHERE system_accounts.name = coalesce(NEW.system_account, 'system_account_communitytoken')
       AND batch.total > treasury.balance;
    INSERT INTO transactions (sequence, created_at, kind, transaction_type, from_wallet, to_wallet, amount,
                              from_previous, to_previous, from_balance, to_balance, audit)
    SELECT next.sequence + batch.place, next.at, 2, 1, treasury.key, wallets.key, batch.amount,
           iif(batch.place = 0, treasury.last_sequence, next.sequence + batch.place - 1), wallets.last_sequence,
           treasury.balance - batch.running,
           iif(wallets.balance > 9223372036854775807 - batch.amount, 0, wallets.balance + batch.amount),
           next.audit_sequence - 1
      FROM next_rows AS next,
           (SELECT value ->> 'wallet_id' AS wallet_id, value ->> 'amount' AS amount,
                   row_number() OVER (ORDER BY key) - 1 AS place,
                   sum(value ->> 'amount') OVER (ORDER BY key) AS running
              FROM json_each(NEW.recipients)) AS batch
      JOIN wallets ON wallets.id = batch.wallet_id,
           system_accounts JOIN wallets AS treasury ON treasury.key = system_accounts.wallet
     WHERE system_accounts.name = coalesce(NEW.system_account, 'system_account_communitytoken')
     ORDER BY batch.place;
END;

-- Freeze a member's wallet, at once, and unfreeze it:
--   INSERT INTO direct_freezes (operator, reason, wallet_id) VALUES ('maria', 'Phone stolen', '...');
CREATE VIEW direct_freezes (operator, reason, wallet_id) AS
    SELECT audit_log.operator, audit_log.reason, wallets.id
      FROM wallets JOIN audit_log ON audit_log.sequence = wallets.state_audit
     WHERE wallets.is_frozen;

CREATE TRIGGER direct_freezes_insert INSTEAD OF INSERT ON direct_freezes
BEGIN
    SELECT RAISE(ABORT, 'freezing needs an operator and a reason')
     WHERE NEW.operator IS NULL OR trim(NEW.operator) = '' OR NEW.reason IS NULL OR trim(NEW.reason) = '';
    SELECT RAISE(ABORT, 'there is no wallet with this id')
     WHERE NOT EXISTS (SELECT 1 FROM wallets WHERE id = NEW.wallet_id);
    SELECT RAISE(ABORT, 'system wallets cannot be frozen')
     WHERE EXISTS (SELECT 1 FROM wallets WHERE id = NEW.wallet_id AND is_system);
    INSERT INTO audit_log (sequence, created_at, operator, action, target, reason, details)
    SELECT audit_sequence, at, NEW.operator, 'wallet.freeze', NEW.wallet_id, NEW.reason, json_object('by', 'sql') FROM next_rows;
    UPDATE wallets
       SET is_frozen = 1, frozen_reason = NEW.reason, updated_at = (SELECT at FROM next_rows),
           state_audit = (SELECT max(sequence) FROM audit_log)
     WHERE id = NEW.wallet_id;
END;

CREATE VIEW direct_unfreezes (operator, reason, wallet_id) AS
    SELECT audit_log.operator, audit_log.reason, audit_log.target
      FROM audit_log WHERE audit_log.action = 'wallet.unfreeze';

CREATE TRIGGER direct_unfreezes_insert INSTEAD OF INSERT ON direct_unfreezes
BEGIN
    SELECT RAISE(ABORT, 'unfreezing needs an operator and a reason')
     WHERE NEW.operator IS NULL OR trim(NEW.operator) = '' OR NEW.reason IS NULL OR trim(NEW.reason) = '';
    SELECT RAISE(ABORT, 'there is no frozen wallet with this id')
     WHERE NOT EXISTS (SELECT 1 FROM wallets WHERE id = NEW.wallet_id AND is_frozen);
    INSERT INTO audit_log (sequence, created_at, operator, action, target, reason, details)
    SELECT audit_sequence, at, NEW.operator, 'wallet.unfreeze', NEW.wallet_id, NEW.reason, json_object('by', 'sql') FROM next_rows;
    UPDATE wallets
       SET is_frozen = 0, frozen_reason = NULL, updated_at = (SELECT at FROM next_rows),
           state_audit = (SELECT max(sequence) FROM audit_log)
     WHERE id = NEW.wallet_id;
END;
