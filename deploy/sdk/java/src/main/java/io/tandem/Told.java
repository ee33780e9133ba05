package io.tandem;

import com.google.protobuf.Message;
import io.tandem.v1.AgentSnapshot;
import io.tandem.v1.AgentState;
import io.tandem.v1.Offer;
import io.tandem.v1.OfferEnded;
import io.tandem.v1.Work;
import io.tandem.v1.WorkChanged;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the program knows, so that a snapshot after a cut becomes the changes since. */
final class Told {
  private final Map<String, Offer> offers = new HashMap<>();
  private final Map<String, Work> work = new HashMap<>();
  private AgentState state;

  /** Notes a change that came; false when the program knows it already. */
  boolean isNews(Message change) {
    if (change instanceof Offer offer) {
      return offers.put(offer.getOfferId(), offer) == null;
    }
    if (change instanceof OfferEnded ended) {
      return offers.remove(ended.getOfferId()) != null;
    }
    if (change instanceof AgentState newest) {
      boolean known = newest.equals(state);
      state = newest;
      return !known;
    }
    WorkChanged changed = (WorkChanged) change;
    offers.remove(changed.getWork().getOfferId());
    if (changed.getGone()) {
      return work.remove(changed.getWork().getTicketId()) != null;
    }
    return !changed.getWork().equals(work.put(changed.getWork().getTicketId(), changed.getWork()));
  }

  /** The changes from what was told to the snapshot, in an order that a desktop can follow. Some may be no news. */
  List<Message> difference(AgentSnapshot snapshot) {
    Set<String> tickets = snapshot.getWorkList().stream().map(Work::getTicketId).collect(Collectors.toSet());
    Set<String> goOn =
        Stream.concat(
                snapshot.getOffersList().stream().map(Offer::getOfferId),
                snapshot.getWorkList().stream().map(Work::getOfferId))
            .collect(Collectors.toSet());
    List<Message> changes = new ArrayList<>();
    changes.add(snapshot.getState());
    for (Work newest : snapshot.getWorkList()) {
      changes.add(WorkChanged.newBuilder().setWork(newest).build());
    }
    for (Work known : work.values()) {
      if (!tickets.contains(known.getTicketId())) {
        changes.add(WorkChanged.newBuilder().setWork(known).setGone(true).build());
      }
    }
    for (Offer known : offers.values()) {
      if (!goOn.contains(known.getOfferId())) {
        changes.add(
            OfferEnded.newBuilder().setOfferId(known.getOfferId()).setTicketId(known.getTicketId()).build());
      }
    }
    changes.addAll(snapshot.getOffersList());
    return changes;
  }
}
