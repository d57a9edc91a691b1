const words: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is no folder',
  ELOOP: 'its links lead in a circle',
  EMFILE: 'too many files are open',
  ECONNREFUSED: 'connection refused: nothing listens there',
  ECONNRESET: 'the connection was closed before the answer ended',
  EPIPE: 'the connection was closed before the answer ended',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ENOTFOUND: 'the host name does not resolve',
  EAI_AGAIN: 'the host name could not be resolved just now',
  ETIMEDOUT: 'no answer in time',
};

/** What went wrong in a file or network call, in a person's words: one line. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return words[code] ?? (error.message.split('\n', 1)[0] ?? '').slice(0, 200);
}
