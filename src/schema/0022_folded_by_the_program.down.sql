-- Back from step 22: every block is folded by the trigger.

DROP TRIGGER transactions_fold;

CREATE TRIGGER transactions_fold AFTER INSERT ON transactions WHEN NEW.sequence % 4096 = 0
BEGIN
    INSERT INTO foldings (last) VALUES (NEW.sequence);
END;
