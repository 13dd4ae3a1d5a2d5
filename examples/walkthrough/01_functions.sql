-- From here on we are bedrock_user. A role counts while it is active.
SET ROLE AWS_BEDROCK_ACCESS, AWS_COMPREHEND_ACCESS;

SELECT CURRENT_USER(), CURRENT_ROLE();

-- Two functions that stand for foundation models. The ids are Bedrock's own;
-- airglow.toml beside this file says who answers for them.
CREATE FUNCTION claude3_haiku (request_body TEXT)
    RETURNS TEXT
    ALIAS AWS_BEDROCK_INVOKE_MODEL
    MODEL ID 'anthropic.claude-3-haiku-20240307-v1:0'
    CONTENT_TYPE 'application/json'
    ACCEPT 'application/json';

CREATE FUNCTION invoke_titan (request_body TEXT)
    RETURNS TEXT
    ALIAS AWS_BEDROCK_INVOKE_MODEL
    MODEL ID 'amazon.titan-text-express-v1'
    CONTENT_TYPE 'application/json'
    ACCEPT 'application/json'
    TIMEOUT_MS 10000;

SHOW CREATE FUNCTION claude3_haiku\G

-- A function takes the body of the model's own API and gives back the whole
-- answer, as JSON in a text.
SELECT claude3_haiku('{
    "anthropic_version": "bedrock-2023-05-31",
    "max_tokens": 200,
    "temperature": 0,
    "messages": [{"role": "user", "content": [{"type": "text",
        "text": "Summarize the following text in one sentence. The airglow is a faint light of the upper air that never goes out. It is strongest near a height of ninety kilometres and is seen from everywhere on Earth. The aurora is brighter but is seen near the poles only."}]}]
}') AS whole_answer\G

-- SHOW WARNINGS names the model that answered, whenever it is another one than
-- the SQL names.
SHOW WARNINGS;

-- Titan's body looks different; so does the path to its text.
SELECT JSON_UNQUOTE(JSON_EXTRACT(invoke_titan(JSON_OBJECT(
           'inputText', 'How much of the Earth does water cover? Answer from the following text. Water covers about 71 percent of the surface of the Earth, and nearly all of it is salty. Land makes up the other 29 percent. Most of the land lies north of the equator.',
           'textGenerationConfig', JSON_OBJECT('maxTokenCount', 200, 'temperature', 0))),
       '$.results[0].outputText')) AS titan_says\G
