-- What members called their entries is forgotten; the entries stay what they are.
DROP TABLE categories;
