"""Writes the tree that huggingface_hub itself makes of a small repository, and checks a tree that Simile made.

  hub.py write tests/Simile.Tests/Hub/expected-layout.json    needs huggingface_hub (1.29)
  hub.py serve                                                a hub of this machine; prints its address
  hub.py check CACHE                                          does huggingface_hub find the model there?
"""
import hashlib, json, os, sys, tempfile, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

COMMIT = "0123456789abcdef0123456789abcdef01234567"
FILES = {
    "config.json": b'{"model_type":"t5"}',
    "modules.json": b"[]",
    "tokenizer.json": b"{}",
    "1_Pooling/config.json": b'{"pooling_mode_mean_tokens":true}',
    "model.safetensors": bytes(i * 7 % 251 for i in range(100_000)),
    "onnx/model.onnx": bytes([1, 2, 3]),
    "pytorch_model.bin": bytes([4, 5, 6]),
}
NEEDED = [name for name in FILES if not name.startswith(("onnx", "pytorch"))]


def git_hash(content):
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


class Hub(BaseHTTPRequestHandler):
    store = None

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        path = self.path.split("?")[0]
        if path.startswith("/api/models/org/model/tree/"):
            return self.say(200, json.dumps([{"type": "file", "path": name, "size": len(content), "oid": git_hash(content)} for name, content in FILES.items()]).encode())
        if path.startswith("/api/models/org/model"):
            return self.say(200, json.dumps({"id": "org/model", "sha": COMMIT, "siblings": [{"rfilename": name} for name in FILES]}).encode())
        name = path.removeprefix(f"/org/model/resolve/{COMMIT}/").removeprefix("/store/")
        if name not in FILES:
            return self.say(404, b"")
        content = FILES[name]
        if name == "model.safetensors" and not path.startswith("/store/"):
            return self.say(302, b"", {"Location": f"{Hub.store}/store/{name}", "X-Repo-Commit": COMMIT, "X-Linked-Size": str(len(content)), "X-Linked-Etag": '"' + hashlib.sha256(content).hexdigest() + '"', "ETag": '"pointer"'})
        self.say(200, content, {"X-Repo-Commit": COMMIT, "ETag": '"' + git_hash(content) + '"'})

    def say(self, status, body, headers={}):
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), "Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_):
        pass


def listen():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


def tree(root):
    rows = []
    for folder, _, names in os.walk(root):
        for path in (os.path.join(folder, name) for name in names):
            relative = os.path.relpath(path, root)
            if relative.startswith("models--") and "/trees/" not in relative:  # a listing that newer versions keep for themselves
                link = os.readlink(path) if os.path.islink(path) else None
                rows.append({"path": relative, "link": link, "sha256": hashlib.sha256(open(path, "rb").read()).hexdigest()})
    return sorted(rows, key=lambda row: row["path"])


verb = sys.argv[1]
Hub.store = listen()
endpoint = listen()
os.environ["HF_ENDPOINT"] = endpoint
if verb == "serve":
    print(endpoint, flush=True)
    threading.Event().wait()
elif verb == "write":
    from huggingface_hub import __version__, snapshot_download

    with tempfile.TemporaryDirectory() as cache:
        snapshot_download("org/model", cache_dir=cache, allow_patterns=NEEDED)
        with open(sys.argv[2], "w") as out:
            json.dump({"huggingface_hub": __version__, "files": tree(cache)}, out, indent=1)
            out.write("\n")
else:
    from huggingface_hub import scan_cache_dir, snapshot_download, try_to_load_from_cache

    folder = snapshot_download("org/model", cache_dir=sys.argv[2], local_files_only=True)
    assert all(open(try_to_load_from_cache("org/model", name, cache_dir=sys.argv[2]), "rb").read() == FILES[name] for name in NEEDED)
    found = scan_cache_dir(sys.argv[2])
    assert not found.warnings, found.warnings
    print(folder, [(repo.repo_id, repo.nb_files, sorted(repo.refs)) for repo in found.repos])
