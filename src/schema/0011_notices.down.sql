-- Older versions tell nobody anything: addresses, choices, and letters that wait are gone.
DROP TABLE letter_exits;
DROP TABLE letters;
DROP TABLE mail_addresses;
DROP TABLE followers;
DROP TABLE browsers;
DROP TABLE notice_choices;
DROP TABLE notice_marks;
DROP TABLE notices;
