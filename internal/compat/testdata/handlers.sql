-- scenario: exit handler for sqlexception
CREATE PROCEDURE p()
BEGIN
  DECLARE EXIT HANDLER FOR SQLEXCEPTION SELECT 'handled';
  INSERT INTO t VALUES (1, 1, 'dup');
  SELECT 'never';
END//
CALL p()//

-- scenario: continue handler for sqlexception
CREATE PROCEDURE p()
BEGIN
  DECLARE c INT DEFAULT 0;
  DECLARE CONTINUE HANDLER FOR SQLEXCEPTION SET c = c + 1;
  INSERT INTO t VALUES (1, 1, 'dup');
  INSERT INTO nowhere VALUES (1);
  INSERT INTO t VALUES (4, 4, 'four');
  SELECT c, COUNT(*) FROM t;
END//
CALL p()//

-- scenario: handler for an error number
CREATE PROCEDURE p()
BEGIN
  DECLARE CONTINUE HANDLER FOR 1062 SELECT 'duplicate';
  INSERT INTO t VALUES (1, 1, 'dup');
  SELECT 'goes on';
  INSERT INTO nowhere VALUES (1);
  SELECT 'never';
END//
CALL p()//

-- scenario: handler for a sqlstate
CREATE PROCEDURE p()
BEGIN
  DECLARE CONTINUE HANDLER FOR SQLSTATE '42S02' SELECT 'no table';
  DECLARE CONTINUE HANDLER FOR SQLSTATE VALUE '23000' SELECT 'constraint';
  SELECT * FROM nowhere;
  INSERT INTO t VALUES (1, 1, 'dup');
  SELECT 'end';
END//
CALL p()//

-- scenario: handler for a named condition
CREATE PROCEDURE p()
BEGIN
  DECLARE no_table CONDITION FOR 1146;
  DECLARE dup CONDITION FOR SQLSTATE '23000';
  DECLARE CONTINUE HANDLER FOR no_table SELECT 'no table';
  DECLARE CONTINUE HANDLER FOR dup SELECT 'duplicate';
  SELECT * FROM nowhere;
  INSERT INTO t VALUES (1, 1, 'dup');
END//
CALL p()//

-- scenario: handler for several conditions
CREATE PROCEDURE p()
BEGIN
  DECLARE dup CONDITION FOR 1062;
  DECLARE CONTINUE HANDLER FOR dup, SQLSTATE '42S02', NOT FOUND SELECT 'one of them';
  INSERT INTO t VALUES (1, 1, 'dup');
  SELECT * FROM nowhere;
  SELECT n INTO @x FROM t WHERE id = 99;
END//
CALL p()//

-- scenario: number comes before state and state before class
CREATE PROCEDURE p(a INT)
BEGIN
  DECLARE EXIT HANDLER FOR SQLEXCEPTION SELECT 'class';
  DECLARE EXIT HANDLER FOR SQLSTATE '23000' SELECT 'state';
  DECLARE EXIT HANDLER FOR 1062 SELECT 'number';
  CASE a
    WHEN 1 THEN INSERT INTO t VALUES (1, 1, 'dup');
    WHEN 2 THEN SIGNAL SQLSTATE '23000';
    WHEN 3 THEN SELECT * FROM nowhere;
  END CASE;
END//
CALL p(1)//
CALL p(2)//
CALL p(3)//
CALL p(4)//

-- scenario: inner handler comes first however general
CREATE PROCEDURE p()
BEGIN
  DECLARE EXIT HANDLER FOR 1062 SELECT 'outer number';
  BEGIN
    DECLARE EXIT HANDLER FOR SQLEXCEPTION SELECT 'inner class';
    INSERT INTO t VALUES (1, 1, 'dup');
  END;
  SELECT 'after inner';
END//
CALL p()//

-- scenario: outer handler for what the inner does not name
CREATE PROCEDURE p()
BEGIN
  DECLARE EXIT HANDLER FOR 1062 SELECT 'outer';
  BEGIN
    DECLARE EXIT HANDLER FOR 1146 SELECT 'inner';
    INSERT INTO t VALUES (1, 1, 'dup');
    SELECT 'never';
  END;
  SELECT 'never either';
END//
CALL p()//

-- scenario: outer continue handler goes on in the inner block
CREATE PROCEDURE p()
BEGIN
  DECLARE CONTINUE HANDLER FOR 1062 SELECT 'outer';
  BEGIN
    INSERT INTO t VALUES (1, 1, 'dup');
    SELECT 'inner goes on';
  END;
  SELECT 'end';
END//
CALL p()//

-- scenario: exit handler leaves its own block only
CREATE PROCEDURE p()
BEGIN
  DECLARE i INT DEFAULT 0;
  WHILE i < 3 DO
    SET i = i + 1;
    BEGIN
      DECLARE EXIT HANDLER FOR SQLEXCEPTION SELECT 'failed', i;
      INSERT INTO t VALUES (i + 1, 0, 'x');
      SELECT 'inserted', i;
    END;
  END WHILE;
  SELECT 'end', i;
END//
CALL p()//

-- scenario: handler with a block of its own
CREATE PROCEDURE p()
BEGIN
  DECLARE a INT DEFAULT 1;
  DECLARE CONTINUE HANDLER FOR SQLEXCEPTION
  BEGIN
    DECLARE b INT DEFAULT 10;
    SET a = a + b;
    INSERT INTO t VALUES (10, a, 'from handler');
  END;
  SELECT * FROM nowhere;
  SELECT a, (SELECT n FROM t WHERE id = 10) AS n;
END//
CALL p()//

-- scenario: error in a handler goes outwards
CREATE PROCEDURE p()
BEGIN
  DECLARE EXIT HANDLER FOR 1146 SELECT 'outer';
  BEGIN
    DECLARE EXIT HANDLER FOR 1146 SELECT 'same block';
    DECLARE EXIT HANDLER FOR 1062 SELECT * FROM nowhere;
    INSERT INTO t VALUES (1, 1, 'dup');
  END;
  SELECT 'never';
END//
CALL p()//

-- scenario: error in a handler without another
CREATE PROCEDURE p()
BEGIN
  DECLARE EXIT HANDLER FOR SQLEXCEPTION INSERT INTO t VALUES (2, 2, 'dup');
  SELECT * FROM nowhere;
END//
CALL p()//

-- scenario: handler within a handler
CREATE PROCEDURE p()
BEGIN
  DECLARE CONTINUE HANDLER FOR 1146
  BEGIN
    DECLARE CONTINUE HANDLER FOR 1062 SELECT 'inner of handler';
    INSERT INTO t VALUES (1, 1, 'dup');
    SELECT 'handler goes on';
  END;
  SELECT * FROM nowhere;
  SELECT 'end';
END//
CALL p()//

-- scenario: not found is no sqlexception
CREATE PROCEDURE p()
BEGIN
  DECLARE a INT;
  DECLARE c CURSOR FOR SELECT id FROM t WHERE id = 99;
  DECLARE CONTINUE HANDLER FOR SQLEXCEPTION SELECT 'exception';
  OPEN c;
  FETCH c INTO a;
  SELECT 'never';
END//
CALL p()//

-- scenario: sqlwarning handler
SET sql_mode = ''//
CREATE PROCEDURE p()
BEGIN
  DECLARE a TINYINT;
  DECLARE CONTINUE HANDLER FOR SQLWARNING SELECT 'warned';
  SET a = 1000;
  SELECT a;
END//
CALL p()//

-- scenario: sqlwarning exit handler
SET sql_mode = ''//
CREATE PROCEDURE p()
BEGIN
  DECLARE EXIT HANDLER FOR SQLWARNING SELECT 'warned';
  INSERT INTO t VALUES (4, 'abc', 'x');
  SELECT 'never';
END//
CALL p()//
SELECT * FROM t WHERE id = 4//

-- scenario: select into without rows and sqlwarning handler
CREATE PROCEDURE p()
BEGIN
  DECLARE a INT;
  DECLARE CONTINUE HANDLER FOR SQLWARNING SELECT 'warned';
  SELECT n INTO a FROM t WHERE id = 99;
  SELECT 'end';
END//
CALL p()//

-- scenario: condition of a while fails with a continue handler
CREATE PROCEDURE p()
BEGIN
  DECLARE c INT DEFAULT 0;
  DECLARE CONTINUE HANDLER FOR SQLEXCEPTION SET c = c + 1;
  WHILE (SELECT n FROM t) > 0 DO SELECT 'never'; END WHILE;
  SELECT c;
END//
CALL p()//

-- scenario: condition of an if fails with a continue handler
CREATE PROCEDURE p()
BEGIN
  DECLARE CONTINUE HANDLER FOR SQLEXCEPTION SELECT 'handled';
  IF (SELECT n FROM t) > 0 THEN SELECT 'then'; ELSE SELECT 'else'; END IF;
  SELECT 'after';
END//
CALL p()//

-- scenario: leave a loop from a handler's block
CREATE PROCEDURE p()
BEGIN
  DECLARE i INT DEFAULT 0;
  l: LOOP
    BEGIN
      DECLARE EXIT HANDLER FOR SQLEXCEPTION SET i = 100;
      SET i = i + 1;
      IF i = 3 THEN SELECT * FROM nowhere; END IF;
    END;
    IF i >= 100 THEN LEAVE l; END IF;
  END LOOP;
  SELECT i;
END//
CALL p()//

-- scenario: error of a called procedure is handled by the caller
CREATE PROCEDURE q() BEGIN INSERT INTO t VALUES (1, 1, 'dup'); SELECT 'never'; END//
CREATE PROCEDURE p()
BEGIN
  DECLARE CONTINUE HANDLER FOR 1062 SELECT 'handled by caller';
  CALL q();
  SELECT 'end';
END//
CALL p()//

-- scenario: callee handles before the caller
CREATE PROCEDURE q()
BEGIN
  DECLARE CONTINUE HANDLER FOR SQLEXCEPTION SELECT 'callee';
  INSERT INTO t VALUES (1, 1, 'dup');
  SELECT 'callee goes on';
END//
CREATE PROCEDURE p()
BEGIN
  DECLARE CONTINUE HANDLER FOR 1062 SELECT 'caller';
  CALL q();
END//
CALL p()//

-- scenario: errors of data
CREATE PROCEDURE p(a INT)
BEGIN
  DECLARE CONTINUE HANDLER FOR 1048 SELECT 'null';
  DECLARE CONTINUE HANDLER FOR 1264 SELECT 'range';
  DECLARE CONTINUE HANDLER FOR 1366 SELECT 'value';
  DECLARE CONTINUE HANDLER FOR 1406 SELECT 'length';
  DECLARE CONTINUE HANDLER FOR 1136 SELECT 'count';
  CREATE TABLE d (a TINYINT NOT NULL, b VARCHAR(3));
  INSERT INTO d VALUES (NULL, 'x');
  INSERT INTO d VALUES (1000, 'x');
  INSERT INTO d VALUES ('abc', 'x');
  INSERT INTO d VALUES (1, 'abcdef');
  INSERT INTO d VALUES (1);
  SELECT COUNT(*) FROM d;
END//
CALL p(1)//

-- scenario: unknown column and function
CREATE PROCEDURE p()
BEGIN
  DECLARE CONTINUE HANDLER FOR 1054 SELECT 'column';
  DECLARE CONTINUE HANDLER FOR 1305 SELECT 'routine';
  SELECT nothere FROM t;
  UPDATE t SET nothere = 1;
  CALL nothere();
END//
CALL p()//

-- scenario: foreign key errors
CREATE TABLE parent (id INT PRIMARY KEY)//
CREATE TABLE child (id INT PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES parent (id))//
CREATE PROCEDURE p()
BEGIN
  DECLARE CONTINUE HANDLER FOR 1452 SELECT 'no parent';
  DECLARE CONTINUE HANDLER FOR 1451 SELECT 'has children';
  INSERT INTO child VALUES (1, 1);
  INSERT INTO parent VALUES (1);
  INSERT INTO child VALUES (1, 1);
  DELETE FROM parent;
  SELECT COUNT(*) FROM child;
END//
CALL p()//

-- scenario: result sets before an error stay
CREATE PROCEDURE p() BEGIN SELECT 'first'; SELECT * FROM nowhere; SELECT 'never'; END//
CALL p()//

-- scenario: failed statement changes nothing
CREATE PROCEDURE p()
BEGIN
  DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;
  INSERT INTO t VALUES (7, 7, 'seven'), (1, 1, 'dup'), (8, 8, 'eight');
  UPDATE t SET id = id + 1 WHERE id < 3;
  SELECT id FROM t ORDER BY id;
END//
CALL p()//
SELECT id FROM t ORDER BY id//

-- scenario: an old warning is no new one
CREATE PROCEDURE p()
BEGIN
  DECLARE a INT DEFAULT 1;
  SELECT n INTO a FROM t WHERE id = 99;
  BEGIN
    DECLARE EXIT HANDLER FOR NOT FOUND SELECT 'wrong';
    DECLARE b INT DEFAULT 2;
  END;
END//
CREATE PROCEDURE q()
BEGIN
  DECLARE a INT DEFAULT 1;
  SELECT n INTO a FROM t WHERE id = 99;
  BEGIN
    DECLARE EXIT HANDLER FOR NOT FOUND SELECT 'wrong';
    SET a = 2;
    IF a = 2 THEN SELECT 'right'; END IF;
  END;
END//
CALL q()//

-- scenario: warnings and a query without tables
CREATE PROCEDURE q() BEGIN DECLARE a INT; SELECT n INTO a FROM t WHERE id = 99; SELECT a; END//
CREATE PROCEDURE p() BEGIN DECLARE CONTINUE HANDLER FOR NOT FOUND SELECT 'handled'; CALL q(); SELECT 'end'; END//
CALL p()//

-- scenario: warnings of a called procedure reach the caller
CREATE PROCEDURE q() BEGIN DECLARE a INT; SELECT n INTO a FROM t WHERE id = 99; END//
CREATE PROCEDURE p() BEGIN DECLARE CONTINUE HANDLER FOR NOT FOUND SELECT 'handled'; CALL q(); SELECT 'end'; END//
CALL p()//

-- scenario: warnings of many assignments do not add up
SET sql_mode = ''//
CREATE PROCEDURE p()
BEGIN
  DECLARE a TINYINT; DECLARE i INT DEFAULT 0;
  WHILE i < 2000 DO SET a = 300, i = i + 1; END WHILE;
  SET a = 400;
END//
CALL p()//
SHOW WARNINGS//
