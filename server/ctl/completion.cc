#include "server/ctl/completion.h"

#include <functional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

namespace tandem::ctl {
namespace {

// A command and every one above it share its options; the path is "" for the root, else "/get".
using Visit = std::function<void(const CLI::App& command, const std::string& path)>;

void ForEachCommand(const CLI::App& command, const std::string& path, const Visit& visit) {
  visit(command, path);
  for (const CLI::App* below : SubcommandsOf(command)) {
    ForEachCommand(*below, absl::StrCat(path, "/", below->get_name()), visit);
  }
}

std::vector<const CLI::Option*> OptionsOf(const CLI::App& command) {
  std::vector<const CLI::Option*> options;
  for (const CLI::App* app = &command; app != nullptr; app = app->get_parent()) {
    for (const CLI::Option* option : app->get_options()) {
      const bool others_help = app != &command && option == app->get_help_ptr();
      if (!option->get_positional() && !others_help) options.push_back(option);
    }
  }
  return options;
}

std::vector<const CLI::Option*> PositionalsOf(const CLI::App& command) {
  return command.get_options([](const CLI::Option* option) { return option->get_positional(); });
}

bool TakesValue(const CLI::Option& option) {
  return option.get_items_expected_max() > 0;
}

// A folder counts too: a shell completes it step by step.
bool TakesFile(const CLI::Option& option) {
  return option.get_type_name() == "FILE" || option.get_type_name() == "PATH";
}

std::vector<std::string> ChoicesOf(const CLI::Option& option, const Choices& choices) {
  const auto found = choices.find(&option);
  return found == choices.end() ? std::vector<std::string>() : found->second;
}

// ---------------------------------------------------------------------------------------------------
// bash

// First finds the command that the words so far name, then offers what can follow. Everything that
// depends on the commands stands in the three tables.
constexpr char kBash[] =
    R"bash(# bash completion for tandemctl. Load it with: source <(tandemctl completion bash)

# Whether the option takes a value.
_tandemctl_takes_value() {
  case "$1 $2" in
@VALUES@    *) return 1 ;;
  esac
}

# The values that can follow the option, or FILE.
_tandemctl_values() {
  case "$1 $2" in
@CHOICES@  esac
}

# The words that can follow: $1 the command, $2 how many positionals it has already.
_tandemctl_words() {
  case "$1 $2" in
@WORDS@  esac
}

_tandemctl_flags() {
  case "$1" in
@FLAGS@  esac
}

_tandemctl() {
  local cur=${COMP_WORDS[COMP_CWORD]} path='' positionals=0 pending='' word words i
  for ((i = 1; i < COMP_CWORD; ++i)); do
    word=${COMP_WORDS[i]}
    if [[ -n $pending ]]; then
      pending=''
    elif [[ $word == -* ]]; then
      if _tandemctl_takes_value "$path" "$word"; then pending=$word; fi
    elif [[ " $(_tandemctl_words "$path" subcommands) " == *" $word "* ]]; then
      path="$path/$word"
    else
      positionals=$((positionals + 1))
    fi
  done
  if [[ -n $pending ]]; then
    words=$(_tandemctl_values "$path" "$pending")
  elif [[ $cur == -* ]]; then
    words=$(_tandemctl_flags "$path")
  else
    words="$(_tandemctl_words "$path" subcommands) $(_tandemctl_words "$path" "$positionals")"
  fi
  if [[ $words == FILE ]]; then
    COMPREPLY=($(compgen -f -- "$cur"))
  else
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
  fi
}
complete -F _tandemctl tandemctl
)bash";

std::string Case(const std::string& pattern, const std::string& body) {
  return absl::StrCat("    ", pattern, ") ", body, " ;;\n");
}

std::string Echo(const std::string& words) {
  return absl::StrCat("echo '", words, "'");
}

std::string BashScript(const CLI::App& root, const Choices& choices) {
  std::string values, values_of, words, flags;
  ForEachCommand(root, "", [&](const CLI::App& command, const std::string& path) {
    std::vector<std::string> all;
    for (const CLI::Option* option : OptionsOf(command)) {
      for (const std::string& name : NamesOf(*option)) {
        all.push_back(name);
        if (!TakesValue(*option)) continue;
        const std::string pattern = absl::StrCat("'", path, " ", name, "'");
        absl::StrAppend(&values, Case(pattern, "return 0"));
        const std::vector<std::string> known = ChoicesOf(*option, choices);
        if (!known.empty()) {
          absl::StrAppend(&values_of, Case(pattern, Echo(absl::StrJoin(known, " "))));
        } else if (TakesFile(*option)) {
          absl::StrAppend(&values_of, Case(pattern, Echo("FILE")));
        }
      }
    }
    absl::StrAppend(&flags, Case(absl::StrCat("'", path, "'"), Echo(absl::StrJoin(all, " "))));
    const std::vector<const CLI::App*> below = SubcommandsOf(command);
    if (!below.empty()) {
      absl::StrAppend(
          &words, Case(absl::StrCat("'", path, " subcommands'"),
                       Echo(absl::StrJoin(below, " ", [](std::string* text, const CLI::App* one) {
                         absl::StrAppend(text, one->get_name());
                       }))));
    }
    const std::vector<const CLI::Option*> positionals = PositionalsOf(command);
    for (size_t i = 0; i < positionals.size(); ++i) {
      const std::vector<std::string> known = ChoicesOf(*positionals[i], choices);
      if (known.empty()) continue;
      absl::StrAppend(&words,
                      Case(absl::StrCat("'", path, " ", i, "'"), Echo(absl::StrJoin(known, " "))));
    }
  });
  return absl::StrReplaceAll(
      kBash,
      {{"@VALUES@", values}, {"@CHOICES@", values_of}, {"@WORDS@", words}, {"@FLAGS@", flags}});
}

// zsh runs bash's function by its own bashcompinit.
std::string ZshScript(const CLI::App& root, const Choices& choices) {
  return absl::StrCat(
      "#compdef tandemctl\n"
      "# zsh completion for tandemctl. Load it with: source <(tandemctl completion zsh)\n"
      "autoload -U +X compinit && compinit -u\n"
      "autoload -U +X bashcompinit && bashcompinit\n\n",
      BashScript(root, choices));
}

// ---------------------------------------------------------------------------------------------------
// fish

std::string FishQuoted(const std::string& text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"'", "\\'"}}), "'");
}

// True in fish where this command was given and none below it yet.
std::string FishCondition(const CLI::App& command) {
  std::vector<std::string> tests;
  for (const CLI::App* app = &command; app->get_parent() != nullptr; app = app->get_parent()) {
    tests.insert(tests.begin(), absl::StrCat("__fish_seen_subcommand_from ", app->get_name()));
  }
  if (tests.empty()) tests.push_back("__fish_use_subcommand");
  return FishQuoted(absl::StrJoin(tests, "; and "));
}

std::string FishOption(const CLI::Option& option, const Choices& choices) {
  std::string text;
  for (const std::string& name : option.get_lnames()) absl::StrAppend(&text, " -l ", name);
  for (const std::string& name : option.get_snames()) absl::StrAppend(&text, " -s ", name);
  const std::vector<std::string> known = ChoicesOf(option, choices);
  if (!known.empty()) {
    absl::StrAppend(&text, " -x -a ", FishQuoted(absl::StrJoin(known, " ")));
  } else if (TakesFile(option)) {
    absl::StrAppend(&text, " -r -F");
  } else if (TakesValue(option)) {
    absl::StrAppend(&text, " -x");
  }
  return absl::StrCat(text, " -d ", FishQuoted(option.get_description()));
}

std::string FishScript(const CLI::App& root, const Choices& choices) {
  std::string script =
      "# fish completion for tandemctl. Load it with: tandemctl completion fish | source\n"
      "complete -c tandemctl -f\n";
  const auto add = [&script](const std::string& condition, const std::string& rest) {
    absl::StrAppend(&script, "complete -c tandemctl", condition.empty() ? "" : " -n " + condition,
                    rest, "\n");
  };
  ForEachCommand(root, "", [&](const CLI::App& command, const std::string& /*path*/) {
    const bool is_root = command.get_parent() == nullptr;
    const std::string condition = FishCondition(command);
    for (const CLI::App* below : SubcommandsOf(command)) {
      add(condition,
          absl::StrCat(" -a ", below->get_name(), " -d ", FishQuoted(below->get_description())));
    }
    for (const CLI::Option* option : PositionalsOf(command)) {
      const std::vector<std::string> known = ChoicesOf(*option, choices);
      if (!known.empty()) add(condition, " -a " + FishQuoted(absl::StrJoin(known, " ")));
    }
    for (const CLI::Option* option : command.get_options()) {
      if (!option->get_positional()) {
        add(is_root ? "" : condition, FishOption(*option, choices));
      }
    }
  });
  return script;
}

}  // namespace

const std::vector<std::string>& Shells() {
  static const auto& shells = *new std::vector<std::string>{"bash", "zsh", "fish"};
  return shells;
}

std::string CompletionScript(const CLI::App& root, const Choices& choices,
                             const std::string& shell) {
  if (shell == "fish") return FishScript(root, choices);
  return shell == "zsh" ? ZshScript(root, choices) : BashScript(root, choices);
}

}  // namespace tandem::ctl
