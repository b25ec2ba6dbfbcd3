-- Back from step 24.

DROP VIEW direct_account_transfers;
DROP VIEW direct_system_accounts;
DROP TRIGGER webhooks_delete_guard;
DROP TRIGGER schedule_runs_delete_guard;
DROP TRIGGER schedules_delete_guard;
DROP TRIGGER system_accounts_insert_guard;
DROP TRIGGER audit_log_insert_guard;

CREATE TRIGGER system_accounts_insert_guard BEFORE INSERT ON system_accounts
BEGIN
    SELECT RAISE(ABORT, 'this system account exists already')
     WHERE EXISTS (SELECT 1 FROM system_accounts
                    WHERE key = NEW.key OR id = NEW.id OR wallet = NEW.wallet OR name = NEW.name);
    SELECT RAISE(ABORT, 'a system account needs a system wallet')
     WHERE NOT EXISTS (SELECT 1 FROM wallets WHERE key = NEW.wallet AND is_system);
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
    SELECT RAISE(ABORT, 'an audit line can only account for the transactions that follow it')
     WHERE NEW.first_sequence <> (SELECT coalesce(max(sequence), 0) + 1 FROM transactions);
END;
