// The one source of the libraries that hold the tests' precompiled headers: CMake wants a source,
// the headers are all that counts.
