"""Exit code 0 when this container's HTTP process answers a path with 200: `healthcheck.py /health/live`."""

import http.client
import os
import sys
from urllib.parse import urlsplit

connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=5)
# The public name, because Django answers no other.
host = urlsplit(os.environ.get("PUBLIC_URL", "")).netloc or "localhost"
connection.request("GET", sys.argv[1], headers={"Host": host, "X-Forwarded-Proto": "https"})
sys.exit(0 if connection.getresponse().status == 200 else 1)
