-- Everybody signs in anew.
DROP TRIGGER users_end_sessions;
DROP TABLE sessions;
