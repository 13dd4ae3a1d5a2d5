-- scenario: prepare and execute
CREATE PROCEDURE p()
BEGIN
  PREPARE s FROM 'SELECT id FROM t WHERE id = ?';
  SET @a = 2;
  EXECUTE s USING @a;
  DEALLOCATE PREPARE s;
END//
CALL p()//

-- scenario: prepare a text made of parts
CREATE PROCEDURE p(tab VARCHAR(20), col VARCHAR(20), v INT)
BEGIN
  SET @q = CONCAT('SELECT ', col, ' FROM ', tab, ' WHERE id = ', v);
  PREPARE s FROM @q;
  EXECUTE s;
  DEALLOCATE PREPARE s;
END//
CALL p('t', 's', 3)//
CALL p('t', 'n', 1)//
CALL p('nowhere', 'n', 1)//

-- scenario: execute in a loop
CREATE PROCEDURE p()
BEGIN
  DECLARE i INT DEFAULT 1;
  PREPARE s FROM 'UPDATE t SET n = n + ?, s = CONCAT(s, ?) WHERE id = ?';
  WHILE i <= 3 DO
    SET @a = i * 100, @b = '!', @c = i;
    EXECUTE s USING @a, @b, @c;
    SET i = i + 1;
  END WHILE;
  DEALLOCATE PREPARE s;
  SELECT * FROM t ORDER BY id;
END//
CALL p()//

-- scenario: dynamic select into a user variable
CREATE PROCEDURE p()
BEGIN
  SET @q = 'SELECT COUNT(*) INTO @c FROM t';
  PREPARE s FROM @q;
  EXECUTE s; SELECT @c;
  DELETE FROM t WHERE id = 1;
  EXECUTE s; SELECT @c;
  DEALLOCATE PREPARE s;
END//
CALL p()//

-- scenario: dynamic ddl
CREATE PROCEDURE p(name VARCHAR(20))
BEGIN
  SET @q = CONCAT('CREATE TABLE ', name, ' (a INT)'); PREPARE s FROM @q; EXECUTE s; DEALLOCATE PREPARE s;
  SET @q = CONCAT('INSERT INTO ', name, ' VALUES (1),(2)'); PREPARE s FROM @q; EXECUTE s; DEALLOCATE PREPARE s;
  SET @q = CONCAT('SELECT SUM(a) AS total FROM ', name); PREPARE s FROM @q; EXECUTE s; DEALLOCATE PREPARE s;
END//
CALL p('made')//

-- scenario: execute of an unknown statement
CREATE PROCEDURE p() EXECUTE nothere//
CALL p()//

-- scenario: deallocate of an unknown statement
CREATE PROCEDURE p() DEALLOCATE PREPARE nothere//
CALL p()//

-- scenario: error in a dynamic statement is handled
CREATE PROCEDURE p()
BEGIN
  DECLARE CONTINUE HANDLER FOR SQLEXCEPTION SELECT 'handled';
  SET @q = 'SELEC 1';
  PREPARE s FROM @q;
  SELECT 'goes on';
END//
CALL p()//

-- scenario: syntax error in a dynamic statement
CREATE PROCEDURE p() BEGIN SET @q = 'SELEC 1'; PREPARE s FROM @q; END//
CALL p()//

-- scenario: prepared statement outlives the procedure
CREATE PROCEDURE p() PREPARE outliving FROM 'SELECT 77 AS x'//
CALL p()//
EXECUTE outliving//
DEALLOCATE PREPARE outliving//

-- scenario: dynamic statement does not see variables
CREATE PROCEDURE p()
BEGIN
  DECLARE zz INT DEFAULT 1;
  PREPARE s FROM 'SELECT zz';
  EXECUTE s;
END//
CALL p()//

-- scenario: dynamic call
CREATE PROCEDURE q(a INT) SELECT a * 2 AS twice//
CREATE PROCEDURE p() BEGIN SET @v = 21; PREPARE s FROM 'CALL q(?)'; EXECUTE s USING @v; DEALLOCATE PREPARE s; END//
CALL p()//

-- scenario: wrong number of arguments of execute
CREATE PROCEDURE p() BEGIN PREPARE s FROM 'SELECT ?, ?'; SET @a = 1; EXECUTE s USING @a; END//
CALL p()//

-- scenario: dynamic statement with text arguments
CREATE PROCEDURE p(v VARCHAR(50))
BEGIN
  SET @v = v;
  PREPARE s FROM 'SELECT id FROM t WHERE s = ?';
  EXECUTE s USING @v;
  PREPARE s FROM 'SELECT CONCAT(?, ?) AS c';
  EXECUTE s USING @v, @v;
END//
CALL p('two')//
CALL p('it''s')//
