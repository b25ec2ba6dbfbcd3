-- Members without a provider need new links to come in again.
DROP TABLE recovery_codes;
DROP TABLE passkeys;
DROP TABLE links;
