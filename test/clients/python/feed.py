"""Loads an RSS file into a table, in the way of small loader scripts.

The items' tags are stripped and quotes are escaped in the data itself; the rows
go in with one parameterised statement each and one commit.

Usage: feed.py FILE, with the connection in AIRGLOW_TEST (see connection.py).
"""

import re
import sys
import xml.etree.ElementTree as ElementTree

import pymysql.cursors

from connection import connect

INSERT = "INSERT INTO t_feed (title, link, description) VALUES (%s, %s, %s)"


def tidy(text):
    text = re.sub("<[^>]+>", "", text or "")
    return text.replace("'", "\\'").replace('"', '\\"').replace("\n", " ")


def main():
    items = ElementTree.parse(sys.argv[1]).iterfind("./channel/item")
    db = connect(charset="utf8", cursorclass=pymysql.cursors.DictCursor)
    with db, db.cursor() as cursor:
        for item in items:
            values = [tidy(item.findtext(name)) for name in ("title", "link", "description")]
            cursor.execute(INSERT, values)
        db.commit()
        cursor.execute("SELECT COUNT(*) AS n FROM t_feed")
        print("%d items" % cursor.fetchone()["n"])


main()
