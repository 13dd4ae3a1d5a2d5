-- scenario: variable in update
CREATE PROCEDURE p(k INT)
BEGIN
  DECLARE v INT DEFAULT 5;
  UPDATE t SET n = n + v, s = CONCAT(s, v) WHERE id = k;
  SELECT * FROM t ORDER BY id;
END//
CALL p(2)//

-- scenario: variable in delete and limit
CREATE PROCEDURE p(k INT, l INT)
BEGIN
  DELETE FROM t WHERE id > k ORDER BY id LIMIT l;
  SELECT id FROM t ORDER BY id;
END//
CALL p(1, 1)//

-- scenario: variable in insert
CREATE PROCEDURE p(k INT, v VARCHAR(20))
BEGIN
  INSERT INTO t (id, n, s) VALUES (k, k * 10, v), (k + 1, NULL, UPPER(v));
  INSERT INTO t SELECT id + k, n, v FROM t WHERE id = 1;
  SELECT * FROM t ORDER BY id;
END//
CALL p(10, 'new')//

-- scenario: variable in insert set
CREATE PROCEDURE p(k INT) BEGIN INSERT INTO t SET id = k, n = k + 1; SELECT * FROM t WHERE id = k; END//
CALL p(8)//

-- scenario: variable in on duplicate key update
CREATE PROCEDURE p(k INT, v INT)
BEGIN
  INSERT INTO t (id, n) VALUES (k, 0) ON DUPLICATE KEY UPDATE n = n + v, s = CONCAT('dup', VALUES(n));
  SELECT * FROM t ORDER BY id;
END//
CALL p(2, 100)//

-- scenario: variable in replace
CREATE PROCEDURE p(k INT, v INT) BEGIN REPLACE INTO t VALUES (k, v, 'r'); SELECT * FROM t WHERE id = k; END//
CALL p(1, 99)//

-- scenario: variable in case expression
CREATE PROCEDURE p(v INT)
  SELECT CASE v WHEN 1 THEN 'one' WHEN 2 THEN 'two' ELSE 'many' END AS a, CASE WHEN v > 1 THEN v ELSE -v END AS b//
CALL p(1)//
CALL p(3)//

-- scenario: variable in between and in
CREATE PROCEDURE p(lo INT, hi INT)
BEGIN
  SELECT id FROM t WHERE n BETWEEN lo AND hi ORDER BY id;
  SELECT id FROM t WHERE n IN (lo, hi) ORDER BY id;
  SELECT id FROM t WHERE n NOT BETWEEN lo AND hi ORDER BY id;
END//
CALL p(10, 20)//

-- scenario: variable in having and group by
CREATE PROCEDURE p(v INT)
  SELECT n > v AS big, COUNT(*) AS c FROM t GROUP BY n > v HAVING COUNT(*) >= v - 14 ORDER BY big//
CALL p(15)//

-- scenario: variable in order by
CREATE PROCEDURE p(v INT) SELECT id FROM t ORDER BY CASE WHEN v = 1 THEN id ELSE -id END//
CALL p(1)//
CALL p(2)//

-- scenario: variable as order by is a constant
CREATE PROCEDURE p(v INT) SELECT id, n FROM t WHERE id = 2 ORDER BY v//
CALL p(2)//

-- scenario: variable in join condition
CREATE PROCEDURE p(v INT)
  SELECT a.id, b.id AS other FROM t a JOIN t b ON a.id + v = b.id ORDER BY a.id//
CALL p(1)//
CALL p(2)//

-- scenario: variable in left join condition
CREATE PROCEDURE p(v INT)
  SELECT a.id, b.n FROM t a LEFT JOIN t b ON a.id = b.id AND b.n > v ORDER BY a.id//
CALL p(15)//

-- scenario: variable in limit and offset
CREATE PROCEDURE p(o INT, l INT) SELECT id FROM t ORDER BY id LIMIT o, l//
CALL p(1, 2)//
CALL p(0, 1)//

-- scenario: variable in subqueries
CREATE PROCEDURE p(v INT)
BEGIN
  SELECT id FROM t WHERE n > (SELECT AVG(n) + v FROM t) ORDER BY id;
  SELECT x.c FROM (SELECT COUNT(*) AS c FROM t WHERE n > v) x;
  SELECT id FROM t a WHERE EXISTS (SELECT 1 FROM t b WHERE b.id = a.id + v) ORDER BY id;
END//
CALL p(1)//

-- scenario: variable in with clause
CREATE PROCEDURE p(v INT)
BEGIN
  WITH x AS (SELECT id, n FROM t WHERE n > v) SELECT * FROM x WHERE id < v ORDER BY id;
END//
CALL p(15)//

-- scenario: variable in recursive query
CREATE PROCEDURE p(v INT)
BEGIN
  WITH RECURSIVE x AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM x WHERE i < v) SELECT SUM(i) FROM x;
END//
CALL p(10)//

-- scenario: variable in union
CREATE PROCEDURE p(v INT)
BEGIN
  SELECT v AS a UNION ALL SELECT id FROM t WHERE id > v ORDER BY a;
END//
CALL p(2)//

-- scenario: variable in functions
CREATE PROCEDURE p(v VARCHAR(20), n INT)
  SELECT UPPER(v), SUBSTRING(v, n, 2), CONCAT_WS('-', v, n), IF(n > 1, v, 'x'), COALESCE(NULL, v), LEFT(v, n),
         REPLACE(v, 'b', n), LPAD(n, 3, '0'), FIND_IN_SET(v, 'a,bcd,e'), GREATEST(n, 5), CAST(n AS CHAR), MOD(n, 2)//
CALL p('bcd', 2)//

-- scenario: variable in intervals and dates
CREATE PROCEDURE p(d DATE, n INT)
  SELECT d + INTERVAL n DAY AS a, DATE_SUB(d, INTERVAL n MONTH) AS b, TIMESTAMPDIFF(DAY, d, '2024-03-01') AS c,
         EXTRACT(YEAR FROM d) AS e, DATE_FORMAT(d, '%d.%m.%Y') AS f//
CALL p('2024-02-01', 3)//

-- scenario: variable in like and regexp
CREATE PROCEDURE p(v VARCHAR(20))
BEGIN
  SELECT id FROM t WHERE s LIKE v ORDER BY id;
  SELECT id FROM t WHERE s LIKE CONCAT('%', v) ORDER BY id;
  SELECT 'abc' REGEXP v;
END//
CALL p('t%')//

-- scenario: variable in aggregates
CREATE PROCEDURE p(v INT)
  SELECT SUM(n * v), COUNT(v), MAX(v), GROUP_CONCAT(id + v ORDER BY id SEPARATOR ';') FROM t//
CALL p(2)//

-- scenario: variable in window functions
CREATE PROCEDURE p(v INT)
  SELECT id, SUM(n + v) OVER (ORDER BY id) AS a, ROW_NUMBER() OVER (ORDER BY id * v) AS b FROM t ORDER BY id//
CALL p(-1)//

-- scenario: variable comes before a column
CREATE PROCEDURE p()
BEGIN
  DECLARE n INT DEFAULT 999;
  SELECT id, n FROM t ORDER BY id;
  SELECT id, t.n FROM t ORDER BY id;
  SELECT id FROM t WHERE n = 999 ORDER BY id;
END//
CALL p()//

-- scenario: variable of a column's name in update
CREATE PROCEDURE p()
BEGIN
  DECLARE n INT DEFAULT 7;
  UPDATE t SET n = n + 1 WHERE id = 1;
  SELECT t.n FROM t WHERE id = 1;
END//
CALL p()//

-- scenario: parameter of a column's name in where
CREATE PROCEDURE p(id INT) SELECT t.id FROM t WHERE id = id ORDER BY t.id//
CALL p(2)//

-- scenario: parameter of a column's name in insert
CREATE PROCEDURE p(id INT, n INT)
BEGIN
  INSERT INTO t (id, n) VALUES (id, n);
  SELECT t.id, t.n FROM t WHERE t.id > 3;
END//
CALL p(6, 60)//

-- scenario: variable comes before an alias
CREATE PROCEDURE p()
BEGIN
  DECLARE a INT DEFAULT 5;
  SELECT id AS a FROM t HAVING a > 4 ORDER BY id;
END//
CALL p()//

-- scenario: names of result columns
CREATE PROCEDURE p(v INT)
BEGIN
  DECLARE w INT DEFAULT 2;
  SELECT v, w, v AS x;
END//
CALL p(1)//

-- scenario: variable in create table as select
CREATE PROCEDURE p(v INT)
BEGIN
  CREATE TABLE u AS SELECT id, v AS c FROM t WHERE id < v;
  SELECT * FROM u ORDER BY id;
END//
CALL p(3)//

-- scenario: variable in update with join
CREATE PROCEDURE p(v INT)
BEGIN
  UPDATE t a JOIN t b ON b.id = a.id + v SET a.s = b.s WHERE a.id >= v;
  SELECT id, s FROM t ORDER BY id;
END//
CALL p(1)//

-- scenario: variable in update from a derived table
CREATE PROCEDURE p(v INT)
BEGIN
  UPDATE t JOIN (SELECT id, n * v AS m FROM t WHERE id > 1) x ON x.id = t.id SET t.n = x.m + v;
  SELECT id, n FROM t ORDER BY id;
END//
CALL p(3)//

-- scenario: variable in json functions
CREATE PROCEDURE p(v INT, w VARCHAR(20))
BEGIN
  SELECT JSON_UNQUOTE(JSON_EXTRACT(JSON_OBJECT('a', v, 'b', w), '$.b')) AS b, JSON_LENGTH(JSON_ARRAY(v, w, 3)) AS l;
END//
CALL p(1, 'x')//

-- scenario: variable in arithmetic
CREATE PROCEDURE p(a INT, b INT)
  SELECT a + b AS x1, a - b AS x2, a * b AS x3, a DIV b AS x4, a % b AS x5, -a AS x6, a & b AS x7, a | b AS x8, a ^ b AS x9, a << b AS x10, NOT a AS x12, a XOR b AS x13//
CALL p(12, 5)//

-- scenario: variable in arithmetic, complement
CREATE PROCEDURE p(b INT) SELECT ~b & 255 AS x//
CALL p(5)//

-- scenario: variables of a procedure are not those of another
CREATE PROCEDURE q() SELECT v//
CREATE PROCEDURE p() BEGIN DECLARE v INT DEFAULT 1; CALL q(); END//
CALL p()//

-- scenario: temporary table
CREATE PROCEDURE p(v INT)
BEGIN
  DROP TEMPORARY TABLE IF EXISTS tmp;
  CREATE TEMPORARY TABLE tmp (a INT);
  INSERT INTO tmp VALUES (v), (v + 1);
  SELECT SUM(a) FROM tmp;
  DROP TEMPORARY TABLE tmp;
END//
CALL p(5)//
CALL p(6)//

-- scenario: truncate and alter
CREATE PROCEDURE p()
BEGIN
  ALTER TABLE t ADD COLUMN extra INT DEFAULT 3;
  SELECT id, extra FROM t WHERE id = 1;
  TRUNCATE TABLE t;
  SELECT COUNT(*) FROM t;
END//
CALL p()//
