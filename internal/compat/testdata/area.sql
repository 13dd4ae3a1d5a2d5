-- scenario: counts in a handler
CREATE PROCEDURE p()
BEGIN
  DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN SELECT @@error_count AS errors, @@warning_count AS warnings; SHOW ERRORS; SHOW COUNT(*) ERRORS; SHOW COUNT(*) WARNINGS; SHOW WARNINGS; END;
  INSERT INTO t VALUES (1, 1, 'again');
  SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'own';
  SELECT 'after';
  SHOW WARNINGS;
END//
CALL p()//
SHOW WARNINGS//

-- scenario: counts of warnings in a body
CREATE PROCEDURE p()
BEGIN
  DECLARE w, e INT;
  SIGNAL SQLSTATE '01000' SET MESSAGE_TEXT = 'first';
  SET w = @@warning_count, e = @@error_count;
  SELECT w, e;
  SHOW COUNT(*) WARNINGS;
  SHOW WARNINGS;
END//
CALL p()//

-- scenario: counts outside
SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'own'//
SELECT @@warning_count, @@error_count//
SHOW COUNT(*) ERRORS//
SHOW COUNT(*) WARNINGS//
SHOW ERRORS//
SELECT * FROM t//
SELECT @@warning_count, @@error_count//
SHOW WARNINGS//

-- scenario: get diagnostics outside
SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'own', MYSQL_ERRNO = 5000//
GET DIAGNOSTICS @n = NUMBER//
GET DIAGNOSTICS CONDITION 1 @code = MYSQL_ERRNO, @state = RETURNED_SQLSTATE, @text = MESSAGE_TEXT//
SELECT @n, @code, @state, @text//
GET DIAGNOSTICS CONDITION 2 @code = MYSQL_ERRNO//
SHOW WARNINGS//
RESIGNAL//

-- scenario: an error leaves a call
CREATE PROCEDURE p() BEGIN SIGNAL SQLSTATE '01000' SET MESSAGE_TEXT = 'w'; SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'own'; END//
CALL p()//
SHOW WARNINGS//
SELECT @@error_count//
GET DIAGNOSTICS CONDITION 1 @state = RETURNED_SQLSTATE//
SELECT @state//

-- scenario: max_error_count in a body
CREATE PROCEDURE p() BEGIN SET max_error_count = 0; SIGNAL SQLSTATE '01000'; SHOW WARNINGS; SELECT @@warning_count; END//
CALL p()//
SET max_error_count = DEFAULT//
