-- scenario: call with out into a local
CREATE PROCEDURE q(IN a INT, OUT b INT) SET b = a * a//
CREATE PROCEDURE p() BEGIN DECLARE x INT; CALL q(7, x); SELECT x; END//
CALL p()//

-- scenario: call with inout of a parameter
CREATE PROCEDURE q(INOUT a INT) SET a = a + 1//
CREATE PROCEDURE p(INOUT a INT) BEGIN CALL q(a); CALL q(a); END//
SET @x = 1//
CALL p(@x)//
SELECT @x//

-- scenario: call with out of user variables and expressions
CREATE PROCEDURE q(IN a INT, OUT b INT, INOUT c VARCHAR(20)) BEGIN SET b = a + 1; SET c = CONCAT(c, a); END//
CREATE PROCEDURE p()
BEGIN
  DECLARE i INT DEFAULT 3; DECLARE s VARCHAR(20) DEFAULT 's';
  CALL q(i * 2 + 1, @b, s);
  SELECT @b, s;
END//
CALL p()//

-- scenario: call converts out to the type of the local
CREATE PROCEDURE q(OUT a VARCHAR(20)) SET a = '42'//
CREATE PROCEDURE p() BEGIN DECLARE x INT; CALL q(x); SELECT x + 1; END//
CALL p()//

-- scenario: call that fails leaves out alone
CREATE PROCEDURE q(OUT a INT) BEGIN SET a = 5; SIGNAL SQLSTATE '45000'; END//
CREATE PROCEDURE p() BEGIN DECLARE x INT DEFAULT 1; DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END; CALL q(x); SELECT x; END//
CALL p()//

-- scenario: same parameter names in both
CREATE PROCEDURE q(IN a INT, OUT b INT) BEGIN SET a = a + 100; SET b = a; END//
CREATE PROCEDURE p(IN a INT, OUT b INT) BEGIN CALL q(a, b); SELECT a, b; END//
CALL p(1, @r)//
SELECT @r//

-- scenario: same variable for two parameters
CREATE PROCEDURE q(IN a INT, OUT b INT) BEGIN SET b = 9; SELECT a, b; END//
CREATE PROCEDURE p() BEGIN DECLARE x INT DEFAULT 4; CALL q(x, x); SELECT x; END//
CALL p()//

-- scenario: recursion is off by default
CREATE PROCEDURE p(n INT) BEGIN IF n > 0 THEN CALL p(n - 1); END IF; SELECT n; END//
CALL p(0)//
CALL p(2)//

-- scenario: recursion within its limit
SET max_sp_recursion_depth = 5//
CREATE PROCEDURE p(n INT) BEGIN SELECT n; IF n > 0 THEN CALL p(n - 1); END IF; END//
CALL p(3)//
CALL p(6)//

-- scenario: factorial by recursion
SET max_sp_recursion_depth = 50//
CREATE PROCEDURE p(n INT, OUT f BIGINT)
BEGIN
  DECLARE g BIGINT;
  IF n <= 1 THEN SET f = 1; ELSE CALL p(n - 1, g); SET f = n * g; END IF;
END//
CALL p(10, @f)//
SELECT @f//

-- scenario: mutual calls are recursion too
CREATE PROCEDURE a(n INT) BEGIN IF n > 0 THEN CALL b(n - 1); END IF; END//
CREATE PROCEDURE b(n INT) BEGIN IF n > 0 THEN CALL a(n - 1); END IF; END//
CALL a(1)//
CALL a(2)//

-- scenario: results of called procedures come in order
CREATE PROCEDURE q(a INT) BEGIN SELECT 'q', a; END//
CREATE PROCEDURE p() BEGIN SELECT 'before'; CALL q(1); SELECT 'between'; CALL q(2); SELECT 'after'; END//
CALL p()//

-- scenario: many result sets
CREATE PROCEDURE p(n INT) BEGIN WHILE n > 0 DO SELECT n, REPEAT('x', n); SET n = n - 1; END WHILE; END//
CALL p(12)//

-- scenario: result sets of all types
CREATE PROCEDURE p()
BEGIN
  SELECT CAST(1 AS UNSIGNED) AS a, CAST(2.50 AS DECIMAL(10,2)) AS b, CAST('2020-01-02' AS DATE) AS c, CAST('2020-01-02 03:04:05' AS DATETIME) AS d, CAST('10:11:12' AS TIME) AS e, 'text' AS f, NULL AS g, 1.5e0 AS h;
  SELECT * FROM t ORDER BY id;
END//
CALL p()//

-- scenario: empty result set
CREATE PROCEDURE p() BEGIN SELECT id, n FROM t WHERE id > 100; SELECT 'end'; END//
CALL p()//

-- scenario: procedure of another database
DROP DATABASE IF EXISTS compat_other//
CREATE DATABASE compat_other CHARACTER SET utf8mb4//
CREATE TABLE compat_other.u (a INT)//
CREATE PROCEDURE compat_other.p() BEGIN INSERT INTO u VALUES (1); SELECT COUNT(*), DATABASE() FROM u; END//
CALL compat_other.p()//
SELECT DATABASE()//
CREATE PROCEDURE q() BEGIN CALL compat_other.p(); SELECT DATABASE(); END//
CALL q()//
DROP DATABASE compat_other//

-- scenario: sql mode of creation
SET sql_mode = 'PIPES_AS_CONCAT'//
CREATE PROCEDURE p() SELECT 'a' || 'b' AS x//
SET sql_mode = ''//
CALL p()//
SELECT 'a' || 'b' AS x//

-- scenario: strictness of creation
SET sql_mode = ''//
CREATE PROCEDURE p() BEGIN DECLARE a TINYINT; SET a = 300; SELECT a; END//
SET sql_mode = 'STRICT_ALL_TABLES'//
CALL p()//
SELECT @@sql_mode//

-- scenario: ansi quotes of creation
SET sql_mode = 'ANSI_QUOTES'//
CREATE PROCEDURE p() SELECT "id" FROM t WHERE "id" = 1//
SET sql_mode = ''//
CALL p()//

-- scenario: create if not exists and drop
CREATE PROCEDURE p() SELECT 1//
CREATE PROCEDURE p() SELECT 2//
DROP PROCEDURE p//
DROP PROCEDURE p//
DROP PROCEDURE IF EXISTS p//
CALL p()//

-- scenario: names of procedures ignore case
CREATE PROCEDURE MyProc() SELECT 'here'//
CALL myproc()//
CALL MYPROC()//

-- scenario: call without parentheses
CREATE PROCEDURE p() SELECT 'here'//
CALL p//

-- scenario: characteristics
CREATE PROCEDURE p() COMMENT 'a comment' LANGUAGE SQL DETERMINISTIC READS SQL DATA SQL SECURITY INVOKER SELECT 1//
CALL p()//

-- scenario: procedure changes a table that the caller reads
CREATE PROCEDURE q() UPDATE t SET n = n * 2//
CREATE PROCEDURE p() BEGIN SELECT SUM(n) FROM t; CALL q(); SELECT SUM(n) FROM t; END//
CALL p()//

-- scenario: names that are words of the language
CREATE PROCEDURE p(name VARCHAR(10), status INT)
BEGIN
  DECLARE value, date_, level, type, data INT DEFAULT 1;
  DECLARE c CURSOR FOR SELECT n, id FROM t ORDER BY id;
  OPEN c;
  FETCH c INTO status, level;
  CLOSE c;
  SELECT name, status, value, level, type, data;
END//
CALL p('x', 5)//

-- scenario: trigger and procedure
CREATE TABLE log (id INT AUTO_INCREMENT PRIMARY KEY, m VARCHAR(50))//
CREATE TRIGGER tr AFTER INSERT ON t FOR EACH ROW INSERT INTO log (m) VALUES (CONCAT('new ', NEW.id))//
CREATE PROCEDURE p() BEGIN DECLARE id INT DEFAULT 40; INSERT INTO t (id) VALUES (id), (id + 1); SELECT m FROM log ORDER BY log.id; END//
CALL p()//

-- scenario: view in a procedure
CREATE PROCEDURE p()
BEGIN
  CREATE VIEW v AS SELECT id, n * 2 AS m FROM t;
  SELECT * FROM v WHERE id = 2;
  DROP VIEW v;
END//
CALL p()//
