// The parts of programs that the README of the SDK shows, each in place of its number: they have to compile.

import { readFileSync } from "node:fs";

import { ChannelCredentials } from "@grpc/grpc-js";
import { connect, ErrorReason, TandemError } from "tandem-sdk";

const client = connect("127.0.0.1:9400");

export function encryption(): void {
  /* part 1 */
  encrypted.close();
}

export async function errors(ticketId: string): Promise<void> {
  /* part 2 */
}

export async function sessions(): Promise<void> {
  /* part 3 */
}
