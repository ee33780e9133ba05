// The parts of programs that the README of the SDK shows, each in place of its number: they have to compile.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"

	"google.golang.org/grpc/credentials"

	"tandem"
	tandemv1 "tandem/v1"
)

func encryption(authorities *x509.CertPool) error {
	/* part 1 */
	if err != nil {
		return err
	}
	return client.Close()
}

func errors(ctx context.Context, client *tandem.Client, request *tandemv1.GetTicketRequest) error {
	/* part 2 */
	return nil
}

func sessions(ctx context.Context, client *tandem.Client) error {
	/* part 3 */
}

func main() {
	fmt.Println(encryption(nil), errors(context.Background(), nil, nil), sessions(context.Background(), nil))
}
