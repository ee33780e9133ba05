package io.tandem;

import java.util.concurrent.ThreadLocalRandom;

/**
 * How long to wait before what failed is tried again; with chance, so that the clients of a server that was away or busy do
 * not all come at once.
 */
final class Pauses {
  private static final long SHORTEST_MS = 100;
  private static final long LONGEST_MS = 5000;
  private long pauseMs = SHORTEST_MS;

  long nextMs() {
    long pause = pauseMs;
    pauseMs = Math.min(2 * pause, LONGEST_MS);
    return ThreadLocalRandom.current().nextLong(pause / 2, pause + 1);
  }

  void restart() {
    pauseMs = SHORTEST_MS;
  }
}
