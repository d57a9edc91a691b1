import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kubectl } from '../../../src/diagnose/threats/threat.ts';
import { readKubectl, shellWords } from '../../support/kubectl.ts';

describe('commands that fixes print', () => {
  it('are read back as they were meant', () => {
    const patch = { spec: { note: "it's; $(rm -rf /) `x`" } };
    const command = kubectl('shop', ['patch', 'deployment/edge'], { type: 'merge', patch });
    expect(readKubectl(command ?? '')).toMatchObject({ namespace: 'shop', verb: 'patch', patch });
  });

  it('are left out where a name is no name', () => {
    for (const name of ['a;b', 'a b', '$(x)', '`x`', "a'b", '', 'a\nb', '*']) {
      expect(kubectl('shop', ['uncordon', name])).toBeUndefined();
    }
  });

  it('never hand a shell more than words, whatever stands in names and patches', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.jsonValue(), (namespace, name, patch) => {
        const command = kubectl(namespace, ['patch', `deployment/${name}`], { type: 'merge', patch });
        if (command === undefined) return;
        const words = shellWords(command);
        expect(words.slice(0, 5)).toEqual(['kubectl', '-n', namespace, 'patch', `deployment/${name}`]);
        expect(JSON.parse(words.at(-1) ?? '')).toEqual(JSON.parse(JSON.stringify(patch)));
      }),
      { seed: 5, numRuns: 300 },
    );
  });
});
