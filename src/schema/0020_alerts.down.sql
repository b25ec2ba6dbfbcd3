-- Older versions know no alerts: what is told of them, and the webhooks that are, go too.
DELETE FROM letter_exits WHERE kind = 'alert_raised';
DELETE FROM letters WHERE kind = 'alert_raised';
DELETE FROM notice_choices WHERE kind = 'alert_raised';
DELETE FROM notices WHERE kind = 'alert_raised';
DELETE FROM webhook_letters WHERE kind = 'alert.raised';
DELETE FROM webhooks WHERE EXISTS (SELECT 1 FROM json_each(kinds) WHERE value = 'alert.raised');
ALTER TABLE webhooks DROP COLUMN alerts;
DELETE FROM followers WHERE name IN ('alerts.transactions', 'alerts.audit_log');
DROP TABLE alert_mutes;
DROP TABLE alerts;
