import { copiesOf, copyTime, newestGood } from '../../src/diagnose/copies.ts';
import { appMeshGateways, isFrozen } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding } from '../../src/diagnose/rule.ts';
import { saveSteps, survivorsOf } from '../../src/diagnose/threats/keep.ts';
import type { Gateway } from '../../src/model/gateway.ts';
import type { Model } from '../../src/model/model.ts';
import { runnersOfGateway } from '../../src/model/platform/runners.ts';
import type { Evidence } from '../../src/snapshot/evidence.ts';
import type { RescueCopy } from '../../src/snapshot/rescue-copy.ts';

const dayMs = 24 * 60 * 60 * 1000;

export default defineRule({
  id: 'rescue-copy-missing',
  title: 'A frozen gateway has no fresh rescue copy',
  severity: 'warning',
  needs: anyOf('rescue.copies'),
  also: [
    'platform.workloads',
    'platform.pods',
    'envoy.listenerConfig',
    'envoy.listeners',
    'envoy.routes',
    'envoy.stats',
  ],
  docs: {
    what: 'A gateway that takes no configuration any more, and no rescue copy of it that is readable, holds its listeners and routes, and is younger than a day. Judged only when you say where the copies lie (`--rescue-copies PATH`).',
    why: 'The configuration lives in the memory of its Envoys alone. When the last of them restarts, a copy is all that is left; certificates and addresses in an old copy may be out of date.',
    fix: 'Take a copy from an Envoy that serves; it costs a few admin calls and restarts nothing. Repeat it every day.',
    seen: 'Nothing, until a gateway is lost and there is nothing to build it again from.',
  },
  subjects: appMeshGateways,
  *check(model) {
    for (const gateway of appMeshGateways(model)) {
      if (!isFrozen(gateway)) continue;
      const mine = copiesOf(model, gateway);
      const newest = newestGood(mine);
      const age = newest ? Date.parse(model.now) - copyTime(newest) : Number.POSITIVE_INFINITY;
      if (age < dayMs) continue;
      const runners = runnersOfGateway(model, gateway);
      yield finding(gateway, {
        message: `Gateway ${gateway.ref.name} is frozen, and ${newest ? `its newest rescue copy is ${ageText(age)} old` : `there is no usable rescue copy of it${brokenText(mine)}`}.`,
        effect: 'latent',
        evidence: [looked(model, newest ?? mine[0])],
        cause: `Its configuration (${sizeText(gateway)}) is in the memory of its Envoys and nowhere else: App Mesh, which held it, has ended.`,
        fix: saveSteps(gateway, survivorsOf(model, gateway, runners)).slice(0, 1),
        avoid: [
          {
            say: 'Do not restart a pod of it before there is a copy.',
            because: 'the configuration is lost with the last one',
          },
        ],
      });
    }
  },
});

function ageText(ms: number): string {
  const hours = Math.floor(ms / (60 * 60 * 1000));
  return hours < 48 ? `${hours} hours` : `${Math.floor(hours / 24)} days`;
}

function brokenText([first]: readonly RescueCopy[]): string {
  return first?.fault ? ` (${first.path}: ${first.fault})` : '';
}

/** Which copy was judged, or that the place holds none of this gateway. */
function looked({ rescueCopies, snapshot }: Model, copy: RescueCopy | undefined): Evidence {
  if (copy) {
    const { path, takenAt, fault } = copy;
    return { source: 'rescue-copy', ...copy.place, value: { path, takenAt, fault } };
  }
  const document = snapshot.documents.find(({ kind }) => kind === 'rescue-copies');
  const note = `${rescueCopies?.length ?? 0} copies there, none of this gateway`;
  return { source: 'rescue-copy', document: document?.id ?? '', pointer: '', value: [], note };
}

function sizeText({ envoys }: Gateway): string {
  const tables = envoys.flatMap(({ routes }) => (routes.state === 'not-read' ? [] : [routes.value]));
  const counts = tables.map((table) =>
    table.flatMap(({ virtualHosts }) => virtualHosts).flatMap((host) => host.routes),
  );
  const most = Math.max(0, ...counts.map(({ length }) => length));
  return most === 0 ? 'listeners, routes and certificates' : `${most} Envoy routes`;
}
