-- Older versions send no reports: those that wait are gone.
DELETE FROM letters WHERE kind = 'monthly_report';
DROP TRIGGER letters_delete_enclosures;
DROP TABLE enclosures;
DELETE FROM followers WHERE name = 'reports';
