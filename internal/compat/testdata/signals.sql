-- scenario: signal
CREATE PROCEDURE p() SIGNAL SQLSTATE '45000'//
CALL p()//

-- scenario: signal with message and number
CREATE PROCEDURE p() BEGIN SIGNAL SQLSTATE '45001' SET MESSAGE_TEXT = 'too bad', MYSQL_ERRNO = 5001; SELECT 'never'; END//
CALL p()//

-- scenario: signal with text of a variable
CREATE PROCEDURE p()
BEGIN
  DECLARE m VARCHAR(100) DEFAULT 'from a variable';
  DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN GET DIAGNOSTICS CONDITION 1 @m = MESSAGE_TEXT; SELECT @m; END;
  SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = m;
END//
CALL p()//

-- scenario: signal with text of a user variable
SET @t = 'from the session'//
CREATE PROCEDURE p()
BEGIN
  DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN GET DIAGNOSTICS CONDITION 1 @m = MESSAGE_TEXT; SELECT @m; END;
  SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = @t;
END//
CALL p()//

-- scenario: signal of a named condition
CREATE PROCEDURE p()
BEGIN
  DECLARE my_error CONDITION FOR SQLSTATE '45678';
  DECLARE CONTINUE HANDLER FOR my_error SELECT 'mine';
  SIGNAL my_error;
  SIGNAL my_error SET MESSAGE_TEXT = 'again';
  SELECT 'end';
END//
CALL p()//

-- scenario: signal a warning
CREATE PROCEDURE p() BEGIN SIGNAL SQLSTATE '01234' SET MESSAGE_TEXT = 'careful'; SELECT 'goes on'; END//
CALL p()//

-- scenario: signal a warning shows
CREATE PROCEDURE p() SIGNAL SQLSTATE '01234' SET MESSAGE_TEXT = 'careful', MYSQL_ERRNO = 1100//
CALL p()//
SHOW WARNINGS//

-- scenario: signal a warning to a handler
CREATE PROCEDURE p()
BEGIN
  DECLARE CONTINUE HANDLER FOR SQLWARNING SELECT 'warned';
  SIGNAL SQLSTATE '01000';
  SELECT 'goes on';
END//
CALL p()//

-- scenario: signal not found
CREATE PROCEDURE p() BEGIN SIGNAL SQLSTATE '02000'; SELECT 'after'; END//
CALL p()//

-- scenario: signal not found to a handler
CREATE PROCEDURE p()
BEGIN
  DECLARE CONTINUE HANDLER FOR NOT FOUND SELECT 'not found';
  SIGNAL SQLSTATE '02000';
  SELECT 'after';
END//
CALL p()//

-- scenario: signal to an exit handler by number
CREATE PROCEDURE p()
BEGIN
  DECLARE EXIT HANDLER FOR 5555 SELECT 'five';
  SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = 5555;
END//
CALL p()//

-- scenario: signal in a called procedure
CREATE PROCEDURE q(a INT) BEGIN IF a < 0 THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'negative'; END IF; SELECT a; END//
CREATE PROCEDURE p(a INT) BEGIN DECLARE EXIT HANDLER FOR SQLSTATE '45000' SELECT 'refused'; CALL q(a); END//
CALL p(1)//
CALL p(-1)//
CALL q(-1)//

-- scenario: signal of success is refused
CREATE PROCEDURE p() SIGNAL SQLSTATE '00000'//

-- scenario: signal of a bad state is refused
CREATE PROCEDURE p() SIGNAL SQLSTATE '4500'//

-- scenario: signal of a condition by number is refused
CREATE PROCEDURE p() BEGIN DECLARE c CONDITION FOR 1062; SIGNAL c; END//

-- scenario: signal of an unknown condition is refused
CREATE PROCEDURE p() SIGNAL nothere//

-- scenario: resignal
CREATE PROCEDURE p()
BEGIN
  DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN SELECT 'seen'; RESIGNAL; END;
  INSERT INTO t VALUES (1, 1, 'dup');
END//
CALL p()//

-- scenario: resignal with another text
CREATE PROCEDURE p()
BEGIN
  DECLARE EXIT HANDLER FOR SQLEXCEPTION RESIGNAL SET MESSAGE_TEXT = 'changed', MYSQL_ERRNO = 7777;
  INSERT INTO t VALUES (1, 1, 'dup');
END//
CALL p()//

-- scenario: resignal with another state
CREATE PROCEDURE p()
BEGIN
  DECLARE EXIT HANDLER FOR SQLEXCEPTION RESIGNAL SQLSTATE '45009' SET MYSQL_ERRNO = 7778;
  INSERT INTO t VALUES (1, 1, 'dup');
END//
CALL p()//
SHOW WARNINGS//

-- scenario: resignal to an outer handler
CREATE PROCEDURE p()
BEGIN
  DECLARE EXIT HANDLER FOR SQLSTATE '45010' SELECT 'outer';
  BEGIN
    DECLARE EXIT HANDLER FOR SQLEXCEPTION RESIGNAL SQLSTATE '45010';
    SELECT * FROM nowhere;
  END;
  SELECT 'never';
END//
CALL p()//

-- scenario: resignal without handler
CREATE PROCEDURE p() RESIGNAL//
CALL p()//

-- scenario: resignal of a named condition
CREATE PROCEDURE p()
BEGIN
  DECLARE c CONDITION FOR SQLSTATE '45011';
  DECLARE EXIT HANDLER FOR 1146 RESIGNAL c SET MESSAGE_TEXT = 'no table there';
  SELECT * FROM nowhere;
END//
CALL p()//

-- scenario: diagnostics of an error
CREATE PROCEDURE p()
BEGIN
  DECLARE EXIT HANDLER FOR SQLEXCEPTION
  BEGIN
    GET DIAGNOSTICS CONDITION 1 @state = RETURNED_SQLSTATE, @number = MYSQL_ERRNO;
    GET DIAGNOSTICS @n = NUMBER;
    SELECT @state, @number, @n;
  END;
  INSERT INTO t VALUES (1, 1, 'dup');
END//
CALL p()//

-- scenario: diagnostics into variables
CREATE PROCEDURE p()
BEGIN
  DECLARE state CHAR(5); DECLARE number INT; DECLARE text_ TEXT; DECLARE n INT;
  DECLARE CONTINUE HANDLER FOR SQLEXCEPTION
  BEGIN
    GET DIAGNOSTICS n = NUMBER;
    GET DIAGNOSTICS CONDITION n state = RETURNED_SQLSTATE, number = MYSQL_ERRNO, text_ = MESSAGE_TEXT;
  END;
  SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the text', MYSQL_ERRNO = 1234;
  SELECT state, number, text_, n;
END//
CALL p()//

-- scenario: diagnostics of items
CREATE PROCEDURE p()
BEGIN
  DECLARE CONTINUE HANDLER FOR SQLEXCEPTION
    GET DIAGNOSTICS CONDITION 1 @a = CLASS_ORIGIN, @b = SUBCLASS_ORIGIN, @c = TABLE_NAME, @d = COLUMN_NAME, @e = CONSTRAINT_NAME, @f = SCHEMA_NAME, @g = CURSOR_NAME;
  SIGNAL SQLSTATE '45000' SET TABLE_NAME = 'tt', COLUMN_NAME = 'cc', CLASS_ORIGIN = 'me', CONSTRAINT_NAME = 'con', SCHEMA_NAME = 'ss', CURSOR_NAME = 'cur';
  SELECT @a, @c, @d, @e, @f, @g;
END//
CALL p()//

-- scenario: stacked diagnostics
CREATE PROCEDURE p()
BEGIN
  DECLARE CONTINUE HANDLER FOR SQLEXCEPTION
  BEGIN
    INSERT INTO t VALUES (50, 1, 'x');
    GET STACKED DIAGNOSTICS CONDITION 1 @s = RETURNED_SQLSTATE, @n = MYSQL_ERRNO;
  END;
  SELECT * FROM nowhere;
  SELECT @s, @n;
END//
CALL p()//

-- scenario: row count
CREATE PROCEDURE p()
BEGIN
  DECLARE a INT;
  UPDATE t SET n = n + 1 WHERE id < 3;
  GET DIAGNOSTICS a = ROW_COUNT;
  SELECT a;
  DELETE FROM t WHERE id = 1;
  SELECT ROW_COUNT();
  INSERT INTO t VALUES (10, 1, 'x'), (11, 1, 'y');
  SET a = ROW_COUNT();
  SELECT a;
END//
CALL p()//

-- scenario: last insert id
CREATE TABLE auto (id INT AUTO_INCREMENT PRIMARY KEY, v INT)//
CREATE PROCEDURE p()
BEGIN
  DECLARE a INT;
  INSERT INTO auto (v) VALUES (1);
  INSERT INTO auto (v) VALUES (2);
  SET a = LAST_INSERT_ID();
  SELECT a, LAST_INSERT_ID();
END//
CALL p()//
SELECT LAST_INSERT_ID()//

-- scenario: diagnostics of a bad condition number
CREATE PROCEDURE p()
BEGIN
  DECLARE EXIT HANDLER FOR 1758 SELECT 'no such condition';
  GET DIAGNOSTICS CONDITION 5 @x = MYSQL_ERRNO;
  SELECT 'after';
END//
CALL p()//

-- scenario: handled error leaves no warning
CREATE PROCEDURE p()
BEGIN
  DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
  INSERT INTO t VALUES (1, 1, 'dup');
END//
CALL p()//
SHOW WARNINGS//

-- scenario: show warnings in a handler
CREATE PROCEDURE p()
BEGIN
  DECLARE EXIT HANDLER FOR SQLEXCEPTION SHOW WARNINGS;
  SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'shown', MYSQL_ERRNO = 4321;
END//
CALL p()//

-- scenario: resignal of a warning reaches the caller
CREATE PROCEDURE q() BEGIN DECLARE EXIT HANDLER FOR SQLWARNING RESIGNAL; SIGNAL SQLSTATE '01000'; END//
CREATE PROCEDURE p() BEGIN DECLARE CONTINUE HANDLER FOR SQLWARNING SELECT 'warned'; CALL q(); SELECT 'end'; END//
CALL p()//
CALL q()//
SHOW WARNINGS//
