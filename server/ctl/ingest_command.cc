// ingest: one contact, or many from lines of JSON.
#include <algorithm>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"

#include "server/ctl/command_table.h"
#include "server/ctl/contact_options.h"
#include "server/ctl/day_convert.h"
#include "server/ctl/day_file.h"
#include "server/ctl/ingest_lines.h"
#include "server/ctl/ingest_sender.h"
#include "server/ctl/line_reader.h"
#include "server/ctl/progress_line.h"
#include "server/ctl/reading.h"
#include "server/ctl/spans.h"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;
using ParseLine = std::function<absl::StatusOr<v1::Contact>(std::string_view)>;

struct IngestOptions {
  std::string file;  // Empty: one contact.
  std::string form = "contact";
  std::string run;
  bool quiet = false;
  v1::Contact contact;
  std::string request_id;
  Form output = Form::kTable;
};

// ---------------------------------------------------------------------------------------------------
// one contact

int IngestOne(const Target& target, const IngestOptions& options) {
  Caller caller(target);
  v1::IngestContactRequest request;
  request.set_request_id(options.request_id.empty() ? NewUuid() : options.request_id);
  *request.mutable_contact() = options.contact;
  v1::IngestContactResponse response;
  const grpc::Status status = caller.Ask(
      *caller.client().ingest, &v1::IngestService::Stub::IngestContact, request, response);
  if (!status.ok()) return Report(status);
  const v1::IngestResult& result = response.result();
  const std::string text =
      absl::StrCat("ticket ", result.ticket_id(), result.joined() ? ", joined" : "",
                   result.duplicate() ? ", in before" : "",
                   result.unroutable() ? ", unroutable: nobody could ever take it" : "", "\n");
  std::cout << Render({text, ToJson(result)}, options.output);
  return kExitDone;
}

// ---------------------------------------------------------------------------------------------------
// many

// Reads the sample day's form. Business hours are counted by the workspace's zone and the server's
// time.
grpc::Status MakeDayParser(Caller& caller, ParseLine& parse) {
  v1::GetConfigurationResponse configured;
  grpc::Status status = ReadConfiguration(caller, configured);
  if (!status.ok()) return status;
  v1::GetServerInfoResponse info;
  status = ReadServerInfo(caller, info);
  if (!status.ok()) return status;
  const absl::Time now = ToTime(info.server_time());
  absl::TimeZone zone = absl::UTCTimeZone();
  status = LoadZone(configured.configuration().time_zone(), zone);
  if (!status.ok()) return status;
  parse = [now, zone](std::string_view line) -> absl::StatusOr<v1::Contact> {
    const absl::StatusOr<DayContact> day = ParseDayContact(line);
    if (!day.ok()) return day.status();
    return ToContact(*day, now, zone, absl::ZeroDuration());
  };
  return grpc::Status::OK;
}

std::string ProgressText(int64_t lines, const IngestSummary& summary, absl::Duration took) {
  const int64_t taken = summary.fresh + summary.duplicates;
  const double seconds = std::max(0.001, absl::ToDoubleSeconds(took));
  return absl::StrFormat("%d lines, %d in, %d refused, %.0f/s", lines, taken, summary.refused,
                         static_cast<double>(taken) / seconds);
}

// A call was not answered, or refused as a whole.
int BreakOff(const grpc::Status& status, int64_t line) {
  const int exit_code = Report(status);
  if (exit_code == kExitUnavailable) {
    std::cerr << "Of line " << line << " and what follows nothing is known. Run the same command "
              << "again: what is in already does not come in twice.\n";
  } else {
    std::cerr << "Line " << line << " and what follows did not come in.\n";
  }
  return exit_code;
}

Document DocumentOf(const IngestSummary& summary, int64_t malformed) {
  return {absl::StrFormat("Ingested %d new contacts (%d joined a ticket, %d unroutable); "
                          "%d were in before, %d malformed lines, %d refused\n",
                          summary.fresh, summary.joined, summary.unroutable, summary.duplicates,
                          malformed, summary.refused),
          Json{{"ingested", summary.fresh},
               {"joined", summary.joined},
               {"unroutable", summary.unroutable},
               {"duplicates", summary.duplicates},
               {"malformed", malformed},
               {"refused", summary.refused}}};
}

// Tells what becomes of each line: faults to people, everything to programs.
class LineReport {
 public:
  explicit LineReport(const IngestOptions& options)
      : form_(options.output), progress_(options.quiet) {}

  void Take(int64_t line, const v1::BatchIngestItem& item) {
    if (item.has_error()) {
      const v1::ItemError& error = item.error();
      Complain({line, absl::StrCat(error.reason(), error.field().empty() ? "" : " ", error.field(),
                                   ": ", error.message())});
    }
    if (form_ == Form::kTable) return;
    Json data{{"line", line}};
    data.update(item.has_error() ? Json{{"error", ToJson(item.error())}} : ToJson(item.result()));
    PrintData(data);
  }

  // It never left: the reason is not one of the server's.
  void TakeMalformed(int64_t line, const std::string& message) {
    ++malformed_;
    Complain({line, message});
    PrintData(
        Json{{"line", line}, {"error", {{"reason", "LINE_MALFORMED"}, {"message", message}}}});
  }

  void End(const IngestSummary& summary) {
    progress_.End();
    const Document document = DocumentOf(summary, malformed_);
    if (form_ == Form::kTable) std::cout << document.text << std::flush;
    PrintData(Json{{"summary", document.data}});
  }

  [[nodiscard]] ProgressLine& progress() { return progress_; }
  [[nodiscard]] int64_t malformed() const { return malformed_; }

 private:
  void Complain(const LineError& error) {
    progress_.End();
    std::cerr << Plain(ToString(error)) << "\n";
  }

  // One object a line, or one document each.
  void PrintData(const Json& data) const {
    // What is wrong with a line quotes it, and a quote may begin or end within a character.
    if (form_ == Form::kJson) {
      std::cout << data.dump(-1, ' ', false, Json::error_handler_t::replace) << "\n" << std::flush;
    }
    if (form_ == Form::kYaml) std::cout << "---\n" << ToYaml(data) << std::flush;
  }

  const Form form_;
  ProgressLine progress_;
  int64_t malformed_ = 0;
};

int IngestLines(Caller& caller, const IngestOptions& options, const ParseLine& parse,
                std::istream& in) {
  LineReport report(options);
  ProgressLine& progress = report.progress();
  IngestSender sender(caller, [&report](int64_t line, const v1::BatchIngestItem& item) {
    report.Take(line, item);
  });
  DerivedIds ids(options.run);
  LineReader lines(in);
  while (lines.Next()) {
    absl::StatusOr<v1::Contact> contact =
        lines.too_long() ? absl::InvalidArgumentError(lines.TooLong()) : parse(lines.text());
    if (!contact.ok()) {
      report.TakeMalformed(lines.number(), std::string(contact.status().message()));
      continue;
    }
    if (contact->external_id().empty()) contact->set_external_id(ids.Next(lines.text()));
    grpc::Status status = sender.Add(lines.number(), *std::move(contact));
    // Who writes into our pipe now and then should not wait until a batch is full.
    if (status.ok() && in.rdbuf()->in_avail() <= 0) status = sender.Flush();
    if (!status.ok()) return BreakOff(status, sender.first_undecided());
    if (progress.IsDue()) {
      progress.Show(ProgressText(lines.number(), sender.summary(), progress.since_begin()));
    }
  }
  const grpc::Status status = sender.Flush();
  progress.End();
  if (!status.ok()) return BreakOff(status, sender.first_undecided());
  report.End(sender.summary());
  if (in.bad()) return Fail(kExitUsage, "expected to read all of " + options.file);
  return report.malformed() == 0 && sender.summary().refused == 0 ? kExitDone : kExitRefused;
}

int IngestFile(const Target& target, const IngestOptions& options) {
  Caller caller(target);
  std::ifstream file;
  if (options.file != "-") {
    const absl::Status status = OpenLines(options.file, file);
    if (!status.ok()) return Fail(kExitUsage, std::string(status.message()));
  }
  ParseLine parse = &ParseContact;
  if (options.form == "day") {
    const grpc::Status status = MakeDayParser(caller, parse);
    if (!status.ok()) return Report(status);
  }
  return IngestLines(caller, options, parse, options.file == "-" ? std::cin : file);
}

}  // namespace

void AddIngest(CLI::App& app, Context& context) {
  const auto options = std::make_shared<IngestOptions>();
  CLI::App* command = app.add_subcommand("ingest", "Take in one contact, or a file of them");
  command->footer(R"(
Examples:
  tandemctl ingest --channel email --client acme-retail --process-type billing.dispute --language fr
  tandemctl ingest --channel voice --entry-point "+351 21 000 0000"  # when that says client and process type
  tandemctl ingest -f contacts.jsonl
  zcat monday.jsonl.gz | tandemctl ingest -f -
  tandemctl ingest -f deploy/starter/day/contacts.jsonl --form day

A file has one contact a line, as the API's JSON. A line that is malformed or refused is reported by
its number, and the others go in. The same file again makes no contact twice: a contact without
externalId gets one that is made from its line (for 30 days, as long as the server knows external
ids). --run with another name takes the same lines in again. Exit code 1: not every line is in. JSON of
a file is one object a line, one for each of its lines with ticket or error, and then the summary.)");
  command->add_option("-f,--file", options->file, "One contact a line; -: standard input")
      ->type_name("FILE");
  CLI::Option* form = command->add_option(
      "--form", options->form, "What a line is: the API's Contact, or the sample day's own form");
  form->type_name("contact|day")->capture_default_str();
  Restrict(context, form, {"contact", "day"});
  command->add_option("--run", options->run, "Name that goes into ids made from lines")
      ->type_name("NAME");
  command->add_flag("-q,--quiet", options->quiet, "Say nothing of progress");
  AddForm(*command, context, options->output);
  AddContactOptions(*command, options->contact);
  command
      ->add_option("--request-id", options->request_id,
                   "UUID: the same one again returns the first answer [a new one]")
      ->type_name("UUID")
      ->group("One contact");
  command->callback([options, &context] {
    const bool one = options->contact.ByteSizeLong() > 0;
    if (one == !options->file.empty()) {
      context.exit_code = Fail(kExitUsage, one ? "expected either --file or one contact, not both"
                                               : "expected --file, or --channel, --client and "
                                                 "--process-type of one contact");
      return;
    }
    context.exit_code =
        one ? IngestOne(context.target, *options) : IngestFile(context.target, *options);
  });
}

}  // namespace tandem::ctl
