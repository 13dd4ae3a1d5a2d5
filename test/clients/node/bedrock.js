// Asks a model in every way that AWS's client for JavaScript has, and prints what
// came as JSON. AIRGLOW_TEST has the endpoint's url, the keys and the model.
'use strict';

const {
  BedrockRuntimeClient, InvokeModelCommand, InvokeModelWithResponseStreamCommand, ConverseCommand, ConverseStreamCommand,
} = require('@aws-sdk/client-bedrock-runtime');

const given = JSON.parse(process.env.AIRGLOW_TEST);

function client(secret) {
  return new BedrockRuntimeClient({
    region: 'eu-north-1', endpoint: given.url, maxAttempts: 1,
    credentials: { accessKeyId: given.keyId, secretAccessKey: secret },
  });
}

async function main() {
  const aws = client(given.secret);
  const modelId = given.model;
  const text = new TextDecoder();
  const out = {};

  const invoked = await aws.send(new InvokeModelCommand({ modelId, body: given.body }));
  out.invoked = JSON.parse(text.decode(invoked.body));

  const streamed = await aws.send(new InvokeModelWithResponseStreamCommand({ modelId, body: given.body }));
  out.chunks = [];
  for await (const event of streamed.body) out.chunks.push(JSON.parse(text.decode(event.chunk.bytes)));

  const messages = [{ role: 'user', content: [{ text: given.prompt }] }];
  const conversed = await aws.send(new ConverseCommand({ modelId, messages }));
  out.conversed = conversed.output.message.content[0].text;
  out.usage = conversed.usage;

  const events = await aws.send(new ConverseStreamCommand({ modelId, messages }));
  out.events = [];
  for await (const event of events.stream) out.events.push(event);

  try {
    await client('wrong').send(new InvokeModelCommand({ modelId, body: given.body }));
  } catch (error) {
    out.refusal = { name: error.name, status: error.$metadata && error.$metadata.httpStatusCode };
  }
  console.log(JSON.stringify(out));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
