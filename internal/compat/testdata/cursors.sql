-- scenario: cursor
CREATE PROCEDURE p()
BEGIN
  DECLARE a INT; DECLARE b VARCHAR(50); DECLARE done INT DEFAULT FALSE; DECLARE acc TEXT DEFAULT '';
  DECLARE c CURSOR FOR SELECT id, s FROM t ORDER BY id;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = TRUE;
  OPEN c;
  l: LOOP
    FETCH c INTO a, b;
    IF done THEN LEAVE l; END IF;
    SET acc = CONCAT(acc, a, ':', b, ' ');
  END LOOP;
  CLOSE c;
  SELECT acc;
END//
CALL p()//
CALL p()//

-- scenario: cursor past the end without handler
CREATE PROCEDURE p()
BEGIN
  DECLARE a INT;
  DECLARE c CURSOR FOR SELECT id FROM t WHERE id = 1;
  OPEN c;
  FETCH c INTO a;
  SELECT a;
  FETCH c INTO a;
  SELECT 'never';
END//
CALL p()//

-- scenario: fetch past the end keeps the variable
CREATE PROCEDURE p()
BEGIN
  DECLARE a INT DEFAULT 0;
  DECLARE c CURSOR FOR SELECT id FROM t WHERE id = 2;
  DECLARE CONTINUE HANDLER FOR SQLSTATE '02000' SELECT 'end';
  OPEN c;
  FETCH c INTO a; FETCH c INTO a;
  SELECT a;
END//
CALL p()//

-- scenario: cursor is open already
CREATE PROCEDURE p() BEGIN DECLARE c CURSOR FOR SELECT 1; OPEN c; OPEN c; END//
CALL p()//

-- scenario: cursor is not open
CREATE PROCEDURE p() BEGIN DECLARE a INT; DECLARE c CURSOR FOR SELECT 1; FETCH c INTO a; END//
CALL p()//
CREATE PROCEDURE q() BEGIN DECLARE c CURSOR FOR SELECT 1; CLOSE c; END//
CALL q()//

-- scenario: wrong number of fetch variables
CREATE PROCEDURE p() BEGIN DECLARE a INT; DECLARE c CURSOR FOR SELECT 1, 2; OPEN c; FETCH c INTO a; END//
CALL p()//

-- scenario: cursor opened again reads again
CREATE PROCEDURE p()
BEGIN
  DECLARE a INT;
  DECLARE c CURSOR FOR SELECT n FROM t WHERE id = 1;
  OPEN c; FETCH c INTO a; CLOSE c; SELECT a;
  UPDATE t SET n = 11 WHERE id = 1;
  OPEN c; FETCH c INTO a; CLOSE c; SELECT a;
END//
CALL p()//

-- scenario: cursor does not see later changes
CREATE PROCEDURE p()
BEGIN
  DECLARE a, k, done INT DEFAULT 0;
  DECLARE c CURSOR FOR SELECT id, n FROM t ORDER BY id;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = 1;
  OPEN c;
  UPDATE t SET n = n + 1000;
  REPEAT
    FETCH c INTO k, a;
    IF NOT done THEN SELECT k, a; UPDATE t SET n = 0 WHERE id > k; END IF;
  UNTIL done END REPEAT;
  CLOSE c;
END//
CALL p()//

-- scenario: cursor with variables of the time it is opened
CREATE PROCEDURE p()
BEGIN
  DECLARE v INT DEFAULT 1; DECLARE a INT;
  DECLARE c CURSOR FOR SELECT n FROM t WHERE id = v;
  SET v = 3;
  OPEN c; SET v = 2; FETCH c INTO a; CLOSE c;
  SELECT a;
END//
CALL p()//

-- scenario: two cursors
CREATE PROCEDURE p()
BEGIN
  DECLARE a, b, total, done INT DEFAULT 0;
  DECLARE c1 CURSOR FOR SELECT id FROM t ORDER BY id;
  DECLARE c2 CURSOR FOR SELECT n FROM t ORDER BY id DESC;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = 1;
  OPEN c1; OPEN c2;
  WHILE NOT done DO
    FETCH c1 INTO a; FETCH c2 INTO b;
    IF NOT done THEN SET total = total + a * b; END IF;
  END WHILE;
  CLOSE c1; CLOSE c2;
  SELECT total;
END//
CALL p()//

-- scenario: nested cursors in blocks of their own
CREATE PROCEDURE p()
BEGIN
  DECLARE a, done INT DEFAULT 0; DECLARE acc TEXT DEFAULT '';
  DECLARE c CURSOR FOR SELECT id FROM t ORDER BY id;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = 1;
  OPEN c;
  l: LOOP
    FETCH c INTO a;
    IF done THEN LEAVE l; END IF;
    BEGIN
      DECLARE b, inner_done INT DEFAULT 0;
      DECLARE d CURSOR FOR SELECT id FROM t WHERE id < a ORDER BY id;
      DECLARE CONTINUE HANDLER FOR NOT FOUND SET inner_done = 1;
      OPEN d;
      m: LOOP
        FETCH d INTO b;
        IF inner_done THEN LEAVE m; END IF;
        SET acc = CONCAT(acc, a, '>', b, ' ');
      END LOOP;
      CLOSE d;
    END;
  END LOOP;
  CLOSE c;
  SELECT acc;
END//
CALL p()//

-- scenario: cursor is closed at the end of its block
CREATE PROCEDURE p()
BEGIN
  DECLARE i INT DEFAULT 0;
  WHILE i < 2 DO
    BEGIN
      DECLARE a INT;
      DECLARE c CURSOR FOR SELECT n FROM t ORDER BY id;
      OPEN c; FETCH c INTO a; SELECT a;
    END;
    SET i = i + 1;
  END WHILE;
END//
CALL p()//

-- scenario: inner cursor shadows
CREATE PROCEDURE p()
BEGIN
  DECLARE a INT;
  DECLARE c CURSOR FOR SELECT 1;
  OPEN c;
  BEGIN
    DECLARE c CURSOR FOR SELECT 2;
    OPEN c; FETCH c INTO a; SELECT a;
  END;
  FETCH c INTO a; SELECT a;
END//
CALL p()//

-- scenario: fetch from and fetch next from
CREATE PROCEDURE p()
BEGIN
  DECLARE a INT;
  DECLARE c CURSOR FOR SELECT id FROM t ORDER BY id;
  OPEN c; FETCH FROM c INTO a; SELECT a; FETCH NEXT FROM c INTO a; SELECT a; CLOSE c;
END//
CALL p()//

-- scenario: cursor over an empty table
CREATE PROCEDURE p()
BEGIN
  DECLARE a INT DEFAULT -1; DECLARE EXIT HANDLER FOR NOT FOUND SELECT 'none', a;
  BEGIN
    DECLARE c CURSOR FOR SELECT id FROM t WHERE id > 100;
    OPEN c; FETCH c INTO a; SELECT a;
  END;
END//
CALL p()//

-- scenario: fetch that does not fit
CREATE PROCEDURE p()
BEGIN
  DECLARE a TINYINT;
  DECLARE c CURSOR FOR SELECT n * 100 FROM t ORDER BY id;
  DECLARE CONTINUE HANDLER FOR 1264 SELECT 'too big';
  OPEN c; FETCH c INTO a; SELECT a;
END//
CALL p()//

-- scenario: select into without rows triggers not found
CREATE PROCEDURE p()
BEGIN
  DECLARE a, done INT DEFAULT 0;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = 1;
  SELECT n INTO a FROM t WHERE id = 99;
  SELECT a, done;
END//
CALL p()//

-- scenario: cursor with an error when opened
CREATE PROCEDURE p()
BEGIN
  DECLARE CONTINUE HANDLER FOR SQLEXCEPTION SELECT 'error';
  BEGIN
    DECLARE a INT;
    DECLARE c CURSOR FOR SELECT nocolumn FROM t;
    OPEN c;
    SELECT 'after open';
    FETCH c INTO a;
    SELECT 'after fetch';
  END;
END//
CALL p()//

-- scenario: cursor over a join with aggregates
CREATE PROCEDURE p()
BEGIN
  DECLARE a, b, done INT DEFAULT 0;
  DECLARE c CURSOR FOR SELECT x.id, SUM(y.n) FROM t x JOIN t y ON y.id <= x.id GROUP BY x.id ORDER BY x.id;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = 1;
  OPEN c;
  l: LOOP FETCH c INTO a, b; IF done THEN LEAVE l; END IF; SELECT a, b; END LOOP;
END//
CALL p()//

-- scenario: cursor reads text and null
CREATE PROCEDURE p()
BEGIN
  DECLARE a TEXT; DECLARE b INT; DECLARE done INT DEFAULT 0;
  DECLARE c CURSOR FOR SELECT s, n FROM t ORDER BY id;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = 1;
  UPDATE t SET s = NULL, n = NULL WHERE id = 2;
  OPEN c;
  l: LOOP FETCH c INTO a, b; IF done THEN LEAVE l; END IF; SELECT a, b; END LOOP;
END//
CALL p()//
