"""Connects as AIRGLOW_TEST says, a JSON object of PyMySQL's own arguments.

"tls": true uses TLS without looking at the certificate.
"""

import json
import os
import ssl

import pymysql


def connect(**more):
    arguments = json.loads(os.environ["AIRGLOW_TEST"])
    if arguments.pop("tls", False):
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        more["ssl"] = context
    else:
        more["ssl_disabled"] = True
    arguments.setdefault("charset", "utf8mb4")
    # PyMySQL would send a text's Latin-1 bytes; MySQL's passwords are UTF-8.
    arguments["password"] = arguments.get("password", "").encode()
    arguments.update(more)
    return pymysql.connect(connect_timeout=30, **arguments)
