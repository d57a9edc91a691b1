import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';

/** A name server of the lab: answers A queries for the names it was given, and NXDOMAIN for all others. */
export interface LabDns {
  readonly address: string;
  readonly port: number;
  readonly asked: () => readonly string[];
  readonly stop: () => Promise<void>;
}

interface Question {
  readonly name: string;
  readonly type: number;
  readonly end: number;
}

const TYPE_A = 1;
const HEADER_BYTES = 12;
const TTL_SECONDS = 5;
const CODE_NO_ERROR = 0;
const CODE_NO_SUCH_NAME = 3;
const CODE_NOT_IMPLEMENTED = 4;

/** Reads the one question of a DNS query (RFC 1035, section 4.1.2); undefined when the bytes are no plain query. */
export function readQuestion(query: Buffer): Question | undefined {
  if (query.length < HEADER_BYTES || query.readUInt16BE(4) !== 1) return undefined;
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (;;) {
    const length = query[at];
    if (length === undefined || length > 63) return undefined;
    at += 1;
    if (length === 0) break;
    if (at + length > query.length) return undefined;
    labels.push(query.toString('latin1', at, at + length).toLowerCase());
    at += length;
  }
  if (at + 4 > query.length) return undefined;
  return { name: labels.join('.'), type: query.readUInt16BE(at), end: at + 4 };
}

/** Writes the answer to a query: the address for a known name's A record, nothing for its other records, NXDOMAIN for a stranger. */
export function answerQuery(query: Buffer, names: ReadonlyMap<string, string>): Buffer | undefined {
  if (query.length < HEADER_BYTES) return undefined;
  const question = readQuestion(query);
  if (question === undefined) return withHeader(query, HEADER_BYTES, CODE_NOT_IMPLEMENTED, []);
  const address = names.get(question.name);
  if (address === undefined) return withHeader(query, question.end, CODE_NO_SUCH_NAME, []);
  if (question.type !== TYPE_A) return withHeader(query, question.end, CODE_NO_ERROR, []);
  return withHeader(query, question.end, CODE_NO_ERROR, [addressRecord(address)]);
}

function addressRecord(address: string): Buffer {
  const record = Buffer.alloc(16);
  record.writeUInt16BE(0xc000 | HEADER_BYTES, 0);
  record.writeUInt16BE(TYPE_A, 2);
  record.writeUInt16BE(1, 4);
  record.writeUInt32BE(TTL_SECONDS, 6);
  record.writeUInt16BE(4, 10);
  record.set(address.split('.').map(Number), 12);
  return record;
}

function withHeader(query: Buffer, end: number, code: number, records: readonly Buffer[]): Buffer {
  const head = Buffer.from(query.subarray(0, end));
  const recursionDesired = query.readUInt16BE(2) & 0x0100;
  head.writeUInt16BE(0x8480 | recursionDesired | code, 2);
  head.writeUInt16BE(end > HEADER_BYTES ? 1 : 0, 4);
  head.writeUInt16BE(records.length, 6);
  head.writeUInt32BE(0, 8);
  return Buffer.concat([head, ...records]);
}

/** Serves the names on a UDP port of a loopback address; fails with EADDRINUSE when another lab holds it. */
export async function startDns(address: string, port: number, names: ReadonlyMap<string, string>): Promise<LabDns> {
  const socket = createSocket('udp4');
  const asked = new Set<string>();
  socket.on('message', (query: Buffer, from: RemoteInfo) => {
    const name = readQuestion(query)?.name;
    if (name !== undefined) asked.add(name);
    const answer = answerQuery(query, names);
    if (answer !== undefined) socket.send(answer, from.port, from.address);
  });
  await bindSocket(socket, address, port);
  socket.on('error', () => undefined);
  return {
    address,
    port: socket.address().port,
    asked: () => [...asked].sort(),
    stop: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

function bindSocket(socket: Socket, address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind({ address, port, exclusive: true }, () => {
      socket.off('error', reject);
      resolve();
    });
  });
}
