// classify: what would become of a contact, and by which rules.
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"

#include "server/ctl/command_table.h"
#include "server/ctl/contact_options.h"
#include "server/ctl/ingest_lines.h"
#include "server/ctl/line_reader.h"
#include "server/ctl/reading.h"
#include "server/ctl/ticket_text.h"
#include "server/files/read.h"

namespace tandem::ctl {
namespace {

namespace v1 = tandem::v1;

struct ClassifyOptions {
  std::string file;
  v1::Contact contact;
  Form form = Form::kTable;
};

absl::StatusOr<v1::Contact> ReadContact(const std::string& path) {
  std::ifstream file;
  if (path != "-") {
    const absl::Status status = OpenLines(path, file);
    if (!status.ok()) return status;
  }
  std::istream& in = path == "-" ? std::cin : file;
  const std::optional<std::string> text = files::ReadAll(in);
  if (!text) return absl::InvalidArgumentError("expected to read all of " + path);
  absl::StatusOr<v1::Contact> contact = ParseContact(*text);
  if (contact.ok()) return contact;
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", contact.status().message()));
}

int Classify(const Target& target, const ClassifyOptions& options) {
  v1::ClassifyContactRequest request;
  *request.mutable_contact() = options.contact;
  if (!options.file.empty()) {
    const absl::StatusOr<v1::Contact> contact = ReadContact(options.file);
    if (!contact.ok()) return Fail(kExitUsage, std::string(contact.status().message()));
    *request.mutable_contact() = *contact;
  }
  Caller caller(target);
  v1::ClassifyContactResponse classified;
  const grpc::Status status = caller.Ask(
      *caller.client().ingest, &v1::IngestService::Stub::ClassifyContact, request, classified);
  if (!status.ok()) return Report(status);
  std::cout << Render({ClassificationText(classified), ToJson(classified)}, options.form);
  return classified.has_refusal() ? kExitRefused : kExitDone;
}

}  // namespace

void AddClassify(CLI::App& app, Context& context) {
  const auto options = std::make_shared<ClassifyOptions>();
  CLI::App* command = app.add_subcommand(
      "classify", "Print what would become of a contact, and by which rules; nothing comes in");
  command->footer(R"(
Examples:
  tandemctl classify -f contact.json
  tandemctl classify --channel chat --client acme-retail --segment gold --attribute amount=1200
  tandemctl classify -f contact.json -o json

The file has one contact, as the API's JSON. Exit code 1: ingest would refuse it.)");
  command->add_option("-f,--file", options->file, "The contact; -: standard input")
      ->type_name("FILE");
  AddForm(*command, context, options->form);
  AddContactOptions(*command, options->contact);
  command->callback([options, &context] {
    const bool said = options->contact.ByteSizeLong() > 0;
    if (said == !options->file.empty()) {
      context.exit_code = Fail(kExitUsage, said ? "expected either --file or a contact, not both"
                                                : "expected --file, or --channel and what else "
                                                  "the contact says");
      return;
    }
    context.exit_code = Classify(context.target, *options);
  });
}

}  // namespace tandem::ctl
