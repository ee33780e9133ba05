// What the tests of stores share: a database for each test, and stores over it.
#ifndef TANDEM_TESTS_STORE_STORE_TEST_BASE_H_
#define TANDEM_TESTS_STORE_STORE_TEST_BASE_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/store/memory_store.h"
#include "server/store/postgres_migrate.h"
#include "server/store/postgres_reader.h"
#include "server/store/postgres_store.h"
#include "server/store/store.h"
#include "tests/store/store_rows.h"
#include "tests/support/postgres_cluster.h"

namespace tandem::tests {

// Where a test's rows are, whichever the store.
class Backing {
 public:
  virtual ~Backing() = default;
  // A process of its own: another Store over the same rows.
  virtual store::Store& OpenStore() = 0;
  virtual store::Reader& reader() = 0;
};

class MemoryBacking : public Backing {
 public:
  store::Store& OpenStore() override { return store_; }
  store::Reader& reader() override { return store_; }

 private:
  store::MemoryStore store_;
};

// One cluster for all tests of the process, with the schema in a database to copy from.
inline PostgresCluster& SharedCluster() {
  static PostgresCluster* const cluster = [] {
    static PostgresCluster instance;
    instance.Execute("CREATE DATABASE migrated");
    const absl::Status status = store::Migrate(instance.Url("migrated"));
    EXPECT_TRUE(status.ok()) << status;
    return &instance;
  }();
  return *cluster;
}

class PostgresBacking : public Backing {
 public:
  explicit PostgresBacking(std::string url)
      : url_(std::move(url)), reader_(std::make_unique<store::PostgresReader>(url_, 2)) {}

  store::Store& OpenStore() override {
    stores_.push_back(std::make_unique<store::PostgresStore>(url_));
    return *stores_.back();
  }
  store::Reader& reader() override { return *reader_; }

 private:
  const std::string url_;
  std::unique_ptr<store::PostgresReader> reader_;
  std::vector<std::unique_ptr<store::PostgresStore>> stores_;
};

inline store::Batch MakeBatch(int64_t epoch, int64_t sequence, router::Changes changes = {}) {
  store::Batch batch;
  batch.epoch = epoch;
  batch.sequence = sequence;
  batch.at = kMorning + router::Seconds(sequence);
  batch.changes = std::move(changes);
  return batch;
}

}  // namespace tandem::tests

#endif  // TANDEM_TESTS_STORE_STORE_TEST_BASE_H_
