"""A mail server of the tests' own: a real one (aiosmtpd), on loopback, that writes down what it takes.

    post_office.py FOLDER PORT [--tls CERT KEY] [--starttls CERT KEY] [--login NAME PASSWORD]

What it does with a letter is said by whom it is for:
    refuse-...@  never takes it (550)
    later-...@   takes it at the second time (451)
    drop-...@    takes it and breaks off before it says so, once
    always-drop-...@  the same each time
    hang-...@    takes it and says nothing, for a minute
Everybody else's is taken. Each letter that was taken is one file in FOLDER, as it came.
"""

import argparse
import asyncio
import itertools
import os
import ssl

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

parser = argparse.ArgumentParser()
parser.add_argument("folder")
parser.add_argument("port", type=int)
parser.add_argument("--tls", nargs=2)
parser.add_argument("--starttls", nargs=2)
parser.add_argument("--login", nargs=2)
given = parser.parse_args()
number = itertools.count()
seen = {}


def encrypted(files):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    return context


def times(name):
    seen[name] = seen.get(name, 0) + 1
    return seen[name]


class Office:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("refuse-"):
            # As real servers do, it repeats the address.
            return f"550 5.1.1 <{address}>: there is nobody of this name"
        if address.startswith("later-") and times(address) == 1:
            return f"451 4.7.1 <{address}>: come again"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        address = envelope.rcpt_tos[0]
        name = os.path.join(given.folder, f"{os.getpid()}-{next(number):04}.eml")
        head = f"X-For: {address}\r\nX-Encrypted: {session.ssl is not None}\r\n".encode()
        with open(name + ".part", "wb") as file:
            file.write(head + envelope.original_content)
        os.rename(name + ".part", name)
        if address.startswith("always-drop-") or (address.startswith("drop-") and times(address) == 1):
            server.transport.abort()
        if address.startswith("hang-"):
            await asyncio.sleep(60)
        return "250 Taken"


def authenticate(server, session, envelope, mechanism, data):
    right = isinstance(data, LoginPassword) and [data.login.decode(), data.password.decode()] == given.login
    return AuthResult(success=right, handled=False)


def protocol():
    options = {"enable_SMTPUTF8": False, "hostname": "post.example.org"}
    if given.starttls:
        options |= {"tls_context": encrypted(given.starttls), "require_starttls": True}
    if given.login:
        options |= {"authenticator": authenticate, "auth_required": True, "auth_require_tls": not given.tls}
    return SMTP(Office(), **options)


async def serve():
    context = encrypted(given.tls) if given.tls else None
    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", given.port, ssl=context)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(serve())
