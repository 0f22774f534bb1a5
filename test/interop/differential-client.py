# Sends requests with Python's httpcore: a line of JSON in is a case, a line of JSON out is what came of its requests.
#
# Octets travel in JSON as strings of one character for each. Nothing here knows what a case is about.

import json
import ssl
import sys

import httpcore

TIMEOUT = {"connect": 5.0, "read": 5.0, "write": 5.0, "pool": 5.0}


def octets(text):
    return text.encode("latin-1")


def text(octets):
    return octets.decode("latin-1")


def make_pool(case):
    context = ssl.create_default_context(cadata=case["ca"]) if case["ca"] else None
    proxy = case["proxy"]
    if proxy is None:
        return httpcore.ConnectionPool(ssl_context=context)
    auth = tuple(proxy["auth"]) if proxy["auth"] else None
    kind = httpcore.SOCKSProxy if proxy["url"].startswith("socks5") else httpcore.HTTPProxy
    return kind(proxy_url=proxy["url"], proxy_auth=auth, ssl_context=context)


def make_url(request):
    parts = request["parts"]
    if parts is None:
        return request["url"]
    return httpcore.URL(
        scheme=octets(parts["scheme"]), host=octets(parts["host"]), port=parts["port"], target=octets(parts["target"])
    )


def make_headers(request):
    if request["asText"]:
        return [tuple(pair) for pair in request["headers"]]
    return [(octets(name), octets(value)) for name, value in request["headers"]]


def make_content(request):
    content = request["content"]
    if content is None or isinstance(content, str):
        return None if content is None else octets(content)
    return iter([octets(piece) for piece in content])


def send(pool, request):
    try:
        response = pool.request(
            request["method"] if request["asText"] else octets(request["method"]),
            make_url(request),
            headers=make_headers(request),
            content=make_content(request),
            extensions={"timeout": TIMEOUT},
        )
    except Exception as error:
        return {"error": type(error).__name__}
    return {
        "status": response.status,
        "version": text(response.extensions["http_version"]),
        "reason": text(response.extensions["reason_phrase"]),
        "headers": [[text(name), text(value)] for name, value in response.headers],
        "content": text(response.content),
    }


print(json.dumps({"version": httpcore.__version__}), flush=True)
for line in sys.stdin:
    case = json.loads(line)
    with make_pool(case) as pool:
        results = [send(pool, request) for request in case["requests"]]
    print(json.dumps(results), flush=True)
