#!/usr/bin/env python3
"""The rules of the house that a compiler does not know: arrows between folders, banned calls, files that no target
builds, header guards, length, whitespace, words that belong to one machine only.

    tests/tidy/check_tree.py [root]

Prints one line per finding, `path:line: rule: what was expected`, and fails when there is any. Every rule has an
example in check_tree_test.py that it must find, so a rule that stops working is noticed.
"""

import functools
import os
import pathlib
import re
import sys
from typing import NamedTuple

MAX_LINES = 700
TOP_FOLDERS = {"proto", "server", "router", "deploy", "tests", "docs", ".ci"}
IGNORED_FOLDERS = {".git", "build", ".cache", "__pycache__"}
CODE_SUFFIXES = (".cc", ".h")
LENGTH_SUFFIXES = (".cc", ".h", ".proto", ".py", ".sql", ".sh", ".go", ".ts", ".java", "CMakeLists.txt")
# What make and gofmt indent by tabs.
TAB_SUFFIXES = ("Makefile", ".go", "go.mod")
DATA_SUFFIXES = (".jsonl", ".csv", ".svg")


class Finding(NamedTuple):
    path: str
    line: int
    rule: str
    text: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.rule}: {self.text}"


# --- The tree --------------------------------------------------------------------------------------------------------

# What is no code in C++: raw strings, comments, strings, characters. A quote within a number is not a character.
NOT_CODE = re.compile(
    r'R"(?P<mark>[^\s()\\]*)\(.*?\)(?P=mark)"'
    r'|//[^\n]*'
    r'|/\*.*?\*/'
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9A-Fa-f])'(?:\\[^'\n]{1,9}|\\'|[^'\\\n])'",
    re.DOTALL)


class Tree:
    """The text files below a folder, by their path from it."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.paths = []
        for folder, folders, names in os.walk(self.root):
            folders[:] = sorted(name for name in folders if name not in IGNORED_FOLDERS)
            for name in sorted(names):
                path = (pathlib.Path(folder) / name).relative_to(self.root).as_posix()
                if self.bytes(path).find(b"\0") < 0:
                    self.paths.append(path)

    def bytes(self, path):
        return (self.root / path).read_bytes()

    @functools.cache
    def text(self, path):
        return self.bytes(path).decode("utf-8", errors="replace")

    @functools.cache
    def code(self, path):
        """The text with comments and literals blanked; lines stay where they are."""
        return NOT_CODE.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), self.text(path))

    @functools.cache
    def includes(self, path):
        """(line, name, quoted) of each #include."""
        found = []
        for number, line in enumerate(self.text(path).splitlines(), 1):
            match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
            if match:
                found.append((number, match.group(2), match.group(1) == '"'))
        return found

    def sources(self, *suffixes):
        return [path for path in self.paths if path.endswith(suffixes or CODE_SUFFIXES)]


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


# --- Arrows between folders ------------------------------------------------------------------------------------------

# What the code of a layer may include of ours. `main` is what lies directly in server/: it wires the rest.
ARROWS = {
    "router": {"router"},
    "files": {"files"},
    "hours": {"hours", "router"},
    "sync": {"sync"},
    "log": {"log"},
    "metrics": {"metrics"},
    "store": {"store", "router", "metrics", "sync"},
    "engine": {"engine", "hours", "store", "router", "metrics", "sync"},
    "live": {"live", "engine", "store", "router", "sync"},
    "query": {"query", "hours", "store", "router", "sync"},
    "webhook": {"webhook", "live", "engine", "store", "router", "metrics", "sync"},
    "rpc": {"rpc", "live", "webhook", "engine", "query", "store", "router", "log", "metrics", "sync"},
    "http": {"http", "engine", "query"},
    "embedded": {"embedded", "files"},
    "ctl": {"ctl", "files"},
    "main": {"main", "ctl", "embedded", "files", "http", "rpc", "live", "webhook", "query", "engine", "store", "router", "log",
             "metrics", "sync"},
    "tests": {"tests", "main", "ctl", "embedded", "files", "hours", "http", "rpc", "live", "webhook", "query", "engine", "store",
              "router", "log", "metrics", "sync"},
}
ROUTER_ABSEIL = re.compile(r"absl/(container|hash|types)/")
# Headers of the standard library that let the world into the router.
ROUTER_BANNED_HEADERS = {
    "atomic", "chrono", "condition_variable", "ctime", "filesystem", "fstream", "future", "iostream", "mutex",
    "random", "semaphore", "shared_mutex", "stop_token", "thread", "unordered_map", "unordered_set",
}
# The pages of memory are no part of the world that decisions depend on.
ROUTER_MEMORY = {"router/huge_pages.cc": {"sys/mman.h"}}
DRIVER = re.compile(r"(pqxx/|pqxx$|libpq|postgres_ext\.h$|postgresql/)")
GENERATED = re.compile(r"(\.pb\.h$|grpcpp/|grpc/|google/protobuf/)")
CONCRETE_STORE = re.compile(r"server/store/(memory|postgres)_\w+\.h$")


def layer_of(path):
    parts = path.split("/")
    if parts[0] == "server":
        return parts[1] if len(parts) > 2 else "main"
    return parts[0] if parts[0] in ("router", "tests") else None


def check_arrows(tree):
    for path in tree.sources():
        layer = layer_of(path)
        if layer not in ARROWS:
            if path.startswith("server/"):
                yield Finding(path, 1, "arrows", "expected a folder that ARROWS in tests/tidy/check_tree.py knows")
            continue
        for line, name, quoted in tree.includes(path):
            complaint = wrong_arrow(path, layer, name, quoted)
            if complaint:
                yield Finding(path, line, "arrows", complaint)


def wrong_arrow(path, layer, name, quoted):
    """Why this include is not allowed, or None."""
    target = layer_of(name)
    if target is not None and target not in ARROWS[layer]:
        return f"expected {layer} to include only {', '.join(sorted(ARROWS[layer]))}, but it includes {name}"
    if quoted and "/" not in name:
        return f"expected the path from the root of the repository, but it includes \"{name}\""
    if layer == "router" and target is None:
        if name in ROUTER_BANNED_HEADERS:
            return f"expected the world to come in as arguments, but the router includes <{name}>"
        if name in ROUTER_MEMORY.get(path, ()):
            return None
        if not ROUTER_ABSEIL.match(name) and not re.fullmatch(r"[a-z0-9_]+", name):
            return f"expected std and Abseil's container, hash and types only, but the router includes {name}"
    if layer == "tests":
        return None
    if DRIVER.match(name) and not path.startswith("server/store/postgres_"):
        return f"expected a database driver only in server/store/postgres_*, but {name} is included"
    if name.startswith("curl/") and not path.startswith("server/webhook/sender"):
        return f"expected libcurl only in server/webhook/sender*, but {name} is included"
    if GENERATED.search(name) and layer not in ("rpc", "ctl"):
        return f"expected generated code and gRPC only in server/rpc and server/ctl, but {name} is included"
    if CONCRETE_STORE.search(name) and layer not in ("store", "main"):
        return f"expected server/store/store.h, the seam, but the concrete {name} is included"
    return None


# --- Banned calls ----------------------------------------------------------------------------------------------------


class Ban(NamedTuple):
    name: str
    where: str  # regular expression over paths
    what: str  # regular expression over code
    instead: str


# A name called as a free function: not a member, not a part of a longer name.
CALL = r"(?<![\w.>])(?:std::|::)?(?:{})\s*\("
ROUTER = r"^router/"
OURS = r"^(router|server)/"
ALL = r"^(router|server|tests)/"

BANS = [
    Ban("router-clock", ROUTER, r"\bstd::chrono\b|" + CALL.format("time|clock_gettime|gettimeofday"),
        "router::Time and router::Duration, given by the command"),
    Ban("router-random", ROUTER, r"\b(random_device|mt19937\w*|uniform_\w+_distribution)\b",
        "an id or a value given by the command"),
    Ban("router-environment", ROUTER, CALL.format("getenv|secure_getenv|setenv"), "a field of the configuration"),
    Ban("router-file", ROUTER, CALL.format("fopen|open") + r"|\b[io]?fstream\b", "a field of a command"),
    Ban("router-lock", ROUTER, r"\b(std::(mutex|shared_mutex|recursive_mutex|lock_guard|unique_lock|atomic)|absl::Mutex)\b",
        "nothing: one thread decides"),
    Ban("router-floating-point", ROUTER, r"\b(double|float)\b", "int64_t in a stated unit"),
    Ban("router-shared-pointer", ROUTER, r"\bstd::(shared_ptr|make_shared)\b", "std::unique_ptr, or an index"),
    Ban("router-hash-order", ROUTER, r"\bstd::unordered_\w+", "absl::flat_hash_map, or absl::btree_map where it is iterated"),
    Ban("rand", ALL, CALL.format("s?rand|srandom|drand48"), "absl::BitGen, or std::mt19937_64 with a printed seed in tests"),
    Ban("strtok", ALL, CALL.format("strtok"), "absl::StrSplit"),
    Ban("calendar-time", ALL, CALL.format("localtime|gmtime|asctime|ctime"), "absl::FormatTime, or gmtime_r"),
    Ban("text-to-number", ALL, CALL.format("atoi|atol|atoll|atof"), "absl::SimpleAtoi or std::from_chars, which tell failure"),
    Ban("unbounded-write", ALL, CALL.format("sprintf|vsprintf|strcpy|strcat|gets"), "absl::StrFormat or absl::StrCat"),
    Ban("system", ALL, CALL.format("system|popen") + r"(?!\s*\w+::)", "posix_spawn with an argument list"),
    Ban("sleep", OURS, r"\bsleep_(for|until)\b|" + CALL.format("sleep|usleep|nanosleep"),
        "a condition variable's wait_until, which a stop request can end"),
    Ban("print", r"^(router/|server/(?!ctl/|main\.cc)[^/]+)", r"\bstd::cout\b|" + CALL.format("printf|puts|putchar"),
        "spdlog in the server; standard output belongs to tandemctl and main.cc"),
    Ban("using-namespace", ALL, r"\busing\s+namespace\s+std\b", "the names that are meant"),
    Ban("detached-thread", ALL, r"\bstd::thread\b(?!::)|\.detach\(\)", "std::jthread, which its owner joins"),
]


def check_bans(tree):
    for path in tree.sources():
        for ban in BANS:
            if re.search(ban.where, path):
                code = tree.code(path)
                for match in re.finditer(ban.what, code):
                    found = match.group().strip().rstrip("(")
                    yield Finding(path, line_of(code, match.start()), ban.name,
                                  f"expected {ban.instead}, but found {found}")


# --- Files that no target builds -------------------------------------------------------------------------------------


def listed_files(tree):
    """Every path that some CMakeLists.txt names, from its folder or from the root."""
    listed = set()
    for path in tree.paths:
        if path.rsplit("/", 1)[-1] == "CMakeLists.txt":
            without_comments = re.sub(r"#[^\n]*", "", tree.text(path))
            for word in re.findall(r'[^\s()"]+', without_comments):
                listed.add(os.path.normpath(word))
                listed.add(os.path.normpath(os.path.join(os.path.dirname(path), word)))
    return listed


def check_listed(tree):
    listed = listed_files(tree)
    for path in tree.paths:
        built = path.endswith((".cc", ".cpp", ".c", ".proto")) and not path.startswith(("deploy/", "docs/"))
        run = path.startswith("tests/") and re.search(r"_test\.(py|sh)$", path)
        if (built or run) and path not in listed:
            yield Finding(path, 1, "unlisted", "expected a CMakeLists.txt to list this file, but none does")


# --- Headers, length, whitespace, words ------------------------------------------------------------------------------


def guard_of(path):
    return "TANDEM_" + re.sub(r"[^A-Za-z0-9]", "_", path).upper() + "_"


def check_guards(tree):
    for path in tree.sources(".h"):
        guard = guard_of(path)
        lines = [line for line in tree.text(path).splitlines() if line.strip()]
        directives = [line for line in lines if line.startswith("#")]
        if "#pragma once" in directives:
            yield Finding(path, 1, "guard", f"expected the guard {guard}, but found #pragma once")
        elif directives[:2] != [f"#ifndef {guard}", f"#define {guard}"] or lines[-1] != f"#endif  // {guard}":
            yield Finding(path, 1, "guard", f"expected #ifndef, #define and `#endif  // {guard}` around the file")


def check_length(tree):
    for path in tree.sources(*LENGTH_SUFFIXES):
        lines = tree.text(path).count("\n")
        if lines > MAX_LINES:
            yield Finding(path, lines, "length", f"expected at most {MAX_LINES} lines, but there are {lines}; split it")


def check_whitespace(tree):
    for path in tree.paths:
        if path.endswith(DATA_SUFFIXES) or path == "LICENSE":
            continue
        text = tree.text(path)
        for number, line in enumerate(text.split("\n"), 1):
            if line != line.rstrip():
                yield Finding(path, number, "whitespace", "expected no space at the end of a line")
            if "\t" in line and not path.endswith(TAB_SUFFIXES):
                yield Finding(path, number, "whitespace", "expected spaces, but found a tab")
        if text and (not text.endswith("\n") or text.endswith("\n\n")):
            yield Finding(path, text.count("\n"), "whitespace", "expected one line end at the end of the file")


# Written in pieces, so that this file does not contain them.
MACHINE_WORDS = re.compile(r"(?<![\w.}])(?:/" + r"work/|/" + r"root/|/home/(?!tandem\b)\w|\.\./" + r"shared/|/tmp/" + r"team)")


def check_machine_words(tree):
    for path in tree.paths:
        text = tree.text(path)
        for match in MACHINE_WORDS.finditer(text):
            yield Finding(path, line_of(text, match.start()), "machine-path",
                          f"expected nothing of one machine, but found {match.group()}")


def check_folders(tree):
    for folder in sorted({path.split("/")[0] for path in tree.paths if "/" in path} - TOP_FOLDERS):
        yield Finding(folder, 1, "folder", f"expected top folders {', '.join(sorted(TOP_FOLDERS))}, but there is {folder}")


CHECKS = (check_arrows, check_bans, check_listed, check_guards, check_length, check_whitespace,
          check_machine_words, check_folders)


def findings_in(root):
    tree = Tree(root)
    return [finding for check in CHECKS for finding in check(tree)]


def main(arguments):
    root = arguments[0] if arguments else pathlib.Path(__file__).resolve().parents[2]
    findings = findings_in(root)
    for finding in findings:
        print(finding)
    if findings:
        sys.exit(f"tidy: {len(findings)} findings")
    print("tidy: every rule holds")


if __name__ == "__main__":
    main(sys.argv[1:])
