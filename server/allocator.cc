// How tandemd, and the benchmarks of the router, allocate memory: by jemalloc, which reads this
// before main.
//
// What is free for a second goes back to the kernel, by a thread of jemalloc's own, so that a burst
// of contacts or of logins leaves nothing behind. MALLOC_CONF in the environment wins.
extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "background_thread:true,dirty_decay_ms:1000,muzzy_decay_ms:0";
}
