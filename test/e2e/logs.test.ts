import { describe, expect, it } from 'vitest';
import { meshdoctor } from '../support/built-program.ts';

const line =
  '[2026-11-27T01:26:44.698Z] "GET /payments/7 HTTP/1.1" 503 UF 0 98 0 - "-" "-" "-" "payments.shop.svc.cluster.local" "10.0.0.7:9090"\n';

describe('meshdoctor logs', () => {
  it('reads standard input and prints what the contract says', async () => {
    const { code, stdout } = await meshdoctor(['logs', '-', '-o', 'json'], { stdin: line.repeat(3) });
    expect(code).toBe(0);
    const members = [
      'lines',
      'parsed',
      'unparsed',
      'requests',
      'bytes',
      'window',
      'byStatusFlag',
      'classes',
      'processLines',
    ];
    const document: Readonly<Record<string, unknown>> = JSON.parse(stdout);
    expect(Object.keys(document)).toEqual(expect.arrayContaining(members));
    expect(document).toMatchObject({
      requests: 3,
      byStatusFlag: [{ status: 503, flag: 'UF', count: 3 }],
      classes: [
        { path: '/payments/:id', count: 3, by: 'gateway', explanation: expect.stringContaining('no connection') },
      ],
    });
  });

  it('says what it wants where no log is named, and what it cannot read', async () => {
    const none = await meshdoctor(['logs']);
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('meshdoctor logs FILE') });
    const missing = await meshdoctor(['logs', 'no/such.log']);
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining('no/such.log') });
    const wrong = await meshdoctor(['logs', '-', '--status', 'bad'], { stdin: line });
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('--status takes 404') });
  });
});
