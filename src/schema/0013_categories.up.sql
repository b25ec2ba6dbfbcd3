-- Step 13: categories, which a member gives to the entries of their own history.

-- ------------------------------------------------------------------------------------------------
-- Categories: what a member calls an entry of their own history, for themselves alone. A row only where
-- there is a category; the ledger's own rows know nothing of it.
-- ------------------------------------------------------------------------------------------------
CREATE TABLE categories (
    user     INTEGER NOT NULL REFERENCES users (key),
    entry    INTEGER NOT NULL REFERENCES transactions (sequence),
    category TEXT    NOT NULL CHECK (length(category) BETWEEN 1 AND 40),
    PRIMARY KEY (user, entry)
) STRICT, WITHOUT ROWID;

CREATE INDEX categories_by_name ON categories (user, category, entry);

CREATE TRIGGER categories_insert_guard BEFORE INSERT ON categories
BEGIN
    SELECT RAISE(ABORT, 'this entry has a category already')
     WHERE EXISTS (SELECT 1 FROM categories WHERE user = NEW.user AND entry = NEW.entry);
    SELECT RAISE(ABORT, 'a category belongs to an entry of its member''s own history')
     WHERE NOT EXISTS (SELECT 1 FROM users JOIN transactions ON users.wallet IN (from_wallet, to_wallet)
                        WHERE users.key = NEW.user AND sequence = NEW.entry);
END;

CREATE TRIGGER categories_update_guard BEFORE UPDATE ON categories
BEGIN
    SELECT RAISE(ABORT, 'a category is given or taken away, never changed');
END;
