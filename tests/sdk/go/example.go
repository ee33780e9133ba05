// The example that the README of the SDK begins with, in place of its number.
package main

import (
	"context"
	"fmt"
	"log"

	"tandem"
	tandemv1 "tandem/v1"
)

func ingest(ctx context.Context) error {
	/* part 1 */
	return err
}

func main() {
	if err := ingest(context.Background()); err != nil {
		log.Fatal(err)
	}
}
