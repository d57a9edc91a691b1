import { configEffect, whenObjectsApply } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { asObject, asText } from '../../src/lib/json.ts';
import { membersOf, memberKinds } from '../../src/model/mesh/members.ts';
import type { Model } from '../../src/model/model.ts';
import type { Resource } from '../../src/model/resource.ts';
import { refText } from '../../src/snapshot/object.ts';
import { firstUnlisted } from '../../src/model/unread.ts';

export default defineRule({
  id: 'member-uid-mismatch',
  title: 'A Mesh or VirtualGateway was created again, and its members hold the old uid',
  severity: 'error',
  needs: anyOf('mesh.meshes', 'mesh.virtualGateways'),
  also: [
    'mesh.gatewayRoutes',
    'mesh.virtualServices',
    'mesh.virtualRouters',
    'mesh.virtualNodes',
    'mesh.backendGroups',
  ],
  explains: ['route-never-applied', 'config-drift'],
  docs: {
    what: 'A Mesh or VirtualGateway whose uid is not the one that the `meshRef` or `virtualGatewayRef` of its members holds.',
    why: 'The controller stops at the mismatch: no change of such a member reaches App Mesh any more.',
    fix: 'Create the members again, without `meshRef` and `virtualGatewayRef`, so that the webhook writes the new uid. On a gateway that takes no configuration any more this changes nothing.',
    seen: 'Event `ReconcileError`: `mesh UID mismatch: NAME` or `virtualGateway UID mismatch: NAME`.',
  },
  subjects: owners,
  *check(model) {
    const unseen = firstUnlisted(model, memberKinds);
    for (const owner of owners(model)) {
      if (unseen) yield notEvaluated(owner, unseen);
      const field = owner.ref.kind === 'Mesh' ? 'meshRef' : 'virtualGatewayRef';
      const held = membersOf(model, owner).flatMap((member) => {
        const uid = asText(asObject(member.spec[field]).uid);
        return uid === undefined ? [] : [{ member, uid }];
      });
      if (held.length === 0) continue;
      if (owner.uid === null) {
        yield notEvaluated(owner, {
          missing: `the uid of ${refText(owner.ref)}`,
          reason: 'its manifest was not returned by an API server',
          remedy: 'give an export of it: kubectl get -o yaml',
        });
        continue;
      }
      const stranded = held.filter(({ uid }) => uid !== owner.uid);
      const [first] = stranded;
      if (!first) continue;
      const names = stranded.slice(0, 3).map(({ member }) => refText(member.ref));
      const more = stranded.length > 3 ? ` and ${stranded.length - 3} more` : '';
      yield finding(owner, {
        message: `${refText(owner.ref)} was created again: its uid is ${owner.uid}, and ${names.join(', ')}${more} still ${stranded.length === 1 ? 'holds' : 'hold'} ${first.uid}.`,
        effect: configEffect(model, model.gateways, 'unseen'),
        evidence: [
          owner.at('metadata.uid'),
          ...stranded.slice(0, 20).map(({ member }) => member.at(`spec.${field}.uid`)),
        ],
        cause: 'The webhook wrote the uid into the members when they were created, and the controller compares it.',
        fix: [
          {
            say: `Create these members again from manifests without spec.meshRef and spec.virtualGatewayRef, once the controller reconciles: the webhook then writes the new uid.`,
            restarts: 'nothing',
            works: whenObjectsApply(model, model.gateways),
          },
        ],
        affects: stranded.slice(0, 200).map(({ member }) => member.ref),
      });
    }
  },
});

function owners(model: Model): readonly Resource[] {
  return [...model.meshes, ...model.virtualGateways];
}
