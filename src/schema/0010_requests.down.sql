-- Payments that answered a request stay what they are; that somebody had asked for them is forgotten.
DROP TABLE payment_requests;
DROP TABLE favourites;
