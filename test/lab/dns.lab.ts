import { Resolver } from 'node:dns/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerQuery, startDns } from './dns.ts';

const names = new Map([['cart.shop.svc.cluster.local', '127.20.1.100']]);

describe('the name server of the lab', () => {
  it('knows its names and no others', async () => {
    const dns = await startDns('127.0.0.1', 0, names);
    const resolver = new Resolver();
    resolver.setServers([`${dns.address}:${dns.port}`]);
    try {
      expect(await resolver.resolve4('Cart.shop.svc.cluster.local')).toEqual(['127.20.1.100']);
      await expect(resolver.resolve4('ghost.shop.svc.cluster.local')).rejects.toMatchObject({ code: 'ENOTFOUND' });
      await expect(resolver.resolve6('cart.shop.svc.cluster.local')).rejects.toMatchObject({ code: 'ENODATA' });
      expect(dns.asked()).toContain('ghost.shop.svc.cluster.local');
    } finally {
      await dns.stop();
    }
  });

  it('survives any packet', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const answer = answerQuery(Buffer.from(bytes), names);
        return bytes.length < 12 ? answer === undefined : answer !== undefined && answer.length >= 12;
      }),
    );
  });

  it('refuses an address that another lab holds', async () => {
    const dns = await startDns('127.0.0.1', 0, names);
    try {
      await expect(startDns('127.0.0.1', dns.port, names)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    } finally {
      await dns.stop();
    }
  });
});
