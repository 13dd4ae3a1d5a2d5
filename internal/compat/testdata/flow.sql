-- scenario: if
CREATE PROCEDURE p(a INT)
BEGIN
  IF a > 10 THEN SELECT 'big';
  ELSEIF a > 5 THEN SELECT 'middle';
  ELSEIF a > 0 THEN SELECT 'small'; SELECT 'really';
  ELSE SELECT 'none';
  END IF;
  SELECT 'end';
END//
CALL p(11)//
CALL p(6)//
CALL p(1)//
CALL p(0)//
CALL p(NULL)//

-- scenario: if without else
CREATE PROCEDURE p(a INT) BEGIN IF a THEN SELECT 'true'; END IF; END//
CALL p(1)//
CALL p(0)//
CALL p(-1)//

-- scenario: if with exists
CREATE PROCEDURE p(a INT)
BEGIN
  IF EXISTS (SELECT 1 FROM t WHERE id = a) THEN SELECT 'there'; ELSE SELECT 'not there'; END IF;
  IF (SELECT COUNT(*) FROM t) > a THEN SELECT 'more'; END IF;
END//
CALL p(2)//
CALL p(7)//

-- scenario: simple case
CREATE PROCEDURE p(a INT)
BEGIN
  CASE a
    WHEN 1 THEN SELECT 'one';
    WHEN 2 THEN SELECT 'two'; SELECT 'deux';
    ELSE SELECT 'other';
  END CASE;
END//
CALL p(1)//
CALL p(2)//
CALL p(3)//
CALL p(NULL)//

-- scenario: searched case
CREATE PROCEDURE p(a INT)
BEGIN
  CASE
    WHEN a < 0 THEN SELECT 'negative';
    WHEN a = 0 THEN SELECT 'zero';
    ELSE BEGIN END;
  END CASE;
END//
CALL p(-1)//
CALL p(0)//
CALL p(1)//

-- scenario: case not found
CREATE PROCEDURE p(a INT) BEGIN CASE a WHEN 1 THEN SELECT 1; END CASE; SELECT 'after'; END//
CALL p(1)//
CALL p(2)//

-- scenario: case not found is handled
CREATE PROCEDURE p(a INT)
BEGIN
  DECLARE CONTINUE HANDLER FOR 1339 SELECT 'handled';
  CASE a WHEN 1 THEN SELECT 1; END CASE;
  SELECT 'after';
END//
CALL p(2)//

-- scenario: case on text
CREATE PROCEDURE p(a VARCHAR(10))
BEGIN
  CASE a WHEN 'x' THEN SELECT 'ex'; WHEN 'Y' THEN SELECT 'why'; ELSE SELECT a; END CASE;
END//
CALL p('X')//
CALL p('y')//
CALL p('z')//

-- scenario: while
CREATE PROCEDURE p(n INT)
BEGIN
  DECLARE i, total INT DEFAULT 0;
  WHILE i < n DO
    SET i = i + 1;
    SET total = total + i;
  END WHILE;
  SELECT total;
END//
CALL p(10)//
CALL p(0)//

-- scenario: repeat
CREATE PROCEDURE p(n INT)
BEGIN
  DECLARE i INT DEFAULT 0;
  REPEAT SET i = i + 1; UNTIL i >= n END REPEAT;
  SELECT i;
END//
CALL p(5)//
CALL p(0)//

-- scenario: loop with leave and iterate
CREATE PROCEDURE p()
BEGIN
  DECLARE i, odd INT DEFAULT 0;
  l: LOOP
    SET i = i + 1;
    IF i > 10 THEN LEAVE l; END IF;
    IF i % 2 = 0 THEN ITERATE l; END IF;
    SET odd = odd + 1;
  END LOOP l;
  SELECT i, odd;
END//
CALL p()//

-- scenario: while with iterate
CREATE PROCEDURE p()
BEGIN
  DECLARE i, c INT DEFAULT 0;
  w: WHILE i < 5 DO
    SET i = i + 1;
    IF i = 3 THEN ITERATE w; END IF;
    SET c = c + i;
  END WHILE w;
  SELECT i, c;
END//
CALL p()//

-- scenario: repeat with iterate
CREATE PROCEDURE p()
BEGIN
  DECLARE i, c INT DEFAULT 0;
  r: REPEAT
    SET i = i + 1;
    IF i < 5 THEN ITERATE r; END IF;
    SET c = c + 1;
  UNTIL i >= 2 END REPEAT r;
  SELECT i, c;
END//
CALL p()//

-- scenario: nested loops
CREATE PROCEDURE p()
BEGIN
  DECLARE i, j, c INT DEFAULT 0;
  a: LOOP
    SET i = i + 1, j = 0;
    b: LOOP
      SET j = j + 1;
      IF j > 3 THEN LEAVE b; END IF;
      IF i = 3 AND j = 2 THEN LEAVE a; END IF;
      IF j = 2 THEN ITERATE a; END IF;
      SET c = c + 1;
    END LOOP;
  END LOOP;
  SELECT i, j, c;
END//
CALL p()//

-- scenario: leave a block
CREATE PROCEDURE p(a INT)
outer_block: BEGIN
  SELECT 'begin';
  inner_block: BEGIN
    IF a = 1 THEN LEAVE inner_block; END IF;
    IF a = 2 THEN LEAVE outer_block; END IF;
    SELECT 'inner end';
  END inner_block;
  SELECT 'end';
END//
CALL p(0)//
CALL p(1)//
CALL p(2)//

-- scenario: leave out of a block in a loop
CREATE PROCEDURE p()
BEGIN
  DECLARE i INT DEFAULT 0;
  l: LOOP
    BEGIN
      DECLARE x INT DEFAULT 1;
      SET i = i + x;
      IF i >= 3 THEN LEAVE l; END IF;
    END;
  END LOOP;
  SELECT i;
END//
CALL p()//

-- scenario: labels ignore case
CREATE PROCEDURE p()
BEGIN
  DECLARE i INT DEFAULT 0;
  MyLoop: LOOP
    SET i = i + 1;
    IF i > 2 THEN LEAVE myloop; END IF;
  END LOOP;
  SELECT i;
END//
CALL p()//

-- scenario: same label twice one after the other
CREATE PROCEDURE p()
BEGIN
  l: LOOP LEAVE l; END LOOP;
  l: LOOP LEAVE l; END LOOP;
  SELECT 'fine';
END//
CALL p()//

-- scenario: empty block
CREATE PROCEDURE p() BEGIN END//
CALL p()//

-- scenario: body without block
CREATE PROCEDURE p() SELECT 1//
CALL p()//
CREATE PROCEDURE q() INSERT INTO t VALUES (4, 4, 'four')//
CALL q()//
SELECT COUNT(*) FROM t//

-- scenario: fibonacci
CREATE PROCEDURE p(n INT, OUT f BIGINT)
BEGIN
  DECLARE a BIGINT DEFAULT 0; DECLARE b BIGINT DEFAULT 1; DECLARE i INT DEFAULT 0;
  WHILE i < n DO
    SET f = a + b, a = b, b = f, i = i + 1;
  END WHILE;
  SET f = a;
END//
CALL p(50, @f)//
SELECT @f//

-- scenario: comments and line ends in a body
CREATE PROCEDURE p()
BEGIN
  -- a comment; with a semicolon
  # another; one
  /* and; a third */
  SELECT 'x'; /* after */
  SELECT /* within */ 'y';
END//
CALL p()//

-- scenario: while condition with a subquery
CREATE PROCEDURE p()
BEGIN
  WHILE (SELECT COUNT(*) FROM t) > 1 DO
    DELETE FROM t ORDER BY id LIMIT 1;
  END WHILE;
  SELECT id FROM t;
END//
CALL p()//

-- scenario: factorial by a loop that multiplies decimals
CREATE PROCEDURE p(n INT)
BEGIN
  DECLARE f DECIMAL(40,0) DEFAULT 1;
  WHILE n > 1 DO SET f = f * n, n = n - 1; END WHILE;
  SELECT f;
END//
CALL p(25)//

-- scenario: patterns that change in a loop
CREATE PROCEDURE p()
BEGIN
  DECLARE i INT DEFAULT 0; DECLARE pattern, r VARCHAR(50) DEFAULT '';
  WHILE i < 4 DO
    SET pattern = CONCAT(i, '%');
    IF '2abc' LIKE pattern THEN SET r = CONCAT(r, 'like ', i, ' '); END IF;
    SET pattern = CONCAT('^', i);
    IF '1abc' REGEXP pattern THEN SET r = CONCAT(r, 'regexp ', i, ' '); END IF;
    SET r = CONCAT(r, REPLACE('a1b2c3', i, '#'), ' ', LOCATE(i, '0123'), ' ');
    IF i IN (1, 3) THEN SET r = CONCAT(r, 'in '); END IF;
    SET i = i + 1;
  END WHILE;
  SELECT r;
END//
CALL p()//

-- scenario: time stands still within a statement only
CREATE PROCEDURE p()
BEGIN
  DECLARE a, b DATETIME(6);
  SET a = NOW(6);
  DO SLEEP(0.05);
  SET b = NOW(6);
  SELECT b > a, SYSDATE(6) >= b;
END//
CALL p()//

-- scenario: do
CREATE PROCEDURE p()
BEGIN
  DECLARE a INT DEFAULT 1;
  DO 1 + a, SLEEP(0);
  SELECT 'between';
  DO (SELECT n FROM nowhere);
END//
CALL p()//
