-- scenario: each statement commits
CREATE PROCEDURE p() BEGIN INSERT INTO t VALUES (4, 4, 'x'); SELECT * FROM nowhere; END//
CALL p()//
ROLLBACK//
SELECT COUNT(*) FROM t//

-- scenario: rollback of a transaction around the call
START TRANSACTION//
INSERT INTO t VALUES (4, 4, 'before')//
CREATE TEMPORARY TABLE dummy (a INT)//
ROLLBACK//
CREATE PROCEDURE p() INSERT INTO t VALUES (5, 5, 'within')//
START TRANSACTION//
INSERT INTO t VALUES (6, 6, 'before')//
CALL p()//
SELECT id FROM t ORDER BY id//
ROLLBACK//
SELECT id FROM t ORDER BY id//

-- scenario: commit of a transaction around the call
CREATE PROCEDURE p() BEGIN INSERT INTO t VALUES (5, 5, 'within'); UPDATE t SET n = 0 WHERE id = 6; END//
START TRANSACTION//
INSERT INTO t VALUES (6, 6, 'before')//
CALL p()//
INSERT INTO t VALUES (7, 7, 'after')//
COMMIT//
SELECT id, n FROM t ORDER BY id//

-- scenario: rollback within
CREATE PROCEDURE p()
BEGIN
  START TRANSACTION;
  INSERT INTO t VALUES (4, 4, 'x');
  SELECT COUNT(*) FROM t;
  ROLLBACK;
  SELECT COUNT(*) FROM t;
END//
CALL p()//
SELECT COUNT(*) FROM t//

-- scenario: commit within
CREATE PROCEDURE p()
BEGIN
  START TRANSACTION;
  INSERT INTO t VALUES (4, 4, 'x');
  COMMIT;
  INSERT INTO t VALUES (5, 5, 'y');
END//
CALL p()//
ROLLBACK//
SELECT id FROM t ORDER BY id//

-- scenario: handler that rolls back
CREATE PROCEDURE p()
BEGIN
  DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; SELECT 'rolled back'; END;
  START TRANSACTION;
  INSERT INTO t VALUES (4, 4, 'x');
  INSERT INTO t VALUES (1, 1, 'dup');
  COMMIT;
END//
CALL p()//
SELECT COUNT(*) FROM t//

-- scenario: transaction stays open after the call
CREATE PROCEDURE p() BEGIN START TRANSACTION; INSERT INTO t VALUES (4, 4, 'x'); END//
CALL p()//
SELECT COUNT(*) FROM t//
ROLLBACK//
SELECT COUNT(*) FROM t//

-- scenario: savepoints
CREATE PROCEDURE p()
BEGIN
  START TRANSACTION;
  INSERT INTO t VALUES (4, 4, 'x');
  SAVEPOINT a;
  INSERT INTO t VALUES (5, 5, 'y');
  SAVEPOINT b;
  INSERT INTO t VALUES (6, 6, 'z');
  ROLLBACK TO SAVEPOINT b;
  RELEASE SAVEPOINT b;
  ROLLBACK TO a;
  INSERT INTO t VALUES (7, 7, 'w');
  COMMIT;
  SELECT id FROM t ORDER BY id;
END//
CALL p()//

-- scenario: unknown savepoint
CREATE PROCEDURE p() BEGIN START TRANSACTION; ROLLBACK TO SAVEPOINT nothere; END//
CALL p()//

-- scenario: autocommit off
SET autocommit = 0//
CREATE PROCEDURE p() INSERT INTO t VALUES (4, 4, 'x')//
CALL p()//
SELECT COUNT(*) FROM t//
ROLLBACK//
SELECT COUNT(*) FROM t//
CALL p()//
COMMIT//
ROLLBACK//
SELECT COUNT(*) FROM t//

-- scenario: autocommit switched within
CREATE PROCEDURE p()
BEGIN
  SET autocommit = 0;
  INSERT INTO t VALUES (4, 4, 'x');
  ROLLBACK;
  INSERT INTO t VALUES (5, 5, 'y');
  COMMIT;
  SET autocommit = 1;
  SELECT id FROM t ORDER BY id;
END//
CALL p()//

-- scenario: statement that fails in a transaction
CREATE PROCEDURE p()
BEGIN
  DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
  START TRANSACTION;
  INSERT INTO t VALUES (4, 4, 'x');
  INSERT INTO t VALUES (5, 5, 'y'), (1, 1, 'dup');
  INSERT INTO t VALUES (6, 6, 'z');
  COMMIT;
  SELECT id FROM t ORDER BY id;
END//
CALL p()//

-- scenario: cursor loop in a transaction
CREATE PROCEDURE p()
BEGIN
  DECLARE k, done INT DEFAULT 0;
  DECLARE c CURSOR FOR SELECT id FROM t ORDER BY id;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = 1;
  START TRANSACTION;
  OPEN c;
  l: LOOP
    FETCH c INTO k;
    IF done THEN LEAVE l; END IF;
    UPDATE t SET n = n * 2 WHERE id = k;
  END LOOP;
  CLOSE c;
  COMMIT;
  SELECT SUM(n) FROM t;
END//
CALL p()//

-- scenario: cursor loop that commits each turn
CREATE PROCEDURE p()
BEGIN
  DECLARE k, done INT DEFAULT 0;
  DECLARE c CURSOR FOR SELECT id FROM t ORDER BY id;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = 1;
  OPEN c;
  l: LOOP
    FETCH c INTO k;
    IF done THEN LEAVE l; END IF;
    START TRANSACTION;
    UPDATE t SET n = n + 1 WHERE id = k;
    COMMIT;
  END LOOP;
  CLOSE c;
  SELECT SUM(n) FROM t;
END//
CALL p()//

-- scenario: procedure in a trigger
CREATE TABLE log (k INT AUTO_INCREMENT PRIMARY KEY, m VARCHAR(50))//
CREATE PROCEDURE note(a VARCHAR(50)) BEGIN DECLARE x VARCHAR(50) DEFAULT CONCAT('note ', a); INSERT INTO log (m) VALUES (x); END//
CREATE TRIGGER tr1 AFTER UPDATE ON t FOR EACH ROW BEGIN INSERT INTO log (m) VALUES ('block'); END//
CREATE TRIGGER tr2 AFTER UPDATE ON t FOR EACH ROW BEGIN IF NEW.n > 15 THEN CALL note(CONCAT('if ', NEW.n)); END IF; END//
CREATE TRIGGER tr3 AFTER UPDATE ON t FOR EACH ROW CALL note(NEW.n)//
UPDATE t SET n = n + 1//
SELECT m FROM log ORDER BY k//
SELECT id, n FROM t ORDER BY id//

-- scenario: procedure in a trigger within a transaction
CREATE TABLE log (k INT AUTO_INCREMENT PRIMARY KEY, m VARCHAR(50))//
CREATE PROCEDURE note(a INT) INSERT INTO log (m) VALUES (a)//
CREATE TRIGGER tr AFTER UPDATE ON t FOR EACH ROW CALL note(NEW.n)//
START TRANSACTION//
INSERT INTO log (m) VALUES ('before')//
UPDATE t SET n = n + 1 WHERE id < 3//
SELECT COUNT(*) FROM log//
ROLLBACK//
SELECT COUNT(*) FROM log//
SELECT SUM(n) FROM t//

-- scenario: procedure in a trigger that fails undoes the statement
CREATE TABLE log (k INT AUTO_INCREMENT PRIMARY KEY, m VARCHAR(50))//
CREATE PROCEDURE note(a INT) BEGIN INSERT INTO log (m) VALUES (a); IF a > 25 THEN SIGNAL SQLSTATE '45000'; END IF; END//
CREATE TRIGGER tr BEFORE UPDATE ON t FOR EACH ROW CALL note(NEW.n)//
UPDATE t SET n = n + 1//
SELECT COUNT(*) FROM log//
SELECT SUM(n) FROM t//

-- scenario: procedure in a trigger may not return rows
CREATE PROCEDURE note(a INT) SELECT a//
CREATE TRIGGER tr BEFORE UPDATE ON t FOR EACH ROW CALL note(NEW.n)//
UPDATE t SET n = 5 WHERE id = 1//
SELECT SUM(n) FROM t//

-- scenario: procedure in a trigger may not commit
CREATE PROCEDURE note(a INT) COMMIT//
CREATE TRIGGER tr BEFORE UPDATE ON t FOR EACH ROW CALL note(NEW.n)//
UPDATE t SET n = 5 WHERE id = 1//
SELECT SUM(n) FROM t//
