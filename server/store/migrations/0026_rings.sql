-- Offers of one ticket to several agents at once are kept beside those who take part in it.

COMMENT ON COLUMN tandem.ticket_state.participants IS
  'Who takes part in it besides its owner, or is invited to; while OFFERED, to whom it is offered besides the first, as OWNER; and the greatest numbers of their offers and segments. NULL: there never was anybody.';
