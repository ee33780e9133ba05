// Goal: whoever mistypes a command, an option or a value is told what was meant. Method: words, and
// a small command line.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/ctl/command_line.h"
#include "server/ctl/completion.h"
#include "server/ctl/suggest.h"

namespace tandem::ctl {
namespace {

TEST(Nearest, FindsWhatDiffersByFewLetters) {
  const std::vector<std::string> words = {"queues", "tickets", "agents", "routing-profiles"};
  EXPECT_EQ(Nearest("quues", words), "queues");
  EXPECT_EQ(Nearest("tikcets", words), "tickets");
  EXPECT_EQ(Nearest("agent", words), "agents");
  EXPECT_EQ(Nearest("routing-proflie", words), "routing-profiles");
  EXPECT_EQ(Nearest("rout", words), "routing-profiles") << "the beginning of a word";
}

TEST(Nearest, FindsNothingWhereNothingIsNear) {
  EXPECT_EQ(Nearest("walrus", {"queues", "tickets"}), "");
  EXPECT_EQ(Nearest("", {"queues"}), "");
  EXPECT_EQ(Nearest(std::string(10'000, 'q'), {"queues"}), "");
  EXPECT_EQ(DidYouMean("walrus", {"queues"}), "");
  EXPECT_EQ(DidYouMean("quue", {"queue"}), "; did you mean queue?");
}

// get KIND [-o FORM] and agent login, with --workspace above both.
class CommandLine : public testing::Test {
 protected:
  CommandLine() {
    root_.add_option("--workspace", text_);
    root_.require_subcommand(1);
    root_.fallthrough();
    CLI::App* get = root_.add_subcommand("get", "Print");
    Restrict(context_, get->add_option("KIND", text_)->required(), {"queues", "tickets"});
    AddForm(*get, context_, form_);
    root_.add_subcommand("agent", "Be an agent")->add_subcommand("login", "Log in");
  }

  std::string Mistake(std::vector<std::string> words) {
    const std::vector<std::string> given = words;
    try {
      std::reverse(words.begin(), words.end());
      root_.parse(std::move(words));
    } catch (const CLI::ParseError& error) {
      return ExplainMistake(root_, given, error.what());
    }
    return "";
  }

  Context context_;
  std::string text_;
  Form form_ = Form::kTable;
  CLI::App root_{"", "tandemctl"};
};

TEST_F(CommandLine, NamesTheCommandThatWasMeant) {
  EXPECT_EQ(Mistake({"gte", "queues"}), "tandemctl: unknown command gte; did you mean get?");
  EXPECT_EQ(Mistake({"agent", "logni"}),
            "tandemctl agent: unknown command logni; did you mean login?");
  EXPECT_EQ(Mistake({"walrus"}), "tandemctl: unknown command walrus");
}

TEST_F(CommandLine, NamesTheOptionThatWasMeant) {
  EXPECT_EQ(Mistake({"get", "queues", "--otput", "json"}),
            "tandemctl get: unknown option --otput; did you mean --output?");
  EXPECT_EQ(Mistake({"get", "queues", "--workspce=a"}),
            "tandemctl get: unknown option --workspce; did you mean --workspace?");
}

TEST_F(CommandLine, NamesTheValueThatWasMeant) {
  EXPECT_EQ(Mistake({"get", "ticket"}),
            "tandemctl get: KIND: expected one of queues, tickets, but got ticket; did you mean "
            "tickets?");
  EXPECT_EQ(Mistake({"--workspace", "a", "get", "queues", "-o", "jsn"}),
            "tandemctl get: --output: expected one of table, json, yaml, but got jsn; did you mean "
            "json?");
}

TEST_F(CommandLine, LeavesTheParsersOwnWordWhereEveryNameIsRight) {
  EXPECT_EQ(Mistake({"get"}), "tandemctl get: KIND is required");
}

TEST_F(CommandLine, TakesCommandsNamesAsValues) {
  EXPECT_EQ(Mistake({"--workspace", "get", "get", "queues", "-o", "yaml"}), "");
  EXPECT_EQ(form_, Form::kYaml);
}

TEST_F(CommandLine, ShowsExamplesBeforeOptions) {
  root_.formatter(std::make_shared<ExamplesFirst>());
  CLI::App* fly = root_.add_subcommand("fly", "Fly");
  fly->formatter(std::make_shared<ExamplesFirst>());
  fly->footer("\nExamples:\n  tandemctl fly");
  const std::string help = fly->help();
  EXPECT_LT(help.find("Examples:"), help.find("Usage:")) << help;
  EXPECT_EQ(help.find("Examples:"), help.rfind("Examples:")) << help;
}

TEST_F(CommandLine, IsInEveryShellsCompletion) {
  for (const std::string& shell : Shells()) {
    const std::string script = CompletionScript(root_, context_.choices, shell);
    for (const char* word : {"get", "login", "output", "workspace", "queues", "yaml"}) {
      EXPECT_NE(script.find(word), std::string::npos) << shell << " lacks " << word;
    }
  }
}

TEST(AddDuration, TakesUnitsAndSeconds) {
  absl::Duration duration;
  CLI::App app;
  AddDuration(app, "--timeout", duration, "");
  app.parse("--timeout 500ms");
  EXPECT_EQ(duration, absl::Milliseconds(500));
  app.parse("--timeout 1.5");
  EXPECT_EQ(duration, absl::Milliseconds(1500));
  EXPECT_THROW(app.parse("--timeout soon"), CLI::ParseError);
  EXPECT_THROW(app.parse("--timeout=-1s"), CLI::ParseError);
}

}  // namespace
}  // namespace tandem::ctl
