DROP TABLE webhook_letters;
DROP TABLE webhooks;
