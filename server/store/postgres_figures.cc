#include "server/store/postgres_figures.h"

namespace tandem::store {

PostgresFigures& FiguresOfPostgres() {
  static PostgresFigures figures;
  return figures;
}

}  // namespace tandem::store
