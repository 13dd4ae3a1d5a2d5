-- scenario: in parameter
CREATE PROCEDURE p(IN a INT) SELECT a, a + 1//
CALL p(41)//
CALL p(NULL)//
CALL p((SELECT MAX(n) FROM t))//

-- scenario: out parameter begins as null
CREATE PROCEDURE p(OUT a INT) SELECT a//
SET @x = 5//
CALL p(@x)//
SELECT @x//

-- scenario: out and inout parameters
CREATE PROCEDURE p(IN a INT, OUT b INT, INOUT c INT)
BEGIN
  SET b = a * 2;
  SET c = c + a;
END//
SET @c = 10//
CALL p(3, @b, @c)//
SELECT @b, @c//

-- scenario: in parameter is a copy
CREATE PROCEDURE p(IN a INT) BEGIN SET a = a + 1; SELECT a; END//
SET @x = 1//
CALL p(@x)//
SELECT @x//

-- scenario: out argument must be a variable
CREATE PROCEDURE p(OUT a INT) SET a = 1//
CALL p(3)//
CALL p(@x + 1)//

-- scenario: wrong number of arguments
CREATE PROCEDURE p(a INT) SELECT a//
CALL p()//
CALL p(1, 2)//

-- scenario: no such procedure
CALL nothere()//

-- scenario: declare with default
CREATE PROCEDURE p()
BEGIN
  DECLARE a, b INT DEFAULT 7;
  DECLARE c VARCHAR(10) DEFAULT 'xyz';
  DECLARE d INT DEFAULT a + b;
  DECLARE e INT;
  SELECT a, b, c, d, e;
END//
CALL p()//

-- scenario: default from a subquery
CREATE PROCEDURE p()
BEGIN
  DECLARE a INT DEFAULT (SELECT SUM(n) FROM t);
  SELECT a;
END//
CALL p()//

-- scenario: default sees parameters and earlier variables
CREATE PROCEDURE p(x INT)
BEGIN
  DECLARE a INT DEFAULT x;
  DECLARE b INT DEFAULT a * 10;
  SELECT a, b;
END//
CALL p(4)//

-- scenario: set of several variables at once
CREATE PROCEDURE p()
BEGIN
  DECLARE a, b INT;
  SET a = 1, b = a + 1, @u = b + 1;
  SELECT a, b, @u;
END//
CALL p()//

-- scenario: set with colon equals
CREATE PROCEDURE p()
BEGIN
  DECLARE a INT;
  SET a := 5;
  SELECT a;
END//
CALL p()//

-- scenario: user variables are the session's
SET @u = 'before'//
CREATE PROCEDURE p() BEGIN SELECT @u; SET @u = 'after'; END//
CALL p()//
SELECT @u//

-- scenario: names of variables ignore case
CREATE PROCEDURE p()
BEGIN
  DECLARE MyVar INT DEFAULT 1;
  SET myvar = MYVAR + 1;
  SELECT myVar;
END//
CALL p()//

-- scenario: inner block shadows
CREATE PROCEDURE p()
BEGIN
  DECLARE a INT DEFAULT 1;
  BEGIN
    DECLARE a INT DEFAULT 2;
    SET a = a + 10;
    SELECT a;
  END;
  SELECT a;
END//
CALL p()//

-- scenario: inner block changes the outer variable
CREATE PROCEDURE p()
BEGIN
  DECLARE a INT DEFAULT 1;
  BEGIN
    DECLARE b INT DEFAULT 5;
    SET a = a + b;
  END;
  SELECT a;
END//
CALL p()//

-- scenario: variables of a block in a loop begin anew
CREATE PROCEDURE p()
BEGIN
  DECLARE i INT DEFAULT 0;
  WHILE i < 3 DO
    BEGIN
      DECLARE a INT DEFAULT 100;
      SET a = a + i;
      SELECT a;
    END;
    SET i = i + 1;
  END WHILE;
END//
CALL p()//

-- scenario: integers are rounded
CREATE PROCEDURE p()
BEGIN
  DECLARE a INT;
  SET a = 1.5; SELECT a;
  SET a = 2.4; SELECT a;
  SET a = -1.5; SELECT a;
  SET a = '7'; SELECT a;
END//
CALL p()//

-- scenario: decimals are rounded to their scale
CREATE PROCEDURE p()
BEGIN
  DECLARE a DECIMAL(6,2);
  SET a = 1.005; SELECT a;
  SET a = 1234.567; SELECT a;
  SET a = 3; SELECT a;
END//
CALL p()//

-- scenario: out of range in strict mode
CREATE PROCEDURE p() BEGIN DECLARE a TINYINT; SET a = 300; SELECT a; END//
CALL p()//

-- scenario: out of range of unsigned
CREATE PROCEDURE p() BEGIN DECLARE a INT UNSIGNED; SET a = -1; SELECT a; END//
CALL p()//

-- scenario: decimal out of range
CREATE PROCEDURE p() BEGIN DECLARE a DECIMAL(4,2); SET a = 123.4; SELECT a; END//
CALL p()//

-- scenario: text too long
CREATE PROCEDURE p() BEGIN DECLARE a VARCHAR(3); SET a = 'abcd'; SELECT a; END//
CALL p()//

-- scenario: text is no number
CREATE PROCEDURE p() BEGIN DECLARE a INT; SET a = 'abc'; SELECT a; END//
CALL p()//

-- scenario: text is no date
CREATE PROCEDURE p() BEGIN DECLARE a DATE; SET a = 'abc'; SELECT a; END//
CALL p()//

-- scenario: out of range without strict mode
SET sql_mode = ''//
CREATE PROCEDURE p()
BEGIN
  DECLARE a TINYINT; DECLARE b VARCHAR(3); DECLARE c INT; DECLARE d INT UNSIGNED;
  SET a = 300; SET b = 'abcdef'; SET c = '12abc'; SET d = -5;
  SELECT a, b, c, d;
END//
CALL p()//
CREATE PROCEDURE q() BEGIN DECLARE a TINYINT; SET a = 300; END//
CALL q()//
SHOW WARNINGS//

-- scenario: parameter out of range
CREATE PROCEDURE p(a TINYINT) SELECT a//
CALL p(300)//

-- scenario: parameter too long
CREATE PROCEDURE p(a VARCHAR(3)) SELECT a//
CALL p('abcdef')//

-- scenario: dates and times
CREATE PROCEDURE p()
BEGIN
  DECLARE d DATE DEFAULT '2024-02-28';
  DECLARE dt DATETIME DEFAULT '2024-02-28 23:59:59';
  DECLARE tm TIME DEFAULT '10:20:30';
  SET d = d + INTERVAL 2 DAY;
  SET dt = dt + INTERVAL 1 SECOND;
  SELECT d, dt, tm, YEAR(d), HOUR(tm), DATEDIFF(dt, d);
END//
CALL p()//

-- scenario: a datetime becomes a date
CREATE PROCEDURE p()
BEGIN
  DECLARE d DATE; DECLARE s VARCHAR(30);
  DECLARE dt DATETIME DEFAULT '2024-05-06 07:08:09';
  SET d = dt; SET s = dt;
  SELECT d, s;
  SET s = d;
  SELECT s;
END//
CALL p()//

-- scenario: doubles
CREATE PROCEDURE p()
BEGIN
  DECLARE a DOUBLE DEFAULT 1.5;
  SET a = a / 4;
  SELECT a, a * 2, a > 0.3;
END//
CALL p()//

-- scenario: booleans
CREATE PROCEDURE p()
BEGIN
  DECLARE a BOOLEAN DEFAULT TRUE; DECLARE b BOOL;
  SET b = NOT a;
  IF a AND NOT b THEN SELECT 'yes'; END IF;
  SELECT a, b;
END//
CALL p()//

-- scenario: text and blob variables
CREATE PROCEDURE p()
BEGIN
  DECLARE a TEXT DEFAULT REPEAT('ab', 5);
  DECLARE b LONGTEXT DEFAULT '';
  DECLARE c VARBINARY(10) DEFAULT 'bin';
  SET b = CONCAT(a, '-', c);
  SELECT a, b, LENGTH(b), HEX(c);
END//
CALL p()//

-- scenario: characters beyond ascii
CREATE PROCEDURE p(a VARCHAR(20) CHARACTER SET utf8mb4)
BEGIN
  DECLARE b VARCHAR(20) CHARACTER SET utf8mb4 DEFAULT 'äöü€';
  SELECT CONCAT(a, b), CHAR_LENGTH(a), LENGTH(b);
END//
CALL p('日本語')//

-- scenario: quotes and backslashes in values
CREATE PROCEDURE p(a VARCHAR(50))
BEGIN
  DECLARE b VARCHAR(50) DEFAULT 'it''s "quoted" \\ here';
  INSERT INTO t VALUES (4, 1, b), (5, 2, a);
  SELECT s FROM t WHERE s = b OR s = a ORDER BY id;
END//
CALL p('a''b\\c"d')//

-- scenario: null in conditions
CREATE PROCEDURE p()
BEGIN
  DECLARE a INT;
  IF a = 1 THEN SELECT 'one'; ELSEIF a <> 1 THEN SELECT 'other'; ELSE SELECT 'neither'; END IF;
  IF a IS NULL THEN SELECT 'null'; END IF;
  SELECT a <=> NULL, COALESCE(a, 9), IFNULL(a, 8);
END//
CALL p()//

-- scenario: enum variable
CREATE PROCEDURE p()
BEGIN
  DECLARE a ENUM('x','y','z') DEFAULT 'y';
  SELECT a, a = 'y', CONCAT(a, '!');
END//
CALL p()//

-- scenario: system variables
CREATE PROCEDURE p()
BEGIN
  DECLARE a INT;
  SET @@session.max_sp_recursion_depth = 3;
  SET a = @@max_sp_recursion_depth;
  SELECT a;
  SET SESSION max_sp_recursion_depth = a + 1;
  SELECT @@session.max_sp_recursion_depth;
END//
CALL p()//

-- scenario: a variable comes before a system variable of its name
CREATE PROCEDURE p()
BEGIN
  DECLARE max_sp_recursion_depth INT DEFAULT 1;
  SET max_sp_recursion_depth = 77;
  SELECT max_sp_recursion_depth, @@max_sp_recursion_depth;
END//
CALL p()//

-- scenario: assignment from a scalar subquery
CREATE PROCEDURE p()
BEGIN
  DECLARE a INT; DECLARE b VARCHAR(50);
  SET a = (SELECT COUNT(*) FROM t), b = (SELECT s FROM t WHERE id = 2);
  SELECT a, b;
  SET a = (SELECT n FROM t WHERE id = 99);
  SELECT a;
END//
CALL p()//

-- scenario: subquery with more than one row
CREATE PROCEDURE p() BEGIN DECLARE a INT; SET a = (SELECT n FROM t); END//
CALL p()//

-- scenario: operand of two columns
CREATE PROCEDURE p() BEGIN DECLARE a INT; SET a = (SELECT n, id FROM t WHERE id = 1); END//
CALL p()//

-- scenario: bigint limits
CREATE PROCEDURE p()
BEGIN
  DECLARE a BIGINT DEFAULT 9223372036854775807; DECLARE b BIGINT UNSIGNED DEFAULT 18446744073709551615;
  SELECT a, b;
  SET a = a + 1;
END//
CALL p()//

-- scenario: division by zero
CREATE PROCEDURE p() BEGIN DECLARE a INT; SET a = 1 / 0; SELECT a; END//
CALL p()//

-- scenario: select into variables
CREATE PROCEDURE p()
BEGIN
  DECLARE a INT; DECLARE b VARCHAR(50);
  SELECT n, s INTO a, b FROM t WHERE id = 2;
  SELECT a, b;
  SELECT n + 1, UPPER(s) FROM t WHERE id = 3 INTO a, b;
  SELECT a, b;
END//
CALL p()//

-- scenario: select into user variables
CREATE PROCEDURE p()
BEGIN
  DECLARE a INT;
  SELECT n, s INTO @n, a FROM (SELECT n, id AS s FROM t) x WHERE n = 30;
  SELECT @n, a;
END//
CALL p()//
SELECT @n//

-- scenario: select into without rows
CREATE PROCEDURE p()
BEGIN
  DECLARE a INT DEFAULT 5;
  SELECT n INTO a FROM t WHERE id = 99;
  SELECT a;
END//
CALL p()//

-- scenario: select into with two rows
CREATE PROCEDURE p()
BEGIN
  DECLARE a INT DEFAULT 5;
  SELECT n INTO a FROM t;
  SELECT a;
END//
CALL p()//

-- scenario: select into with the wrong number of columns
CREATE PROCEDURE p() BEGIN DECLARE a INT; SELECT n, s INTO a FROM t WHERE id = 1; END//
CALL p()//

-- scenario: select into in a loop
CREATE PROCEDURE p()
BEGIN
  DECLARE i INT DEFAULT 1; DECLARE a INT; DECLARE total INT DEFAULT 0;
  WHILE i <= 3 DO
    SELECT n INTO a FROM t WHERE id = i;
    SET total = total + a, i = i + 1;
  END WHILE;
  SELECT total;
END//
CALL p()//

-- scenario: select into from a union
CREATE PROCEDURE p()
BEGIN
  DECLARE a INT;
  SELECT n FROM t WHERE id = 1 UNION SELECT n FROM t WHERE id = 1 INTO a;
  SELECT a;
END//
CALL p()//

-- scenario: select into aggregates
CREATE PROCEDURE p()
BEGIN
  DECLARE a, b INT; DECLARE c DECIMAL(10,4);
  SELECT COUNT(*), MAX(n), AVG(n) INTO a, b, c FROM t;
  SELECT a, b, c;
END//
CALL p()//

-- scenario: select into converts
CREATE PROCEDURE p()
BEGIN
  DECLARE a VARCHAR(10); DECLARE b INT;
  SELECT n, '12' INTO a, b FROM t WHERE id = 1;
  SELECT CONCAT(a, '!'), b + 1;
  SELECT s INTO b FROM t WHERE id = 1;
END//
CALL p()//

-- scenario: select into without rows warns
CREATE PROCEDURE p() BEGIN DECLARE a INT DEFAULT 5; SELECT n INTO a FROM t WHERE id = 99; END//
CALL p()//
SHOW WARNINGS//

-- scenario: a decimal that loses digits is noted
CREATE PROCEDURE p() BEGIN DECLARE a DECIMAL(6,2); SET a = 1.005; END//
CALL p()//
SHOW WARNINGS//

-- scenario: a datetime that loses its time is noted
CREATE PROCEDURE p() BEGIN DECLARE d DATE; DECLARE e DATETIME DEFAULT '2024-05-06 07:08:09'; SET d = e; END//
CALL p()//
SHOW WARNINGS//

-- scenario: select into with two rows assigns the first
CREATE PROCEDURE p()
BEGIN
  DECLARE a INT DEFAULT 5;
  DECLARE CONTINUE HANDLER FOR 1172 SELECT 'two rows', a;
  SELECT n INTO a FROM t ORDER BY id DESC;
  SELECT a;
END//
CALL p()//
