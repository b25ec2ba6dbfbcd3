-- Rollups follow from the transactions: nothing is lost by dropping them.
DROP TRIGGER transactions_roll_up;
DROP TRIGGER wallet_days_delete_guard;
DROP TRIGGER daily_totals_delete_guard;
DROP TABLE wallet_days;
DROP TABLE daily_totals;
