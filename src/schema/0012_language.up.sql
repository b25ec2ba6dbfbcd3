-- Step 12: the language a member reads the pages in. NULL: as their browser asks.
ALTER TABLE users ADD COLUMN language TEXT CHECK (language GLOB '[a-z][a-z]');
