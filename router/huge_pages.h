// An allocator for the few arrays that are as long as there are tickets or agents, and are looked
// up at random. Internal to router/.
//
// In pages of 4 KiB nearly every look-up in hundreds of MiB also misses the processor's table of
// pages, which costs as much as the memory itself, and more in a virtual machine. So arrays of
// kHugePage and more begin at a huge page, and the kernel is asked to use such pages for them; it
// may refuse (/sys/kernel/mm/transparent_hugepage/enabled is "never"), and then they are as all
// others. Smaller arrays, and the rest of the program, stay in small pages: in huge ones a server
// with ten thousand idle sessions takes a fifth more memory.
#ifndef TANDEM_ROUTER_HUGE_PAGES_H_
#define TANDEM_ROUTER_HUGE_PAGES_H_

#include <cstddef>
#include <limits>
#include <new>

namespace tandem::router {

inline constexpr size_t kHugePage = size_t{2} << 20;

// Memory for `bytes`, at least kHugePage, aligned to it. Freed by FreeHugePages. Throws
// std::bad_alloc.
void* AllocateHugePages(size_t bytes);
void FreeHugePages(void* memory);

template <typename T>
class HugePageAllocator {
 public:
  using value_type = T;

  HugePageAllocator() = default;
  template <typename U>
  HugePageAllocator(const HugePageAllocator<U>& /*other*/) {
  }  // NOLINT(google-explicit-constructor)

  T* allocate(size_t count) {
    if (count > std::numeric_limits<size_t>::max() / sizeof(T)) throw std::bad_array_new_length();
    const size_t bytes = count * sizeof(T);
    if (bytes >= kHugePage) return static_cast<T*>(AllocateHugePages(bytes));
    return static_cast<T*>(::operator new (bytes, std::align_val_t{alignof(T)}));
  }
  void deallocate(T* memory, size_t count) {
    if (count * sizeof(T) >= kHugePage) {
      FreeHugePages(memory);
    } else {
      ::operator delete (memory, std::align_val_t{alignof(T)});
    }
  }

  template <typename U>
  friend bool operator==(const HugePageAllocator& /*a*/, const HugePageAllocator<U>& /*b*/) {
    return true;
  }
};

}  // namespace tandem::router

#endif  // TANDEM_ROUTER_HUGE_PAGES_H_
