import { expect, it } from 'vitest';
import { emptyRequest } from '../../src/collect/request.ts';
import { makeEngine } from '../../src/engine/engine.ts';

it('tells the rows of a gateway once: where they are known, only the pace', async () => {
  const engine = makeEngine();
  const incident = { ...emptyRequest, bundles: ['src/demo/incident.tar.gz'] };
  await engine.collect(incident);
  const first = await engine.routes({ gateway: 'shop/edge', known: null });
  expect(first.rows).toHaveLength(first.pace.length / 2);
  expect([...first.pace].some((value) => value > 0)).toBe(true);
  await engine.collect(incident);
  const again = await engine.routes({ gateway: 'shop/edge', known: first.version });
  expect(again).toEqual({ ...first, rows: null });
  expect((await engine.routes({ gateway: 'shop/edge', known: 0 })).rows).toEqual(first.rows);
});
