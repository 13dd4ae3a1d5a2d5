"""Logs in and prints who it is and how the connection is encrypted, or the error."""

import json

import pymysql

from connection import connect

try:
    with connect() as db, db.cursor() as cursor:
        cursor.execute("SELECT CURRENT_USER()")
        (user,) = cursor.fetchone()
        print(json.dumps({"user": user, "tls": db._secure}))
except pymysql.MySQLError as error:
    print(json.dumps({"error": error.args[0], "sentence": error.args[1]}))
