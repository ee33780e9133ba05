// Golden scenarios: files of commands and of what happens then, as text.
//
// Goal: that anyone can read what the router does, one mechanism a file, and that a change of it
// shows as a diff. Method: a file is blocks of command lines, a line `----` and what happened: of
// each command its outcome (unless it is a plain "done" with events to show) and its events. The
// test runs the commands and compares. With --rewrite it writes what happened into the files
// instead; commit that only when you understand the diff.
//   advance 20s   moves time and does what is due        restart   goes on with a router loaded
//   from the rows show notices  also tells what desktops are told      show facts   also tells
//   visits, segments and intervals
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "router/router.h"
#include "tests/router/golden_language.h"
#include "tests/router/row_store.h"
#include "tests/router/text.h"

namespace tandem::router {
namespace {

constexpr char kFolder[] = "tests/router/golden";
constexpr char kWorkspace[] = "bpo";
bool rewrite = false;

// A scenario at work.
class Scenario {
 public:
  // What a line does, as text with a line end, or nothing.
  std::string Do(const std::string& line) {
    if (line.rfind("advance ", 0) == 0) {
      now_ = now_ + ParseDuration(line.substr(8));
      return Execute(AdvanceTime{});
    }
    if (line == "restart") return Restart();
    if (line == "show notices") return Show(&show_notices_);
    if (line == "show facts") return Show(&show_facts_);
    auto action = language_.Parse(line, now_);
    if (action) BringClosed(*action);
    return action ? Execute(*action) : "";
  }

 private:
  static std::string Show(bool* what) {
    *what = true;
    return "";
  }

  // What could reopen a closed ticket knows it, and what classifies one again its contact; the line
  // of anything else says what it knows.
  void BringClosed(Action& action) const {
    const auto bring = [&](auto* verb) {
      if (verb != nullptr && !verb->closed) {
        verb->closed = store_.FindClosed(kWorkspace, verb->ticket);
      }
    };
    bring(std::get_if<AddMessage>(&action));
    bring(std::get_if<ReopenTicket>(&action));
    auto* update = std::get_if<UpdateTicket>(&action);
    if (update == nullptr || !update->reclassify) return;
    update->contact = store_.FindContact(kWorkspace, update->ticket);
  }

  std::string Execute(const Action& action) {
    const Outcome outcome = router_->Execute(Command{kWorkspace, action}, now_);
    router_->CheckInvariants();
    const Changes changes = router_->TakeChanges();
    store_.Commit(changes);
    language_.Notice(action, outcome);
    std::string events;
    for (const EventRow& event : changes.events) events += TextOf(event) + "\n";
    std::string text = TextOf(outcome) + "\n";
    if (text == "done\n" && !events.empty()) text.clear();
    text += events;
    if (show_facts_) text += Facts(changes);
    if (show_notices_) {
      for (const Notice& notice : changes.notices) text += TextOf(notice) + "\n";
    }
    return text;
  }

  static std::string Facts(const Changes& changes) {
    Changes facts;
    facts.visits = changes.visits;
    facts.segments = changes.segments;
    facts.agent_intervals = changes.agent_intervals;
    facts.messages = changes.messages;
    facts.notes = changes.notes;
    facts.surveys = changes.surveys;
    return TextOf(facts);
  }

  std::string Restart() {
    const std::string before = router_->Dump();
    router_ = std::make_unique<Router>();
    router_->Load(store_.Load(), now_);
    (void)router_->Execute(Command{"", ContinueRouting{}}, now_);
    return before == router_->Dump() ? "the same state\n" : "another state:\n" + router_->Dump();
  }

  std::unique_ptr<Router> router_ = std::make_unique<Router>();
  GoldenLanguage language_;
  RowStore store_;
  Time now_ = kStart;
  bool show_notices_ = false;
  bool show_facts_ = false;
};

// Does the commands of a file, and gives the file as it should be.
std::string Play(const std::string& file) {
  Scenario scenario;
  std::string played;
  std::istringstream lines(file);
  std::string line;
  std::string output;
  bool in_output = false;
  while (std::getline(lines, line)) {
    if (in_output) {
      // What happened ends with an empty line; it is written anew.
      if (line.empty()) in_output = false;
      continue;
    }
    if (line == "----") {
      played += "----\n" + output + "\n";
      output.clear();
      in_output = true;
      continue;
    }
    played += line + "\n";
    if (line.empty() || line[0] == '#') continue;
    try {
      output += scenario.Do(line);
    } catch (const LineError& error) {
      output += "line means nothing: " + std::string(error.what()) + "\n";
    }
  }
  while (played.size() > 1 && played.substr(played.size() - 2) == "\n\n") played.pop_back();
  return played;
}

class GoldenScenario : public testing::Test {
 public:
  explicit GoldenScenario(std::filesystem::path path) : path_(std::move(path)) {}

  void TestBody() override {
    std::ifstream stream(path_);
    ASSERT_TRUE(stream) << path_;
    const std::string file{std::istreambuf_iterator<char>(stream), {}};
    const std::string played = Play(file);
    EXPECT_EQ(played.find("line means nothing"), std::string::npos) << played;
    if (rewrite) {
      std::ofstream(path_) << played;
      return;
    }
    EXPECT_EQ(file, played) << "if the difference is meant: " << path_ << " by --rewrite";
  }

 private:
  std::filesystem::path path_;
};

void RegisterScenarios() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.path().extension() == ".txt") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  for (const std::filesystem::path& path : paths) {
    testing::RegisterTest("GoldenScenario", path.stem().c_str(), nullptr, nullptr, __FILE__,
                          __LINE__,
                          [path]() -> testing::Test* { return new GoldenScenario(path); });
  }
}

}  // namespace
}  // namespace tandem::router

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--rewrite") tandem::router::rewrite = true;
  }
  tandem::router::RegisterScenarios();
  if (testing::UnitTest::GetInstance()->total_test_count() == 0) {
    std::fprintf(stderr, "expected scenarios in %s, but there are none\n", tandem::router::kFolder);
    return 1;
  }
  return RUN_ALL_TESTS();
}
