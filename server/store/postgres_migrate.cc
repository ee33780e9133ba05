#include "server/store/postgres_migrate.h"

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

#include "pqxx/nontransaction"
#include "pqxx/transaction"
#include "server/store/postgres_connection.h"
#include "spdlog/spdlog.h"

namespace tandem::store {
namespace {

// A step that can't have its lock soon gives up: who waits for a lock makes everybody after it
// wait.
constexpr char kMigrateSettings[] = "-c lock_timeout=10s";

// Locks out other callers of Migrate on this database, until the connection ends. Any number that
// nobody else uses.
constexpr char kLock[] = "SELECT pg_advisory_lock(7206431)";

constexpr char kBootstrap[] = R"(
CREATE SCHEMA IF NOT EXISTS tandem;
CREATE TABLE IF NOT EXISTS tandem.schema_migration (
  number      integer     PRIMARY KEY,
  name        text        NOT NULL,
  applied_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE tandem.schema_migration IS 'The steps that made this schema what it is.';
)";

int Latest() {
  return Migrations().back().number;
}

// 0 when nothing was migrated yet.
int VersionOf(pqxx::connection& connection) {
  pqxx::nontransaction work(connection);
  if (work.exec1("SELECT to_regclass('tandem.schema_migration') IS NULL")[0].as<bool>()) return 0;
  return work.exec1("SELECT coalesce(max(number), 0) FROM tandem.schema_migration")[0].as<int>();
}

absl::Status NewerSchema(int version) {
  return absl::FailedPreconditionError(absl::StrCat("expected schema ", Latest(),
                                                    " or older, but the database has ", version,
                                                    ": it belongs to a newer tandem"));
}

void Apply(pqxx::connection& connection, const Migration& migration) {
  pqxx::work work(connection);
  work.exec(migration.sql);
  work.exec_params("INSERT INTO tandem.schema_migration (number, name) VALUES ($1, $2)",
                   migration.number, migration.name);
  work.commit();
  spdlog::info("applied migration {}", migration.name);
}

}  // namespace

absl::Status Migrate(const std::string& url) {
  try {
    pqxx::connection connection(ConnectionString(url, kMigrateSettings));
    {
      pqxx::nontransaction work(connection);
      const auto encoding = work.exec1("SHOW server_encoding")[0].as<std::string>();
      if (encoding != "UTF8") {
        return absl::FailedPreconditionError(
            absl::StrCat("expected a database in UTF8, but it is in ", encoding));
      }
      // The lock is held by whoever migrates, perhaps for long; that is no failure.
      work.exec("SET lock_timeout = 0");
      work.exec(kLock);
      work.exec("SET lock_timeout = '10s'");
    }
    const int version = VersionOf(connection);
    if (version > Latest()) return NewerSchema(version);
    if (version == Latest()) return absl::OkStatus();
    {
      pqxx::work work(connection);
      work.exec(kBootstrap);
      work.commit();
    }
    for (const Migration& migration : Migrations()) {
      if (migration.number > version) Apply(connection, migration);
    }
    return absl::OkStatus();
  } catch (const std::exception& error) {
    return ToStatus(error);
  }
}

absl::Status CheckSchemaVersion(const std::string& url) {
  try {
    pqxx::connection connection(ConnectionString(url, kMigrateSettings));
    const int version = VersionOf(connection);
    if (version > Latest()) return NewerSchema(version);
    if (version < Latest()) {
      return absl::FailedPreconditionError(absl::StrCat(
          "expected schema ", Latest(), ", but the database has ", version, ": migrate it first"));
    }
    return absl::OkStatus();
  } catch (const std::exception& error) {
    return ToStatus(error);
  }
}

}  // namespace tandem::store
