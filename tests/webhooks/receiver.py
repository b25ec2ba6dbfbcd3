"""The receiver of the tests: it verifies what arrives with the library of those who made Standard Webhooks,
and fails on purpose.

    receiver.py FOLDER PORT

What it answers is said by the path, of which the first word counts:
    /fail-N-...     500 to the first N attempts at each message
    /refuse-N-...   400 to the first N attempts at the first message that comes, and takes the others
    /hang-...       nothing for a minute
    /redirect-...   a redirect to /redirected on this machine
    /huge-...       200 with ten megabytes
    /gone-...       410
    /push-...       201, as push services do
Everything else is taken. FOLDER/secrets.json has the secrets by path. Each attempt is one line of
FOLDER/attempts.jsonl.
"""

import base64
import collections
import http.server
import json
import sys
import threading
import time

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

folder, port = sys.argv[1], int(sys.argv[2])
lock = threading.Lock()
attempts = collections.Counter()
first = {}


def verified(secret, body, headers):
    try:
        Webhook(secret).verify(body, headers)
        return True
    except WebhookVerificationError:
        return False


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.note("", {})
        self.say(200)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        # What is closed to us is kept as it came.
        closed = self.headers["content-encoding"] == "aes128gcm"
        body = base64.b64encode(body).decode() if closed else body.decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        message, path = headers.get("webhook-id", ""), self.path
        with lock:
            first.setdefault(path, message)
            attempts[path, message] += 1
            number = attempts[path, message]
        word, _, rest = path.strip("/").partition("-")
        line = self.note(body, headers)
        if word == "fail" and number <= int(rest.split("-")[0]):
            self.say(500)
        elif word == "refuse" and message == first[path] and number <= int(rest.split("-")[0]):
            self.say(400)
        elif word == "hang":
            time.sleep(60)
        elif word == "redirect":
            self.say(302, {"Location": f"http://127.0.0.1:{self.server.server_port}/redirected"})
        elif word == "gone":
            self.say(410)
        elif word == "push":
            self.say(201)
        elif word == "huge":
            self.huge(line)
        else:
            self.say(200)

    def note(self, body, headers):
        try:
            with open(f"{folder}/secrets.json") as file:
                secrets = json.load(file).get(self.path, [])
        except FileNotFoundError:
            secrets = []
        line = {
            "path": self.path,
            "at": time.time(),
            "headers": headers,
            "body": body,
            "verified": [verified(secret, body, headers) for secret in secrets],
        }
        self.write(line)
        return line

    def write(self, line):
        with lock, open(f"{folder}/attempts.jsonl", "a") as file:
            file.write(json.dumps(line) + "\n")

    def say(self, status, headers={}):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def huge(self, line):
        self.send_response(200)
        self.send_header("Content-Length", str(10_000_000))
        self.end_headers()
        sent = 0
        try:
            while sent < 10_000_000:
                sent += self.wfile.write(b"x" * 10_000)
        except OSError:
            pass
        self.close_connection = True
        self.write({**line, "path": "/sent", "sent": sent})


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


server = Server(("127.0.0.1", port), Receiver)
print(server.server_port, flush=True)
server.serve_forever()
