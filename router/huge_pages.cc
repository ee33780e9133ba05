#include "router/huge_pages.h"

#include <sys/mman.h>

#include <cstdlib>

namespace tandem::router {

void* AllocateHugePages(size_t bytes) {
  const size_t whole_pages = (bytes + kHugePage - 1) / kHugePage * kHugePage;
  void* const memory = std::aligned_alloc(kHugePage, whole_pages);
  if (memory == nullptr) throw std::bad_alloc();
  // A kernel without them says so, and nothing depends on it.
  static_cast<void>(madvise(memory, whole_pages, MADV_HUGEPAGE));
  return memory;
}

void FreeHugePages(void* memory) {
  std::free(memory);
}

}  // namespace tandem::router
