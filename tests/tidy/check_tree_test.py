#!/usr/bin/env python3
"""Shows that every rule of check_tree.py can fail: a clean tree in a temporary folder has no finding, and the same tree
with one mistake has exactly that finding. Also shows what the rules must leave alone."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import check_tree


def header(path, body=""):
    guard = check_tree.guard_of(path)
    return f"#ifndef {guard}\n#define {guard}\n\n{body}\n#endif  // {guard}\n"


CLEAN = {
    "CMakeLists.txt": "add_subdirectory(router)\n",
    "Makefile": "help:\n\t@echo help\n",
    "proto/CMakeLists.txt": "set(PROTOS tandem/v1/ticket.proto)\n",
    "proto/tandem/v1/ticket.proto": 'syntax = "proto3";\n',
    "router/CMakeLists.txt": "tandem_library(tandem_router SOURCES huge_pages.cc time.cc)\n",
    "router/huge_pages.cc": "#include <sys/mman.h>\n",
    "router/time.h": header("router/time.h", "#include <cstdint>\n"),
    "router/time.cc": '#include "router/time.h"\n\n#include "absl/container/btree_map.h"\n',
    "server/CMakeLists.txt": "add_subdirectory(store)\ntandem_executable(tandemd SOURCES main.cc)\n",
    "server/main.cc": '#include "server/store/memory_store.h"\n#include "server/rpc/status.h"\n',
    "server/store/CMakeLists.txt": "tandem_library(s SOURCES memory_store.cc postgres_store.cc)\n",
    "server/store/memory_store.h": header("server/store/memory_store.h", '#include "router/time.h"\n'),
    "server/store/memory_store.cc": '#include "server/store/memory_store.h"\n',
    "server/store/postgres_store.cc": "#include <libpq-fe.h>\n\n#include <pqxx/pqxx>\n",
    "server/engine/engine.h": header("server/engine/engine.h"),
    "server/rpc/status.h": header("server/rpc/status.h", "#include <grpcpp/grpcpp.h>\n"),
    "tests/CMakeLists.txt": "tandem_test(time_test SOURCES router/time_test.cc)\n",
    "tests/router/time_test.cc": '#include "router/time.h"\n#include "server/rpc/status.h"\n',
}

# One mistake each: the rule that finds it, the file, its content.
MISTAKES = [
    ("arrows", "router/time.cc", '#include "server/store/memory_store.h"\n'),
    ("arrows", "router/time.cc", '#include "time.h"\n'),
    ("arrows", "router/time.cc", "#include <chrono>\n"),
    ("arrows", "router/time.cc", '#include "absl/time/time.h"\n'),
    ("arrows", "router/time.cc", "#include <spdlog/spdlog.h>\n"),
    ("arrows", "router/time.cc", "#include <sys/mman.h>\n"),
    ("arrows", "router/time.cc", '#include "tests/support/clock.h"\n'),
    ("arrows", "server/store/memory_store.cc", '#include "server/engine/engine.h"\n'),
    ("arrows", "server/store/memory_store.cc", "#include <pqxx/pqxx>\n"),
    ("arrows", "server/store/memory_store.cc", "#include <libpq-fe.h>\n"),
    ("arrows", "server/store/postgres_store.cc", '#include "tandem/v1/ticket.pb.h"\n'),
    ("arrows", "server/store/memory_store.cc", "#include <curl/curl.h>\n"),
    ("arrows", "server/main.cc", "#include <grpcpp/grpcpp.h>\n"),
    ("arrows", "server/engine/engine.h",
     header("server/engine/engine.h", '#include "server/store/memory_store.h"\n')),
    ("arrows", "server/engine/engine.h",
     header("server/engine/engine.h", '#include "server/query/list.h"\n')),
    ("arrows", "server/other/engine.h", header("server/other/engine.h")),
    ("unlisted", "router/forgotten.cc", "int x;\n"),
    ("unlisted", "tests/router/forgotten_test.cc", "int x;\n"),
    ("unlisted", "tests/e2e/forgotten_test.py", "x = 1\n"),
    ("unlisted", "proto/tandem/v1/forgotten.proto", 'syntax = "proto3";\n'),
    ("guard", "router/time.h", "#pragma once\n"),
    ("guard", "router/time.h", "int x;\n"),
    ("guard", "router/time.h", header("router/clock.h")),
    ("length", "router/time.cc", "\n".join(f"int x{i};" for i in range(check_tree.MAX_LINES + 1)) + "\n"),
    ("whitespace", "router/time.cc", "int x; \n"),
    ("whitespace", "router/time.cc", "\tint x;\n"),
    ("whitespace", "router/time.cc", "int x;"),
    ("whitespace", "router/time.cc", "int x;\n\n"),
    ("machine-path", "router/time.cc", "// See /" + "work/notes.txt.\n"),
    ("machine-path", "docs/how.md", "Read ../" + "shared/notes.md.\n"),
    ("folder", "scripts/run", "true\n"),
]

# For each ban: a file and a line of code that it must find.
BANNED = {
    "router-clock": ("router/time.cc", "auto t = std::chrono::steady_clock::now();"),
    "router-random": ("router/time.cc", "std::random_device device;"),
    "router-environment": ("router/time.cc", 'auto* home = std::getenv("HOME");'),
    "router-file": ("router/time.cc", "std::ifstream file;"),
    "router-lock": ("router/time.cc", "std::mutex mutex;"),
    "router-floating-point": ("router/time.cc", "double score = 0;"),
    "router-shared-pointer": ("router/time.cc", "std::shared_ptr<int> x;"),
    "router-hash-order": ("router/time.cc", "std::unordered_map<int, int> x;"),
    "rand": ("server/main.cc", "int x = std::rand();"),
    "strtok": ("server/main.cc", 'auto* x = strtok(y, ",");'),
    "calendar-time": ("server/main.cc", "auto* x = std::localtime(&y);"),
    "text-to-number": ("server/main.cc", "int x = atoi(y);"),
    "unbounded-write": ("server/main.cc", 'sprintf(x, "y");'),
    "system": ("tests/router/time_test.cc", 'system("ls");'),
    "sleep": ("server/main.cc", "std::this_thread::sleep_for(x);"),
    "print": ("server/store/memory_store.cc", 'std::printf("x");'),
    "using-namespace": ("server/main.cc", "using namespace std;"),
    "detached-thread": ("server/main.cc", "std::thread thread(x);"),
}

# What looks like a mistake and is none.
INNOCENT = [
    ("router/time.cc", "// A double or std::chrono in a comment, and rand() too.\n"),
    ("router/time.cc", 'const char* x = "double /* " "std::mutex";\nint y = 1\'000\'000;\n'),
    ("router/time.cc", 'const char* x = R"(double\n"std::mutex)";\n'),
    ("router/time.cc", "int64_t x = entry.time(y) + entry->time(y) + lifetime(y);\n"),
    ("server/main.cc", 'std::printf("x"); gmtime_r(&x, &y);\n'),
    ("server/main.cc", "auto x = std::thread::hardware_concurrency();\n"),
    ("server/main.cc", "Stubs() : system(v1::NewStub(x)) {}\nstd::mt19937_64 random(seed);\n"),
    ("server/store/memory_store.cc", "std::snprintf(x, 1, y);\n"),
    ("tests/router/time_test.cc", "std::this_thread::sleep_for(x); double y = 0;\n"),
    ("docs/how.md", "See router/work/x.h and https://example.org/work/x.\n"),
]


class CheckTree(unittest.TestCase):
    def findings_with(self, path=None, content=None):
        with tempfile.TemporaryDirectory() as root:
            for name, text in {**CLEAN, **({path: content} if path else {})}.items():
                file = pathlib.Path(root, name)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)
            return check_tree.findings_in(root)

    def test_clean_tree_has_no_finding(self):
        self.assertEqual(self.findings_with(), [])

    def test_each_mistake_is_found_by_its_rule_alone(self):
        for rule, path, content in MISTAKES:
            with self.subTest(rule=rule, path=path, content=content[:60]):
                found = {(finding.rule, finding.path.split("/")[0]) for finding in self.findings_with(path, content)}
                self.assertEqual(found, {(rule, path.split("/")[0])})

    def test_each_ban_finds_its_example_on_the_right_line(self):
        for name, (path, line) in BANNED.items():
            with self.subTest(name=name):
                found = [(finding.rule, finding.path, finding.line)
                         for finding in self.findings_with(path, f"// First line.\n{line}\n")]
                self.assertEqual(found, [(name, path, 2)])

    def test_every_ban_and_every_rule_has_an_example(self):
        self.assertEqual(sorted(BANNED), sorted(ban.name for ban in check_tree.BANS))
        rules = {"arrows", "unlisted", "guard", "length", "whitespace", "machine-path", "folder"}
        self.assertEqual({rule for rule, _, _ in MISTAKES}, rules)
        self.assertEqual(len(check_tree.CHECKS), len(rules) + 1, "a rule without a mistake in this file")

    def test_innocent_code_is_left_alone(self):
        for path, content in INNOCENT:
            with self.subTest(path=path, content=content[:60]):
                self.assertEqual(self.findings_with(path, content), [])


if __name__ == "__main__":
    unittest.main()
