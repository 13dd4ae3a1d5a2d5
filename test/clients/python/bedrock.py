"""Asks a model in every way that boto3 has, and prints what came as JSON.

AIRGLOW_TEST has the endpoint's url, the keys and the model.
"""

import json
import os

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

given = json.loads(os.environ["AIRGLOW_TEST"])


def client(service, secret=given["secret"]):
    return boto3.client(
        service, endpoint_url=given["url"], region_name="eu-north-1", aws_access_key_id=given["keyId"],
        aws_secret_access_key=secret, config=Config(retries={"total_max_attempts": 1}))


runtime = client("bedrock-runtime")
model, messages = given["model"], [{"role": "user", "content": [{"text": given["prompt"]}]}]
out = {}
out["models"] = [m["modelId"] for m in client("bedrock").list_foundation_models()["modelSummaries"]]
out["invoked"] = json.loads(runtime.invoke_model(modelId=model, body=given["body"])["body"].read())
streamed = runtime.invoke_model_with_response_stream(modelId=model, body=given["body"])
out["chunks"] = [json.loads(event["chunk"]["bytes"]) for event in streamed["body"]]
conversed = runtime.converse(modelId=model, messages=messages)
out["conversed"] = conversed["output"]["message"]["content"][0]["text"]
out["usage"] = conversed["usage"]
out["events"] = list(runtime.converse_stream(modelId=model, messages=messages)["stream"])
try:
    client("bedrock-runtime", "wrong").invoke_model(modelId=model, body=given["body"])
except ClientError as error:
    out["refusal"] = {"name": error.response["Error"]["Code"], "status": error.response["ResponseMetadata"]["HTTPStatusCode"]}
print(json.dumps(out))
