// What the tests of stores share: a database for each test, and stores over it.
#ifndef TANDEM_TESTS_STORE_STORE_TEST_BASE_H_
#define TANDEM_TESTS_STORE_STORE_TEST_BASE_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/store/memory_store.h"
#include "server/store/memory_webhook_store.h"
#include "server/store/postgres_migrate.h"
#include "server/store/postgres_policies.h"
#include "server/store/postgres_reader.h"
#include "server/store/postgres_store.h"
#include "server/store/postgres_webhook_store.h"
#include "server/store/store.h"
#include "server/store/webhook_store.h"
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
  virtual store::PolicyStore& policies() = 0;
  virtual store::WebhookStore& webhooks() = 0;
};

class MemoryBacking : public Backing {
 public:
  store::Store& OpenStore() override { return store_; }
  store::Reader& reader() override { return store_; }
  store::PolicyStore& policies() override { return store_; }
  store::WebhookStore& webhooks() override { return webhooks_; }

 private:
  store::MemoryStore store_;
  store::MemoryWebhookStore webhooks_;
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
      : url_(std::move(url)),
        reader_(std::make_unique<store::PostgresReader>(url_, 2)),
        policies_(std::make_unique<store::PostgresPolicies>(url_)),
        webhooks_(*store::OpenPostgresWebhookStore(url_)) {}

  store::Store& OpenStore() override {
    stores_.push_back(std::make_unique<store::PostgresStore>(url_));
    return *stores_.back();
  }
  store::Reader& reader() override { return *reader_; }
  store::PolicyStore& policies() override { return *policies_; }
  store::WebhookStore& webhooks() override { return *webhooks_; }

 private:
  const std::string url_;
  std::unique_ptr<store::PostgresReader> reader_;
  std::unique_ptr<store::PostgresPolicies> policies_;
  std::unique_ptr<store::WebhookStore> webhooks_;
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

// A fresh database of the store that the parameter names, "memory" or "postgres", and its one
// writer.
class StoreConformance : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (GetParam() == "postgres") {
      backing_ = std::make_unique<PostgresBacking>(SharedCluster().CreateDatabase("migrated"));
    } else {
      backing_ = std::make_unique<MemoryBacking>();
    }
    store_ = &backing_->OpenStore();
    const auto acquired = store_->Acquire(0, "test");
    ASSERT_TRUE(acquired.ok()) << acquired.status();
    epoch_ = acquired->epoch;
  }

  // Commits the changes as the next batch.
  store::CommitResult Commit(router::Changes changes) {
    store::Batch batch = MakeBatch(epoch_, sequence_ + 1, std::move(changes));
    return Commit(batch);
  }
  store::CommitResult Commit(const store::Batch& batch) {
    const store::CommitResult result = store_->Commit(batch);
    if (result == store::CommitResult::kCommitted) sequence_ = batch.sequence;
    return result;
  }
  store::Batch NextBatch() { return MakeBatch(epoch_, sequence_ + 1); }

  store::Loaded Load() {
    auto loaded = store_->Load(0, epoch_);
    EXPECT_TRUE(loaded.ok()) << loaded.status();
    return loaded.ok() ? *std::move(loaded) : store::Loaded{};
  }

  static router::Changes OneWorkspace() {
    router::Changes changes;
    AddWorkspace(changes, SampleWorkspace());
    return changes;
  }

  std::unique_ptr<Backing> backing_;
  store::Store* store_ = nullptr;
  int64_t epoch_ = 0;
  int64_t sequence_ = 0;
};

}  // namespace tandem::tests

#endif  // TANDEM_TESTS_STORE_STORE_TEST_BASE_H_
