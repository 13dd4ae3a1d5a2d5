-- Use case 1: a table of countries, each with a short text about it.
SET ROLE AWS_BEDROCK_ACCESS;

CREATE TABLE countries (
  id           INT NOT NULL AUTO_INCREMENT,
  country      VARCHAR(52) NOT NULL DEFAULT '',
  about        TEXT,
  information  VARCHAR(2048),
  modify_user  VARCHAR(255) NOT NULL DEFAULT (CURRENT_USER()),
  updated_time DATETIME DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  PRIMARY KEY (id),
  KEY idx_update_time (updated_time)
) ENGINE=InnoDB AUTO_INCREMENT=1 DEFAULT CHARSET=utf8mb4;

INSERT INTO countries (country, about) VALUES
('India',         'India is home to more people than any other country, and its cities rank among the busiest on Earth. Its railways carry some twenty million passengers a day. The most popular dishes are dal with rice, flatbread and vegetable curries, and a good third of the people eat no meat. The Himalayas rise along the northern border.'),
('China',         'China stretches over five geographical time zones but keeps a single clock. High-speed trains link most of its large cities. Rice is the daily food of the south and wheat noodles that of the north, and dumplings are shared at the new year. The Yangtze is the longest river of Asia.'),
('United States', 'The United States has fifty states between two oceans. Its national parks draw more than three hundred million visits a year. Hamburgers, pizza and fried chicken are the favourite foods, and turkey is eaten at Thanksgiving. Alaska is the largest state, and Rhode Island is the smallest.'),
('Indonesia',     'Indonesia lies on more than seventeen thousand islands along the equator. About seven hundred languages are spoken there. Nasi goreng, rice fried with sweet soy sauce and egg, is the best loved dish of the country. Many of its volcanoes are active, and their ash keeps the soil of Java fertile.'),
('Brazil',        'Brazil covers nearly half of South America and holds most of the Amazon forest. Football is followed in every town. Feijoada, a stew of black beans and pork with rice, is the national dish and is eaten on Saturdays. Most of its electricity comes from water power.'),
('Mexico',        'Mexico has thirty-five world heritage sites, and pyramids older than its language. Its capital stands on the bed of a former lake. Tacos of maize tortillas with meat, beans and chilli are the most popular food and are sold at every corner. Monarch butterflies spend the winter in its mountains.'),
('Japan',         'Japan counts more than fourteen thousand islands, of which four hold nearly all of its people. Its trains are known for leaving on the second. Rice with fish and miso soup is the traditional food, while ramen noodles and sushi are the popular dishes of its cities. Cherry trees bloom from south to north in spring.'),
('Italy',         'Italy reaches from the Alps far into the Mediterranean Sea. It has more world heritage sites than any other country. Pasta is the food that Italians eat nearly every day, and pizza from Naples is popular all over the world. Etna on Sicily is the tallest active volcano of Europe.'),
('Ethiopia',      'Ethiopia counts thirteen months in a year and begins it in September. It is one of the oldest Christian countries. Injera, a sour flatbread of teff flour served with spicy stews called wot, is the staple food at every meal. The Blue Nile springs from Lake Tana.'),
('Peru',          'Peru has a desert coast, high mountains and a part of the Amazon forest. Machu Picchu was built by the Inca in the fifteenth century. Ceviche, raw fish cooked in lime juice with onions and chilli, is the national dish, and more than three thousand kinds of potato are grown. Llamas still carry loads in the Andes.');

DELIMITER //
-- A procedure with a cursor: for each row it writes an UPDATE that asks the
-- model, and runs it. This is the older way, with the text of the row inside
-- the text of the statement. It works as long as no row holds a quote or a
-- backslash; these ten do not.
CREATE PROCEDURE enrich_countries()
BEGIN
  DECLARE done INT DEFAULT FALSE;
  DECLARE v_id INT;
  DECLARE v_about TEXT;
  DECLARE cur CURSOR FOR SELECT id, about FROM countries ORDER BY id;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = TRUE;

  OPEN cur;
  each_row: LOOP
    FETCH cur INTO v_id, v_about;
    IF done THEN
      LEAVE each_row;
    END IF;

    SET @head = '{"anthropic_version": "bedrock-2023-05-31", "max_tokens": 300, "temperature": 0, "messages": [{"role": "user", "content": [{"type": "text", "text": "Which dish or food is popular? Answer from the following text. ';
    SET @request = CONCAT('update countries, (select json_unquote(json_extract(claude3_haiku(''',
                          @head, v_about, '"}]}]}''), "$.content[0].text")) as answer) response ',
                          'set information = response.answer where id = ', v_id);
    PREPARE enrich FROM @request;
    EXECUTE enrich;
    DEALLOCATE PREPARE enrich;
  END LOOP;
  CLOSE cur;
END //
DELIMITER ;

CALL enrich_countries();

-- The last statement that the procedure wrote.
SELECT @request\G

SELECT id, country, information FROM countries ORDER BY id;
