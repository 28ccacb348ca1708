#!/usr/bin/env python3
"""How many of our source files one text, or one JPEG, passes on its way to a vector.

Usage: python3 tools/files-passed.py [FOLDER OF A BERT MODEL] [--files]    (after dotnet build -c Release)

Runs `embed` without ready-made code, so that the runtime compiles each method before its first run, and lists the types whose methods it compiled (tools/files-passed, a startup hook);
then finds the file that declares each. Types of which nothing runs (interfaces, enums) do not count, nor do files that only declare such.
"""
import os, re, subprocess, sys, tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PROGRAM = os.path.join(ROOT, "src", "Simile.Cli", "bin", "Release", "net10.0", "Simile.Cli.dll")
HOOK = os.path.join(ROOT, "tools", "files-passed", "bin", "Release", "net10.0", "FilesPassed.dll")
DECLARED = re.compile(r"^\s*(?:\[[^\]]*\]\s*)*(?:public|internal|private|file|static|sealed|abstract|readonly|unsafe|partial|ref|\s)*\b(?:class|record struct|record class|record|struct)\s+(\w+)", re.M)


def files():
    found = {}
    for folder, _, names in os.walk(os.path.join(ROOT, "src")):
        if "/obj" in folder or "/bin" in folder:
            continue
        for name in names:
            if name.endswith(".cs"):
                path = os.path.join(folder, name)
                text = open(path, encoding="utf-8-sig").read()
                space = re.search(r"^namespace ([\w.]+)", text, re.M)
                for declared in DECLARED.findall(text):
                    found.setdefault((space.group(1) if space else "", declared), []).append(os.path.relpath(path, ROOT))
    return found


def passed(arguments, known):
    with tempfile.NamedTemporaryFile() as types:
        environment = dict(os.environ, DOTNET_STARTUP_HOOKS=HOOK, DOTNET_ReadyToRun="0", DOTNET_TieredCompilation="0", SIMILE_TYPES=types.name)
        subprocess.run(["dotnet", PROGRAM, *arguments], env=environment, check=True, stdout=subprocess.DEVNULL)
        seen = set()
        for line in open(types.name):
            whole = re.sub(r"\[.*", "", line.strip()).split("+")[0]
            space, _, name = re.sub(r"`\d+", "", whole).rpartition(".")
            seen.update(path for path in known.get((space, name), []) if not path.endswith(".Table.cs"))
        return sorted(seen)


known = files()
named = [argument for argument in sys.argv[1:] if argument != "--files"]
model = named[0] if named else os.path.join(ROOT, "tests", "Simile.Tests", "Reference", "encoders", "bert")
resnet = os.path.join(ROOT, "models", "simile-image-mini")
for title, arguments in (("a text (BERT)", ["embed", "ba be bi", "--model", model]), ("a JPEG (ResNet)", ["embed", "@" + os.path.join(ROOT, "samples", "pictures", "pizza.jpg"), "--model", resnet])):
    paths = passed(arguments, known)
    print(f"{title}: {len(paths)} files")
    rooms = {}
    for path in paths:
        room = "/".join(path.split("/")[1:3]) if path.count("/") > 2 else path.split("/")[1]
        rooms[room] = rooms.get(room, 0) + 1
    for room, count in sorted(rooms.items()):
        print(f"  {count:3} {room}")
    if "--files" in sys.argv:
        print("\n".join("    " + path for path in paths))
