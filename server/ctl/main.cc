// tandemctl: the command line of tandem.
#include <iostream>

#include "server/ctl/command_table.h"

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);  // Files of contacts are long.
  return tandem::ctl::RunCommandLine({argv + 1, argv + argc});
}
