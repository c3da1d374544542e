-- Tables and rows that the recipes of howto.md work on:
--   informix-testserver serve --load docs/howto.sql
-- The tests load them anew for each recipe.

CREATE TABLE items (id INT, name VARCHAR(20), price DECIMAL(8,2));
INSERT INTO items VALUES (1, 'bolt', 0.10);

CREATE TABLE gadget (id INT, name VARCHAR(20));
INSERT INTO gadget VALUES (7, 'lamp');

CREATE TABLE account (id INT, balance DECIMAL(10,2));
INSERT INTO account VALUES (1, 100);
INSERT INTO account VALUES (2, 0);

CREATE TABLE log (line VARCHAR(80));
CREATE TABLE item (id INT PRIMARY KEY);
CREATE TABLE reading (sensor INT, taken DATETIME YEAR TO SECOND, value DECIMAL(8,3));
CREATE TABLE part (id INT PRIMARY KEY, name VARCHAR(10) NOT NULL);
CREATE TABLE person (id INT PRIMARY KEY, name VARCHAR(20));
CREATE TABLE word (w NVARCHAR(40));
CREATE TABLE contract (
    price MONEY(10,2), rate DECIMAL(16), due DATE, seen DATETIME YEAR TO FRACTION(5), opens DATETIME HOUR TO MINUTE,
    took INTERVAL DAY TO FRACTION(3), term INTERVAL YEAR TO MONTH
);
CREATE TABLE note (id INT, code CHAR(5), text VARCHAR(20));
CREATE TABLE shape (id INT, size DECIMAL(8,2), kind VARCHAR(40));
CREATE TABLE transfer (id INT);
CREATE TABLE tool (id INT, name VARCHAR(20), bought DATE);

CREATE TABLE city (id INT, name VARCHAR(20));
INSERT INTO city VALUES (1, 'Oslo');
INSERT INTO city VALUES (2, 'Rome');

CREATE TABLE stock (id INT, qty INT);
INSERT INTO stock VALUES (1, 5);
INSERT INTO stock VALUES (2, 0);
INSERT INTO stock VALUES (3, 7);

CREATE TABLE digit (n INT);
INSERT INTO digit VALUES (0);
INSERT INTO digit VALUES (1);
INSERT INTO digit VALUES (2);
INSERT INTO digit VALUES (3);
INSERT INTO digit VALUES (4);
INSERT INTO digit VALUES (5);
INSERT INTO digit VALUES (6);
INSERT INTO digit VALUES (7);
INSERT INTO digit VALUES (8);
INSERT INTO digit VALUES (9);

CREATE TABLE big (id INT, name VARCHAR(20));
INSERT INTO big
    SELECT a.n + 10 * b.n + 100 * c.n + 1000 * d.n, 'name ' || (a.n + 10 * b.n + 100 * c.n + 1000 * d.n)
    FROM digit a, digit b, digit c, digit d WHERE d.n < 5;

CREATE TABLE page (n INT);
INSERT INTO page SELECT id FROM big WHERE id < 100;

CREATE TABLE todo (n INT, done BOOLEAN);
INSERT INTO todo SELECT id, 'f' FROM big WHERE id < 500;

CREATE TABLE sale (id INT, amount DECIMAL(8,2), day DATE);
INSERT INTO sale SELECT id, id / 4, MDY(1, 1, 2026) FROM big WHERE id < 1000;
