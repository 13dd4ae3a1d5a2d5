"""Stores texts and calls a model function with each, and prints what came back."""

import json
import sys

import pymysql

from connection import connect

texts = json.load(sys.stdin)
result = {}
with connect() as db, db.cursor() as cursor:
    cursor.executemany("INSERT INTO texts (id, text) VALUES (%s, %s)", list(enumerate(texts)))
    db.commit()
    cursor.execute("SELECT text FROM texts ORDER BY id")
    result["stored"] = [text for (text,) in cursor.fetchall()]
    result["answered"] = []
    for text in texts:
        cursor.execute("SELECT JSON_UNQUOTE(JSON_EXTRACT(ask(%s), '$.text'))", [json.dumps({"text": text})])
        result["answered"].append(cursor.fetchone()[0])
    cursor.execute("UPDATE texts SET answer = ask(JSON_OBJECT('text', text))")
    result["updated"] = cursor.rowcount
    db.rollback()
    cursor.execute("SELECT COUNT(*) FROM texts WHERE answer IS NOT NULL")
    result["after rollback"] = cursor.fetchone()[0]
    cursor.callproc("pair", ["a", "b"])
    result["called"] = cursor.fetchall()
    try:
        cursor.execute("SELECT ask(%s)", ["not json"])
    except pymysql.MySQLError as error:
        result["error"] = [type(error).__name__, error.args[0]]
    db.ping(reconnect=False)
print(json.dumps(result))
