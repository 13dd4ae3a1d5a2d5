SET ROLE AWS_BEDROCK_ACCESS, AWS_COMPREHEND_ACCESS;

-- What the feed left: plain text, with its quotes, apostrophes, backslashes and
-- other scripts as they were.
SELECT COUNT(*) AS items,
       SUM(description LIKE '%"%')    AS with_quotes,
       SUM(description LIKE '%''%')   AS with_apostrophes,
       SUM(INSTR(description, '\\') > 0) AS with_backslashes,
       SUM(LENGTH(description) > CHAR_LENGTH(description)) AS beyond_ascii
  FROM news;

SELECT title, description FROM news WHERE link LIKE '%vault-windows'\G

DELIMITER //
-- A procedure that fills the product of each row. This is the form to
-- recommend: the statement names the column, and JSON_OBJECT makes the body.
-- The text of a row never becomes part of a statement, so nothing in it can
-- break one.
CREATE PROCEDURE fill_product()
BEGIN
  DECLARE done INT DEFAULT FALSE;
  DECLARE v_id INT;
  DECLARE cur CURSOR FOR SELECT id FROM news WHERE product IS NULL AND description <> '' ORDER BY id;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = TRUE;

  PREPARE fill FROM
    'UPDATE news
        SET product = JSON_UNQUOTE(JSON_EXTRACT(claude3_haiku(JSON_OBJECT(
              ''anthropic_version'', ''bedrock-2023-05-31'',
              ''max_tokens'', 100,
              ''temperature'', 0,
              ''messages'', JSON_ARRAY(JSON_OBJECT(''role'', ''user'', ''content'',
                CONCAT(''Give only the product name from the following description.\n\n'', description))))),
            ''$.content[0].text''))
      WHERE id = ?';
  OPEN cur;
  each_row: LOOP
    FETCH cur INTO v_id;
    IF done THEN
      LEAVE each_row;
    END IF;
    SET @id = v_id;
    EXECUTE fill USING @id;
  END LOOP;
  CLOSE cur;
  DEALLOCATE PREPARE fill;
END //

-- And one that fills the summaries. It needs no cursor: one statement does all
-- rows.
CREATE PROCEDURE fill_summary()
BEGIN
  UPDATE news
     SET summary = JSON_UNQUOTE(JSON_EXTRACT(claude3_haiku(JSON_OBJECT(
           'anthropic_version', 'bedrock-2023-05-31',
           'max_tokens', 300,
           'temperature', 0,
           'messages', JSON_ARRAY(JSON_OBJECT('role', 'user', 'content',
             CONCAT('Summarize the following description in 200 characters or less.\n\n', description))))),
         '$.content[0].text'))
   WHERE summary IS NULL AND description <> '';
END //
DELIMITER ;

CALL fill_product();

CALL fill_summary();

SHOW WARNINGS;

-- What came of it, with the character counts side by side.
SELECT id, product,
       CHAR_LENGTH(description) AS chars,
       CHAR_LENGTH(summary) AS summary_chars
  FROM news ORDER BY id;

SELECT id, title, description, summary FROM news WHERE id IN (1, 7)\G

-- One overview of twenty items: their texts, put together, are the input of a
-- single call, through a prepared statement.
SET SESSION group_concat_max_len = 1048576;

SET @all = (SELECT GROUP_CONCAT(t.description SEPARATOR '\n')
              FROM (SELECT description FROM news ORDER BY id LIMIT 20) AS t);

SELECT CHAR_LENGTH(@all) AS chars_in;

SET @body = JSON_OBJECT(
  'anthropic_version', 'bedrock-2023-05-31',
  'max_tokens', 1024,
  'temperature', 0,
  'messages', JSON_ARRAY(JSON_OBJECT('role', 'user', 'content',
    CONCAT('Summarize the following announcements in five bullet points.\n\n', @all))));

PREPARE overview FROM 'SELECT JSON_UNQUOTE(JSON_EXTRACT(claude3_haiku(?), ''$.content[0].text'')) AS overview';

EXECUTE overview USING @body\G

DEALLOCATE PREPARE overview;

-- Sentiment comes with Comprehend's two functions, which nobody has to create.
-- Four readers on the news:
CREATE TABLE comments (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, said TEXT, sentiment VARCHAR(8));

INSERT INTO comments (said) VALUES
('The new search is fast and a joy to use.'),
('We couldn''t send a message for an hour, and nobody answered our calls.'),
('The backups run at noon.'),
('Signing was easy to set up, but the documentation is a mess.');

UPDATE comments SET sentiment = aws_comprehend_detect_sentiment(said, 'en');

SELECT said, sentiment,
       ROUND(aws_comprehend_detect_sentiment_confidence(said, 'en'), 2) AS confidence
  FROM comments ORDER BY id;
