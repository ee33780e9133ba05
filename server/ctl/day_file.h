// Reader of the sample day's form: one JSON object a line, contacts in one file and agents in
// another.
//
// The reader is strict: every field has a type and a limit, unknown fields are errors, text must be
// UTF-8 without NUL. A line with a fault becomes a LineError and reading goes on. Nothing here
// knows the API; see day_convert.h.
#ifndef TANDEM_SERVER_CTL_DAY_FILE_H_
#define TANDEM_SERVER_CTL_DAY_FILE_H_

#include <cstdint>
#include <istream>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace tandem::ctl {

// One contact or work item of the day.
struct DayContact {
  int64_t line = 0;  // Where it stood in the file, from 1.
  std::string external_id;
  double received_s = 0;  // Since the midnight that begins the day.
  std::string client;
  std::string process_type;
  std::string language;     // May be empty.
  std::string customer_id;  // May be empty.
  std::string customer_segment;
  int priority = 0;
  std::string channel;
  std::string entry_point;
  std::string conversation_key;
  std::string subject;
  std::string text;
  std::optional<int> answer_target_s;    // Front office.
  std::optional<double> due_business_h;  // Back office.
  std::map<std::string, int> skills;     // Least level of each.
  std::map<std::string, std::string> attributes;
  // For the player alone: how the people behave. They are never sent to the server.
  std::optional<int> handle_s;    // How long an agent will work on it.
  std::optional<int> patience_s;  // How long the customer waits; unset: for ever.
};

// How much an agent does at once, per capacity group.
struct DayConcurrency {
  int voice = 0;
  int messaging = 0;
  int email = 0;
  int task = 0;
};

// One agent of the day.
struct DayAgent {
  int64_t line = 0;
  std::string id;
  bool automated = false;
  bool back_office = false;
  std::string site;
  std::map<std::string, std::string> languages;  // Tag to CEFR level, "A1" to "C2".
  std::vector<std::string> process_types;
  std::map<std::string, int> skills;
  std::vector<std::string> clients;
  DayConcurrency concurrency;
  std::pair<int, int> shift_s = {
      0, 0};  // [start, end) in seconds since the midnight that begins the day.
  double cost_per_hour = 0;
};

// Why a line was not taken.
struct LineError {
  int64_t line = 0;
  std::string message;
};

// "line 17: expected …, but …"
[[nodiscard]] std::string ToString(const LineError& error);

// What a file held.
template <typename Item>
struct DayFile {
  std::vector<Item> items;
  std::vector<LineError> errors;
};

// One line each. On failure: INVALID_ARGUMENT that names the field.
[[nodiscard]] absl::StatusOr<DayContact> ParseDayContact(std::string_view line);
[[nodiscard]] absl::StatusOr<DayAgent> ParseDayAgent(std::string_view line);

// A whole stream. Blank lines are skipped.
[[nodiscard]] DayFile<DayContact> ReadDayContacts(std::istream& in);
[[nodiscard]] DayFile<DayAgent> ReadDayAgents(std::istream& in);

// A whole file. On failure: NOT_FOUND when it can't be opened, else UNKNOWN when reading broke off.
[[nodiscard]] absl::StatusOr<DayFile<DayContact>> ReadDayContactsFile(const std::string& path);
[[nodiscard]] absl::StatusOr<DayFile<DayAgent>> ReadDayAgentsFile(const std::string& path);

}  // namespace tandem::ctl

#endif  // TANDEM_SERVER_CTL_DAY_FILE_H_
