#include "server/files/read.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <optional>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"

#include "tests/support/folder.h"

namespace tandem::files {
namespace {

TEST(ReadFile, ReadsEveryByte) {
  const tests::Folder folder;
  const std::string path = folder.path() + "/file";
  for (const size_t size : {0, 1, 4096, 10000}) {
    std::string text(size, '\0');
    for (size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i);
    std::ofstream(path, std::ios::binary) << text;
    EXPECT_EQ(ReadFile(path), text) << size;
  }
}

TEST(ReadFile, SaysWhatCanNotBeRead) {
  const tests::Folder folder;
  EXPECT_EQ(ReadFile(folder.path() + "/absent"), std::nullopt);
  EXPECT_EQ(ReadFile(folder.path()), std::nullopt);
}

TEST(ReadAll, SaysThatAProcessEndedMeanwhile) {
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) _exit(0);
  std::ifstream stat(absl::StrCat("/proc/", child, "/stat"));
  ASSERT_TRUE(stat.is_open());
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  EXPECT_EQ(ReadAll(stat), std::nullopt);
}

TEST(ReadAll, ReadsWhatIsLeft) {
  std::istringstream in("first rest");
  std::string first;
  in >> first;
  EXPECT_EQ(ReadAll(in), " rest");
}

}  // namespace
}  // namespace tandem::files
