#include "server/ctl/day_file.h"

#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

#include "nlohmann/json.hpp"
#include "server/ctl/json_fields.h"
#include "server/ctl/line_reader.h"

namespace tandem::ctl {
namespace {

constexpr size_t kMaxId = 64;
constexpr size_t kMaxKey = 128;
constexpr size_t kMaxConversationKey = 256;
constexpr size_t kMaxSubject = 512;
constexpr size_t kMaxText = 16 * 1024;
constexpr size_t kMaxSkills = 16;
constexpr size_t kMaxAgentSkills = 200;
constexpr size_t kMaxAttributes = 64;
constexpr int kMaxSeconds = 30 * 24 * 3600;
constexpr int kDaySeconds = 24 * 3600;
constexpr double kMaxBusinessHours = 2000;

const std::vector<std::string>& CefrLevels() {
  static const auto& levels = *new std::vector<std::string>{"A1", "A2", "B1", "B2", "C1", "C2"};
  return levels;
}

std::map<std::string, std::string> ReadLanguages(JsonFields& fields) {
  constexpr size_t kMaxLanguages = 50;
  std::map<std::string, std::string> languages;
  const nlohmann::json* object = fields.RequiredObject("languages");
  if (object == nullptr) return languages;
  if (object->size() > kMaxLanguages) {
    fields.Fail(absl::InvalidArgumentError(absl::StrCat(
        "languages: expected at most ", kMaxLanguages, ", but found ", object->size())));
    return languages;
  }
  JsonFields tags(*object, "languages.");
  for (const auto& [tag, level] : object->items()) {
    languages[tag] = tags.RequiredWord(tag, CefrLevels());
  }
  fields.Fail(tags.Finish());
  return languages;
}

DayConcurrency ReadConcurrency(JsonFields& fields) {
  constexpr int kMaxAtOnce = 100;
  DayConcurrency concurrency;
  const nlohmann::json* object = fields.RequiredObject("concurrency");
  if (object == nullptr) return concurrency;
  JsonFields groups(*object, "concurrency.");
  concurrency.voice = groups.RequiredInteger("voice", 0, kMaxAtOnce);
  concurrency.messaging = groups.RequiredInteger("messaging", 0, kMaxAtOnce);
  concurrency.email = groups.RequiredInteger("email", 0, kMaxAtOnce);
  concurrency.task = groups.RequiredInteger("task", 0, kMaxAtOnce);
  fields.Fail(groups.Finish());
  return concurrency;
}

template <typename Item>
DayFile<Item> ReadLines(std::istream& in, absl::StatusOr<Item> (*parse)(std::string_view)) {
  DayFile<Item> file;
  for (LineReader lines(in); lines.Next();) {
    if (lines.too_long()) {
      file.errors.push_back({lines.number(), LineReader::TooLong()});
      continue;
    }
    absl::StatusOr<Item> item = parse(lines.text());
    if (!item.ok()) {
      file.errors.push_back({lines.number(), std::string(item.status().message())});
      continue;
    }
    item->line = lines.number();
    file.items.push_back(*std::move(item));
  }
  return file;
}

template <typename Item>
absl::StatusOr<DayFile<Item>> ReadFile(const std::string& path,
                                       DayFile<Item> (*read)(std::istream&)) {
  std::ifstream in;
  if (const absl::Status status = OpenLines(path, in); !status.ok()) return status;
  DayFile<Item> file = read(in);
  if (in.bad()) return absl::UnknownError(absl::StrCat("expected to read all of ", path));
  return file;
}

}  // namespace

std::string ToString(const LineError& error) {
  return absl::StrCat("line ", error.line, ": ", error.message);
}

absl::StatusOr<DayContact> ParseDayContact(std::string_view line) {
  absl::StatusOr<nlohmann::json> json = ParseJsonObject(line);
  if (!json.ok()) return json.status();
  JsonFields fields(*json, "");
  DayContact contact;
  contact.external_id = fields.RequiredText("external_id", kMaxKey);
  contact.received_s = fields.RequiredNumber("received_s", 0, kDaySeconds);
  contact.client = fields.RequiredText("client", kMaxId);
  contact.process_type = fields.RequiredText("process_type", kMaxId);
  contact.language = fields.OptionalText("language", 35);
  if (const nlohmann::json* customer = fields.OptionalObject("customer")) {
    JsonFields parts(*customer, "customer.");
    contact.customer_id = parts.OptionalText("id", kMaxKey);
    contact.customer_segment = parts.OptionalText("segment", kMaxId);
    fields.Fail(parts.Finish());
  }
  contact.priority = fields.OptionalInteger("priority", 0, 9).value_or(0);
  contact.channel = fields.RequiredText("channel", kMaxId);
  contact.entry_point = fields.OptionalText("entry_point", kMaxKey);
  contact.conversation_key = fields.OptionalText("conversation_key", kMaxConversationKey);
  contact.subject = fields.OptionalText("subject", kMaxSubject);
  contact.text = fields.OptionalText("text", kMaxText);
  contact.answer_target_s = fields.OptionalInteger("answer_target_s", 1, kMaxSeconds);
  contact.due_business_h = fields.OptionalNumber("due_business_h", 0, kMaxBusinessHours);
  contact.handle_s = fields.OptionalInteger("handle_s", 0, kMaxSeconds);
  contact.patience_s = fields.OptionalInteger("patience_s", 0, kMaxSeconds);
  contact.skills = fields.OptionalIntegers("skills", kMaxSkills, 1, 10);
  contact.attributes = fields.OptionalTextMap("attributes", kMaxAttributes, kMaxSubject);
  if (const absl::Status status = fields.Finish(); !status.ok()) return status;
  return contact;
}

absl::StatusOr<DayAgent> ParseDayAgent(std::string_view line) {
  absl::StatusOr<nlohmann::json> json = ParseJsonObject(line);
  if (!json.ok()) return json.status();
  JsonFields fields(*json, "");
  DayAgent agent;
  agent.id = fields.RequiredText("id", kMaxId);
  agent.automated = fields.RequiredWord("kind", {"HUMAN", "AUTOMATED"}) == "AUTOMATED";
  agent.back_office = fields.RequiredWord("office", {"FRONT", "BACK"}) == "BACK";
  agent.site = fields.RequiredText("site", kMaxId);
  agent.languages = ReadLanguages(fields);
  agent.process_types = fields.RequiredTexts("process_types", 500, kMaxId);
  agent.skills = fields.OptionalIntegers("skills", kMaxAgentSkills, 1, 10);
  agent.clients = fields.RequiredTexts("clients", 1000, kMaxId);
  agent.concurrency = ReadConcurrency(fields);
  agent.shift_s = fields.RequiredSpan("shift_s", 0, 2 * kDaySeconds);
  agent.cost_per_hour = fields.OptionalNumber("cost_per_hour", 0, 1e6).value_or(0);
  if (const absl::Status status = fields.Finish(); !status.ok()) return status;
  return agent;
}

DayFile<DayContact> ReadDayContacts(std::istream& in) {
  return ReadLines(in, &ParseDayContact);
}

DayFile<DayAgent> ReadDayAgents(std::istream& in) {
  return ReadLines(in, &ParseDayAgent);
}

absl::StatusOr<DayFile<DayContact>> ReadDayContactsFile(const std::string& path) {
  return ReadFile(path, &ReadDayContacts);
}

absl::StatusOr<DayFile<DayAgent>> ReadDayAgentsFile(const std::string& path) {
  return ReadFile(path, &ReadDayAgents);
}

}  // namespace tandem::ctl
