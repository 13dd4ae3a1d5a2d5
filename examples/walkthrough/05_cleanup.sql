-- Everything that the walkthrough made goes away again: first what bedrock_user
-- made, then, in 06_cleanup_root.sql, the database and the user.
USE bedrockdb;

DROP PROCEDURE IF EXISTS ask_about_countries;
DROP PROCEDURE enrich_countries;
DROP PROCEDURE fill_product;
DROP PROCEDURE fill_summary;

DROP FUNCTION claude3_haiku;
DROP FUNCTION invoke_titan;

DROP TABLE countries;
DROP TABLE news;
DROP TABLE comments;

SHOW TABLES;
