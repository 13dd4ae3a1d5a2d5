REVOKE AWS_BEDROCK_ACCESS FROM 'bedrock_user'@'%';

REVOKE AWS_COMPREHEND_ACCESS FROM 'bedrock_user'@'%';

DROP DATABASE bedrockdb;

DROP USER 'bedrock_user'@'%';

SELECT user FROM mysql.user WHERE user = 'bedrock_user';
