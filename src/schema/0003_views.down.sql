-- Views hold nothing of their own; their triggers go with them.
DROP VIEW direct_unfreezes;
DROP VIEW direct_freezes;
DROP VIEW direct_distributions;
DROP VIEW direct_issuances;
DROP VIEW next_rows;
DROP VIEW transaction_list;
DROP VIEW owners;
