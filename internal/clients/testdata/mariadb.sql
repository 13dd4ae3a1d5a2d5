CREATE DATABASE shop;
USE shop;
CREATE TABLE item (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(20) NOT NULL, price DECIMAL(8,2), added DATE, note TEXT, KEY by_name (name));
INSERT INTO item (name, price, added, note) VALUES ('tea', 3.50, '2026-01-02', 'it''s "black"'), ('coffee', 12, NULL, 'naïve\ttab'), ('mate', NULL, '2025-12-31', NULL);
SELECT * FROM item;
SELECT name, price * 2 AS twice FROM item WHERE price > 1 ORDER BY price DESC;
SELECT * FROM item WHERE id = 1\G
UPDATE item SET price = 4 WHERE name = 'tea';
DELETE FROM item WHERE id = 99;
DESCRIBE item;

PREPARE one FROM 'SELECT id, name FROM item WHERE id = ? OR name = ?';
SET @id = 2, @name = 'mate';
EXECUTE one USING @id, @name;
DEALLOCATE PREPARE one;
SET @text = CONCAT('UPDATE item SET note = ''prepared'' WHERE id = ', @id);
PREPARE do_it FROM @text;
EXECUTE do_it;
DEALLOCATE PREPARE do_it;
SELECT note FROM item WHERE id = 2;
EXECUTE one USING @id, @name;
PREPARE broken FROM 'SELECT FROM';
PREPARE nothing FROM @unset;

DELIMITER //
CREATE PROCEDURE cheap(IN most DECIMAL(8,2), OUT n INT)
BEGIN
  DECLARE done INT DEFAULT FALSE;
  DECLARE v_name VARCHAR(20);
  DECLARE c CURSOR FOR SELECT name FROM item WHERE price <= most ORDER BY id;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = TRUE;
  SET n = 0;
  OPEN c;
  each_row: LOOP
    FETCH c INTO v_name;
    IF done THEN LEAVE each_row; END IF;
    SET n = n + 1;
  END LOOP;
  CLOSE c;
END//
DELIMITER ;
CALL cheap(10, @n);
SELECT @n;

CREATE FUNCTION ask(body TEXT) RETURNS TEXT
  ALIAS AWS_BEDROCK_INVOKE_MODEL
  MODEL ID 'anthropic.claude-3-haiku-20240307-v1:0' /*** a comment ***/
  ACCEPT 'application/json' CONTENT_TYPE 'application/json' TIMEOUT_MS 5000;
SELECT JSON_UNQUOTE(JSON_EXTRACT(ask('{"messages":[]}'), "$.content[0].text")) AS response\G
PREPARE p FROM 'SELECT id, JSON_UNQUOTE(JSON_EXTRACT(ask(JSON_OBJECT("q", name)), "$.content[0].text")) AS answer FROM item ORDER BY id';
EXECUTE p;
DEALLOCATE PREPARE p;
UPDATE item, (SELECT JSON_UNQUOTE(JSON_EXTRACT(ask('{}'), "$.content[0].text")) AS r) answer SET note = answer.r WHERE id = 3;
SELECT id, note FROM item WHERE id = 3;

SELECT 1/0;
SHOW WARNINGS;
SELECT nosuch FROM item;
SELEC 1;
SELECT 1 FORM item;
SELECT 'it''s;
';
SELECT * FROM nosuch;
SELECT nosuch(1);
CALL nosuch();
INSERT INTO item (id, name) VALUES (1, 'again');
INSERT INTO item (name) VALUES (NULL);
INSERT INTO item (name) VALUES ('a name of more than twenty characters');
INSERT INTO item VALUES (1);
CREATE TABLE item (id INT);
USE nosuch;
DROP TABLE nosuch;
CREATE FUNCTION ask(body TEXT) RETURNS TEXT ALIAS AWS_BEDROCK_INVOKE_MODEL MODEL ID 'x.y';
CREATE FUNCTION wrong(body TEXT) RETURNS JSON ALIAS AWS_BEDROCK_INVOKE_MODEL MODEL ID 'x.y';
CREATE FUNCTION wrong(body TEXT) RETURNS TEXT ALIAS AWS_BEDROCK_INVOKE_MODEL;
SELECT ask('not json');
SELECT ask('{}', 1);
DROP FUNCTION ask;
SELECT ask('{}');
DROP FUNCTION IF EXISTS ask;
SHOW WARNINGS;
