-- scenario: duplicate variable
CREATE PROCEDURE p() BEGIN DECLARE a INT; DECLARE A INT; END//

-- scenario: duplicate variable in one list
CREATE PROCEDURE p() BEGIN DECLARE a, a INT; END//

-- scenario: duplicate parameter
CREATE PROCEDURE p(a INT, a INT) SELECT 1//

-- scenario: duplicate condition
CREATE PROCEDURE p() BEGIN DECLARE c CONDITION FOR 1062; DECLARE c CONDITION FOR 1063; END//

-- scenario: duplicate cursor
CREATE PROCEDURE p() BEGIN DECLARE c CURSOR FOR SELECT 1; DECLARE c CURSOR FOR SELECT 2; END//

-- scenario: duplicate handler
CREATE PROCEDURE p() BEGIN DECLARE EXIT HANDLER FOR 1062 SELECT 1; DECLARE CONTINUE HANDLER FOR 1062 SELECT 2; END//

-- scenario: duplicate general handler
CREATE PROCEDURE p() BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION SELECT 1; DECLARE CONTINUE HANDLER FOR SQLEXCEPTION SELECT 2; END//

-- scenario: undefined cursor
CREATE PROCEDURE p() OPEN c//
CREATE PROCEDURE p() BEGIN DECLARE a INT; FETCH c INTO a; END//
CREATE PROCEDURE p() CLOSE c//

-- scenario: undefined condition of a handler
CREATE PROCEDURE p() BEGIN DECLARE EXIT HANDLER FOR nothere SELECT 1; END//

-- scenario: leave without label
CREATE PROCEDURE p() BEGIN LEAVE nothere; END//

-- scenario: iterate without label
CREATE PROCEDURE p() l: LOOP ITERATE m; END LOOP//

-- scenario: iterate of a block
CREATE PROCEDURE p() b: BEGIN ITERATE b; END//

-- scenario: label of a loop that has ended
CREATE PROCEDURE p() BEGIN l: LOOP LEAVE l; END LOOP; LEAVE l; END//

-- scenario: label twice within
CREATE PROCEDURE p() l: BEGIN l: LOOP LEAVE l; END LOOP; END//

-- scenario: handler leaves an outer label
CREATE PROCEDURE p() l: LOOP BEGIN DECLARE CONTINUE HANDLER FOR SQLEXCEPTION LEAVE l; END; END LOOP//

-- scenario: variable after cursor
CREATE PROCEDURE p() BEGIN DECLARE c CURSOR FOR SELECT 1; DECLARE a INT; END//

-- scenario: condition after handler
CREATE PROCEDURE p() BEGIN DECLARE EXIT HANDLER FOR 1062 SELECT 1; DECLARE c CONDITION FOR 1062; END//

-- scenario: cursor after handler
CREATE PROCEDURE p() BEGIN DECLARE EXIT HANDLER FOR 1062 SELECT 1; DECLARE c CURSOR FOR SELECT 1; END//

-- scenario: declare after a statement
CREATE PROCEDURE p() BEGIN SELECT 1; DECLARE a INT; END//

-- scenario: undeclared variable of set
CREATE PROCEDURE p() SET nothere = 1//

-- scenario: undeclared variable of into
CREATE PROCEDURE p() SELECT 1 INTO nothere//

-- scenario: undeclared variable of fetch
CREATE PROCEDURE p() BEGIN DECLARE c CURSOR FOR SELECT 1; OPEN c; FETCH c INTO nothere; END//

-- scenario: return in a procedure
CREATE PROCEDURE p() RETURN 1//

-- scenario: bad state of a handler
CREATE PROCEDURE p() BEGIN DECLARE EXIT HANDLER FOR SQLSTATE '123' SELECT 1; END//

-- scenario: state of success of a handler
CREATE PROCEDURE p() BEGIN DECLARE EXIT HANDLER FOR SQLSTATE '00000' SELECT 1; END//

-- scenario: procedure in a procedure
CREATE PROCEDURE p() CREATE PROCEDURE q() SELECT 1//

-- scenario: trigger in a procedure
CREATE PROCEDURE p() CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET @a = 1//

-- scenario: use in a procedure
CREATE PROCEDURE p() USE mysql//

-- scenario: syntax error in a body
CREATE PROCEDURE p() BEGIN SELECT 1 FRM t WHERE; END//

-- scenario: missing end
CREATE PROCEDURE p() BEGIN SELECT 1;//

-- scenario: end label does not match
CREATE PROCEDURE p() a: BEGIN SELECT 1; END b//

-- scenario: cursor with into
CREATE PROCEDURE p() BEGIN DECLARE a INT; DECLARE c CURSOR FOR SELECT 1 INTO a; END//

-- scenario: error number zero
CREATE PROCEDURE p() BEGIN DECLARE EXIT HANDLER FOR 0 SELECT 1; END//

-- scenario: lock tables in a procedure
CREATE PROCEDURE p() LOCK TABLES t READ//

-- scenario: names that are not there are found at run time
CREATE PROCEDURE p() SELECT nocolumn FROM nowhere//
CREATE PROCEDURE q() CALL nothere()//
CALL p()//
CALL q()//
