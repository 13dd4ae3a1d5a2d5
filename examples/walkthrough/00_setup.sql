-- A database and a user of its own, as root. The user may do what a developer
-- does in this database, and no more.
CREATE DATABASE bedrockdb;

CREATE USER 'bedrock_user'@'%' IDENTIFIED BY 'Aurora-over-Tromso-26';

GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, INDEX,
      CREATE ROUTINE, ALTER ROUTINE, EXECUTE
   ON bedrockdb.* TO 'bedrock_user'@'%';

-- The roles are what lets a user reach foundation models at all: one role a
-- service.
GRANT AWS_BEDROCK_ACCESS TO 'bedrock_user'@'%';

GRANT AWS_COMPREHEND_ACCESS TO 'bedrock_user'@'%';

SHOW GRANTS FOR 'bedrock_user'@'%';

-- The AWS side of it, empty when no AWS account is used.
SHOW GLOBAL VARIABLES LIKE 'aws_default%';
