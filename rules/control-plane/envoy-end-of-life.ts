import { isFrozen } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { groupBy } from '../../src/lib/memo.ts';
import { envoyEvidence } from '../../src/model/envoy/envoy.ts';
import { endOfLifeOf } from '../../src/model/envoy/releases.ts';
import type { Evidence } from '../../src/snapshot/evidence.ts';

export default defineRule({
  id: 'envoy-end-of-life',
  title: 'Envoy gets no security fixes any more',
  severity: 'warning',
  needs: anyOf('envoy.serverInfo'),
  docs: {
    what: 'A gateway whose Envoy is of a release that has ended: Envoy keeps each release for a year (RELEASES.md of the Envoy project). Releases whose end is not known are not judged.',
    why: 'Faults found since are not mended in it, those that a request from outside can use among them. The images of App Mesh end at 1.34, which ended on 2026-04-15: of a frozen gateway it is a standing fact.',
    fix: 'Run a supported release. On a frozen gateway only a gateway built anew from its configuration can have one.',
    seen: '`/server_info` names the version. Requests are served as before.',
  },
  subjects: (model) => model.gateways.filter(({ envoys }) => envoys.length > 0),
  *check(model) {
    const today = model.now.slice(0, 10);
    for (const gateway of model.gateways) {
      const { envoys, ref } = gateway;
      const [unread] = envoys.flatMap(({ serverInfo }) => (serverInfo.state === 'not-read' ? [serverInfo.gap] : []));
      const ended = envoys.flatMap(({ serverInfo, label }) => {
        if (serverInfo.state === 'not-read') return [];
        const { version, place } = serverInfo.value;
        const end = endOfLifeOf(version);
        if (end === null || end > today) return [];
        return [{ version, end, evidence: envoyEvidence('server_info', place, { version }, `version of ${label}`) }];
      });
      if (ended.length === 0 && unread) yield notEvaluated(gateway, unread);
      const frozen = isFrozen(gateway);
      for (const [version, group] of groupBy(ended, (one) => one.version)) {
        const [first, ...rest] = group;
        if (!first) continue;
        const evidence: readonly [Evidence, ...Evidence[]] = [first.evidence, ...rest.map((one) => one.evidence)];
        yield finding(gateway, {
          message: `Gateway ${ref.name} runs Envoy ${version}, whose release ended on ${first.end}: it gets no security fixes.`,
          effect: frozen ? 'standing' : 'latent',
          evidence,
          cause: 'Envoy keeps each release for one year (RELEASES.md of the Envoy project).',
          fix: [
            frozen
              ? {
                  say: 'Serve its routes from new pods made of a rescue copy, which run a supported Envoy; then move off.',
                  restarts: 'nothing',
                  works: 'through-rescue',
                }
              : { say: 'Roll out an image of a supported release.', restarts: 'gateway', works: 'now' },
          ],
          discriminator: version.split('.').slice(0, 2).join('.'),
        });
      }
    }
  },
});
