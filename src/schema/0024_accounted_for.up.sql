-- Step 24: what only the program accounted for is accounted for in plain SQL too: system accounts are made, and tokens
-- moved between them, with operator and reason; schedules and webhooks go with a line in the audit log.

DROP TRIGGER system_accounts_insert_guard;
DROP TRIGGER audit_log_insert_guard;

CREATE TRIGGER system_accounts_insert_guard BEFORE INSERT ON system_accounts
BEGIN
    SELECT RAISE(ABORT, 'this system account exists already')
     WHERE EXISTS (SELECT 1 FROM system_accounts
                    WHERE key = NEW.key OR id = NEW.id OR wallet = NEW.wallet OR name = NEW.name);
    SELECT RAISE(ABORT, 'a system account needs a system wallet')
     WHERE NOT EXISTS (SELECT 1 FROM wallets WHERE key = NEW.wallet AND is_system);
    SELECT RAISE(ABORT, 'a system account needs an operator and a reason: use the view direct_system_accounts')
     WHERE (SELECT max(sequence) IS NOT NULL AND action = 'system_account.create' AND target = NEW.name FROM audit_log) IS NOT TRUE;
END;

CREATE TRIGGER audit_log_insert_guard BEFORE INSERT ON audit_log
BEGIN
    SELECT RAISE(ABORT, 'the next audit line must follow the last one: use its sequence plus one')
     WHERE NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM audit_log);
    SELECT RAISE(ABORT, 'time does not run backwards in the audit log')
     WHERE NEW.created_at < (SELECT created_at FROM audit_log WHERE sequence = NEW.sequence - 1);
    -- Said again here, and of any blank: a shell can switch CHECK constraints off, but not triggers.
    SELECT RAISE(ABORT, 'an audit line names an operator and a reason')
     WHERE trim(NEW.operator, char(9, 10, 13, 32)) = '' OR trim(NEW.reason, char(9, 10, 13, 32)) = '';
    -- The program takes none of these from anybody, and what it takes is chained at once.
    SELECT RAISE(ABORT, 'an operator and a reason are one line of text')
     WHERE NEW.hash IS NULL
       AND (NEW.operator GLOB '*[' || char(1) || '-' || char(31) || char(127) || ']*'
         OR NEW.reason GLOB '*[' || char(1) || '-' || char(31) || char(127) || ']*');
    SELECT RAISE(ABORT, 'an audit line can only account for the transactions that follow it')
     WHERE NEW.first_sequence <> (SELECT coalesce(max(sequence), 0) + 1 FROM transactions);
END;

CREATE TRIGGER schedules_delete_guard BEFORE DELETE ON schedules
BEGIN
    SELECT RAISE(ABORT, 'removing a schedule needs a line in the audit log')
     WHERE (SELECT max(sequence) IS NOT NULL AND action = 'schedule.remove' AND target = OLD.id FROM audit_log) IS NOT TRUE;
END;

CREATE TRIGGER schedule_runs_delete_guard BEFORE DELETE ON schedule_runs
BEGIN
    SELECT RAISE(ABORT, 'what came of a run stays as long as its schedule')
     WHERE EXISTS (SELECT 1 FROM schedules WHERE key = OLD.schedule);
END;

CREATE TRIGGER webhooks_delete_guard BEFORE DELETE ON webhooks
BEGIN
    SELECT RAISE(ABORT, 'removing a webhook needs a line in the audit log')
     WHERE (SELECT max(sequence) IS NOT NULL AND action = 'webhook.remove' AND target = OLD.id FROM audit_log) IS NOT TRUE;
END;

CREATE VIEW direct_system_accounts (operator, reason, name) AS
    SELECT audit_log.operator, audit_log.reason, system_accounts.name
      FROM system_accounts
      LEFT JOIN audit_log ON audit_log.target = system_accounts.name AND audit_log.action = 'system_account.create';

CREATE TRIGGER direct_system_accounts_insert INSTEAD OF INSERT ON direct_system_accounts
BEGIN
    SELECT RAISE(ABORT, 'a system account needs an operator and a reason')
     WHERE NEW.operator IS NULL OR trim(NEW.operator) = '' OR NEW.reason IS NULL OR trim(NEW.reason) = '';
    SELECT RAISE(ABORT, 'a system account has a name of 3 to 255 letters, digits, _ or -')
     WHERE typeof(NEW.name) <> 'text' OR length(NEW.name) NOT BETWEEN 3 AND 255 OR NEW.name GLOB '*[^A-Za-z0-9_-]*';
    SELECT RAISE(ABORT, 'this system account exists already')
     WHERE EXISTS (SELECT 1 FROM system_accounts WHERE name = NEW.name);
    INSERT INTO wallets (id, is_system, created_at, updated_at)
    SELECT lower(printf('%s-%s-4%s-%s%s-%s', hex(randomblob(4)), hex(randomblob(2)), substr(hex(randomblob(2)), 2),
                        substr('89ab', 1 + (random() & 3), 1), substr(hex(randomblob(2)), 2), hex(randomblob(6)))),
           1, at, at
      FROM next_rows;
    INSERT INTO audit_log (sequence, created_at, operator, action, target, reason, details)
    SELECT audit_sequence, at, NEW.operator, 'system_account.create', NEW.name, NEW.reason,
           json_object('wallet_id', (SELECT id FROM wallets ORDER BY key DESC LIMIT 1), 'by', 'sql')
      FROM next_rows;
    INSERT INTO system_accounts (id, wallet, name, created_at)
    SELECT lower(printf('%s-%s-4%s-%s%s-%s', hex(randomblob(4)), hex(randomblob(2)), substr(hex(randomblob(2)), 2),
                        substr('89ab', 1 + (random() & 3), 1), substr(hex(randomblob(2)), 2), hex(randomblob(6)))),
           (SELECT max(key) FROM wallets), NEW.name, (SELECT created_at FROM audit_log ORDER BY sequence DESC LIMIT 1);
END;

CREATE VIEW direct_account_transfers (operator, reason, amount, from_account, to_account) AS
    SELECT audit_log.operator, audit_log.reason, transactions.amount, sender.name, recipient.name
      FROM transactions
      JOIN audit_log ON audit_log.sequence = transactions.audit
      JOIN system_accounts AS sender ON sender.wallet = transactions.from_wallet
      JOIN system_accounts AS recipient ON recipient.wallet = transactions.to_wallet
     WHERE transactions.kind = 4 AND transactions.reverses IS NULL;

CREATE TRIGGER direct_account_transfers_insert INSTEAD OF INSERT ON direct_account_transfers
BEGIN
    SELECT RAISE(ABORT, 'moving tokens between accounts needs an operator and a reason')
     WHERE NEW.operator IS NULL OR trim(NEW.operator) = '' OR NEW.reason IS NULL OR trim(NEW.reason) = '';
    SELECT RAISE(ABORT, 'moving tokens between accounts needs an amount: a whole number above zero')
     WHERE typeof(NEW.amount) <> 'integer' OR NEW.amount <= 0;
    SELECT RAISE(ABORT, 'tokens move from one system account to another: name two')
     WHERE NEW.from_account IS NULL OR NEW.to_account IS NULL OR NEW.from_account = NEW.to_account;
    SELECT RAISE(ABORT, 'there is no system account with this name')
     WHERE (SELECT count(*) FROM system_accounts WHERE name IN (NEW.from_account, NEW.to_account)) <> 2;
    INSERT INTO audit_log (sequence, created_at, operator, action, target, reason, details, first_sequence, last_sequence)
    SELECT next.audit_sequence, next.at, NEW.operator, 'transfer', NEW.to_account, NEW.reason,
           json_object('amount', NEW.amount, 'from', NEW.from_account, 'by', 'sql'), next.sequence, next.sequence
      FROM next_rows AS next;
    INSERT INTO transactions (sequence, created_at, kind, transaction_type, from_wallet, to_wallet, amount,
                              from_previous, to_previous, from_balance, to_balance, audit)
    SELECT next.sequence, next.at, 4, 1, sender.key, recipient.key, NEW.amount, sender.last_sequence, recipient.last_sequence,
           -- What is not there, or would overflow, is left to the guard, which refuses it with a sentence.
           iif(sender.balance < NEW.amount, 0, sender.balance - NEW.amount),
           iif(recipient.balance > 9223372036854775807 - NEW.amount, 0, recipient.balance + NEW.amount),
           next.audit_sequence - 1
      FROM next_rows AS next,
           system_accounts AS paying JOIN wallets AS sender ON sender.key = paying.wallet,
           system_accounts AS paid JOIN wallets AS recipient ON recipient.key = paid.wallet
     WHERE paying.name = NEW.from_account AND paid.name = NEW.to_account;
END;
