"""What git (2.39) ignores by patterns of many kinds. usage: gitignore.py tests/Simile.Tests/Ingestion/gitignore.json   (git)"""
import json, os, subprocess, sys, tempfile

PATTERNS = ["*.log", "/top.txt", "build/", "docs/*.md", "**/deep", "a/**", "a/**/b", "!keep.log", "# no", "\\#yes", "\\!yes", "x[0-9].txt",
            "y[!a].txt", "sp\\ ", "trail   ", "foo/bar", "**/foo/baz/", "z?z", "dir/", "*.c\n!main.c", "/*\n!/src", ".env*", "abc/**/def.txt",
            "[", "wild*card", "Mixed.TXT"]
PATHS = ["a.log", "sub/a.log", "keep.log", "top.txt", "sub/top.txt", "build/", "build", "sub/build/", "docs/a.md", "docs/sub/a.md",
         "x/docs/a.md", "deep", "p/q/deep", "a/b", "a/x/b", "a/x/y/b", "#yes", "# no", "!yes", "x1.txt", "xa.txt", "ya.txt", "yb.txt", "sp ",
         "trail", "foo/bar", "q/foo/bar", "q/foo/baz/", "zaz", "zz", "dir/", "dir", "main.c", "other.c", "src", "src/x", "other", ".env",
         ".env.local", "abc/def.txt", "abc/p/def.txt", "abc/p/q/def.txt", "[", "wildcard", "wild-x-card", "wild/card", "Mixed.TXT", "mixed.txt"]
rows = []
with tempfile.TemporaryDirectory() as folder:
    subprocess.run(["git", "init", "-q", folder], check=True)
    for pattern in PATTERNS:
        with open(os.path.join(folder, ".gitignore"), "w") as file:
            file.write(pattern + "\n")
        said = subprocess.run(["git", "check-ignore", "--no-index", "-v", "-n", "-z", "--stdin"], cwd=folder, input="\0".join(PATHS) + "\0",
                              capture_output=True, text=True).stdout.split("\0")
        found = [said[i + 3] for i in range(0, len(said) - 3, 4) if said[i + 2] and not said[i + 2].startswith("!")]
        rows.append({"patterns": pattern, "ignored": found})
json.dump({"paths": PATHS, "rows": rows}, open(sys.argv[1], "w"), indent=1)
