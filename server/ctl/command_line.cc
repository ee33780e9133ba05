#include "server/ctl/command_line.h"

#include <algorithm>
#include <iostream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "server/ctl/suggest.h"

namespace tandem::ctl {
namespace {

std::vector<std::string> FlagsOf(const CLI::App& command) {
  std::vector<std::string> flags;
  for (const CLI::Option* option : command.get_options()) {
    for (std::string& name : NamesOf(*option)) flags.push_back(std::move(name));
  }
  return flags;
}

// The option that the command, or one above it, has by this name.
const CLI::Option* FindOption(const CLI::App* command, const std::string& name) {
  for (; command != nullptr; command = command->get_parent()) {
    for (const CLI::Option* option : command->get_options()) {
      const std::vector<std::string> names = NamesOf(*option);
      if (std::find(names.begin(), names.end(), name) != names.end()) return option;
    }
  }
  return nullptr;
}

std::string UnknownFlag(const CLI::App& command, const std::string& name) {
  std::vector<std::string> flags;
  for (const CLI::App* app = &command; app != nullptr; app = app->get_parent()) {
    const std::vector<std::string> own = FlagsOf(*app);
    flags.insert(flags.end(), own.begin(), own.end());
  }
  return absl::StrCat("unknown option ", name, DidYouMean(name, flags));
}

std::string UnknownCommand(const CLI::App& command, const std::string& word) {
  std::vector<std::string> names;
  for (const CLI::App* one : SubcommandsOf(command)) names.push_back(one->get_name());
  return absl::StrCat("unknown command ", word, DidYouMean(word, names));
}

}  // namespace

void AddForm(CLI::App& command, Context& context, Form& form) {
  Restrict(context,
           command
               .add_option_function<std::string>(
                   "-o,--output", [&form](const std::string& name) { form = FormOf(name); },
                   "How to print: table for people; json and yaml with the API's own names")
               ->type_name("table|json|yaml"),
           FormNames());
}

void Restrict(Context& context, CLI::Option* option, std::vector<std::string> choices) {
  option->check(CLI::Validator(
      [choices](std::string& value) {
        if (std::find(choices.begin(), choices.end(), value) != choices.end()) {
          return std::string();
        }
        const std::string hint = DidYouMean(value, choices);
        // A long list would hide the hint.
        constexpr size_t kMostListed = 10;
        if (choices.size() > kMostListed && !hint.empty()) {
          return absl::StrCat("there is no ", value, hint);
        }
        return absl::StrCat("expected one of ", absl::StrJoin(choices, ", "), ", but got ", value,
                            hint);
      },
      ""));
  context.choices[option] = std::move(choices);
}

CLI::Option* AddDuration(CLI::App& command, const std::string& name, const std::string& help,
                         const std::function<void(absl::Duration)>& set) {
  return command
      .add_option_function<std::string>(
          name,
          [name, set](const std::string& text) {
            absl::Duration span;
            if (!ParseSpan(text, span)) {
              throw CLI::ValidationError(
                  name, "expected a duration such as 500ms, 10s, 5m or 7d, but got " + text);
            }
            set(span);
          },
          help)
      ->type_name("DURATION");
}

CLI::Option* AddDuration(CLI::App& command, const std::string& name, absl::Duration& duration,
                         const std::string& help) {
  return AddDuration(command, name, help, [&duration](absl::Duration span) { duration = span; });
}

CLI::Option* AddInstant(CLI::App& command, const std::string& name, const std::string& help,
                        const std::function<void(const SaidInstant&)>& set) {
  return command
      .add_option_function<std::string>(
          name,
          [name, set](const std::string& text) {
            SaidInstant instant;
            if (!ParseInstant(text, instant)) {
              throw CLI::ValidationError(
                  name, "expected an instant such as 2026-03-02T08:30 or 24h, but got " + text);
            }
            set(instant);
          },
          help)
      ->type_name("TIME");
}

CLI::Option* AddTexts(CLI::App& command, const std::string& name, const std::string& help,
                      const std::function<void(const std::string&)>& add) {
  return command
      .add_option_function<std::vector<std::string>>(
          name,
          [add](const std::vector<std::string>& texts) {
            for (const std::string& text : texts) add(text);
          },
          help)
      ->delimiter(',')
      ->expected(1)
      ->take_all();
}

CLI::Option* AddIds(CLI::App& command, const std::string& name, const std::string& help,
                    google::protobuf::RepeatedPtrField<std::string>& ids) {
  return AddTexts(command, name, help, [&ids](const std::string& id) { *ids.Add() = id; })
      ->type_name("ID");
}

void AddSupervisor(CLI::App& command, const std::function<void(const std::string&)>& set) {
  command.add_option_function<std::string>("--as", set, "Who acts: your name, kept in the event")
      ->envname("TANDEM_SUPERVISOR")
      ->required()
      ->type_name("NAME");
}

bool SaysYes(std::ostream& out, const std::string& question) {
  out << question << " [y/N] " << std::flush;
  std::string answer;
  return std::getline(std::cin, answer) && (answer == "y" || answer == "yes");
}

Words WordsOf(const google::protobuf::EnumDescriptor& type) {
  Words words;
  for (int i = 0; i < type.value_count(); ++i) {
    const google::protobuf::EnumValueDescriptor& value = *type.value(i);
    if (value.number() != 0) words.emplace_back(ShortEnum(value), value.number());
  }
  return words;
}

CLI::Option* AddWords(CLI::App& command, Context& context, const std::string& name,
                      const std::string& help, const Words& words,
                      const std::function<void(int)>& add) {
  CLI::Option* option = AddTexts(command, name, help, [words, add](const std::string& text) {
    for (const auto& [word, value] : words) {
      if (word == text) add(value);
    }
  });
  option->transform(CLI::Validator(
      [words](std::string& text) {
        for (const auto& [word, value] : words) {
          if (absl::EqualsIgnoreCase(word, text)) text = word;
        }
        return std::string();
      },
      ""));
  std::vector<std::string> choices;
  for (const auto& [word, value] : words) choices.push_back(word);
  Restrict(context, option, std::move(choices));
  return option->type_name("WORD");
}

std::string ExamplesFirst::make_description(const CLI::App* app) const {
  const std::string examples = app->get_footer();
  return absl::StrCat(app->get_description(), "\n", examples, examples.empty() ? "\n" : "\n\n");
}

std::string ExamplesFirst::make_footer(const CLI::App* /*app*/) const {
  return "";
}

std::string ExplainMistake(const CLI::App& root, const std::vector<std::string>& arguments,
                           const std::string& problem) {
  const CLI::App* command = &root;
  for (size_t i = 0; i < arguments.size() && arguments[i] != "--"; ++i) {
    const std::string& word = arguments[i];
    if (word.size() > 1 && word[0] == '-') {
      const bool is_long = word[1] == '-';
      const std::string name = is_long ? word.substr(0, word.find('=')) : word.substr(0, 2);
      const CLI::Option* option = FindOption(command, name);
      if (option == nullptr) {
        return absl::StrCat(PathOf(*command), ": ", UnknownFlag(*command, name));
      }
      if (option->get_items_expected_max() > 0 && word == name) ++i;  // Its value.
      continue;
    }
    const std::vector<const CLI::App*> below = SubcommandsOf(*command);
    if (below.empty()) continue;
    const auto found = std::find_if(below.begin(), below.end(), [&word](const CLI::App* one) {
      return one->get_name() == word;
    });
    if (found == below.end()) {
      return absl::StrCat(PathOf(*command), ": ", UnknownCommand(*command, word));
    }
    command = *found;
  }
  return absl::StrCat(PathOf(*command), ": ", problem);
}

std::string PathOf(const CLI::App& command) {
  return command.get_parent() == nullptr
             ? command.get_name()
             : absl::StrCat(PathOf(*command.get_parent()), " ", command.get_name());
}

std::vector<const CLI::App*> SubcommandsOf(const CLI::App& command) {
  return command.get_subcommands([](const CLI::App* one) { return !one->get_name().empty(); });
}

std::vector<std::string> NamesOf(const CLI::Option& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
  for (const std::string& name : option.get_snames()) names.push_back("-" + name);
  return names;
}

}  // namespace tandem::ctl
