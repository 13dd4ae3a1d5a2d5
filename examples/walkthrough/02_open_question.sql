-- The open question: nothing but the name of a country. It takes a model that
-- knows the world. A small built-in model refuses it with an error that says
-- why; map the function's model to Bedrock, and this fills every row.
SET ROLE AWS_BEDROCK_ACCESS;

DELIMITER //
CREATE PROCEDURE ask_about_countries()
BEGIN
  DECLARE done INT DEFAULT FALSE;
  DECLARE v_id INT;
  DECLARE v_country VARCHAR(52);
  DECLARE cur CURSOR FOR SELECT id, country FROM countries ORDER BY id;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = TRUE;

  OPEN cur;
  each_row: LOOP
    FETCH cur INTO v_id, v_country;
    IF done THEN
      LEAVE each_row;
    END IF;

    SET @question = CONCAT('"messages": [{"role": "user", "content": [{"type": "text", "text": "Which food is loved most by the people of ', v_country, '?"}]}]}');
    SET @request = CONCAT('update countries, (select json_unquote(json_extract(claude3_haiku(''',
                          '{"anthropic_version": "bedrock-2023-05-31", "max_tokens": 300, "temperature": 0, ', @question,
                          '''), "$.content[0].text")) as answer) response ',
                          'set information = response.answer where id = ', v_id);
    PREPARE ask FROM @request;
    EXECUTE ask;
    DEALLOCATE PREPARE ask;
  END LOOP;
  CLOSE cur;
END //
DELIMITER ;

CALL ask_about_countries();

SELECT id, country, information FROM countries ORDER BY id;
