import { configEffect, whenObjectsApply } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding } from '../../src/diagnose/rule.ts';
import { asList, asObject, isObject } from '../../src/lib/json.ts';
import { refKey } from '../../src/snapshot/object.ts';

export default defineRule({
  id: 'listener-trust-acm',
  title: 'A listener trusts client certificates by ACM',
  severity: 'error',
  needs: anyOf('mesh.virtualGateways'),
  explains: ['reconcile-error'],
  docs: {
    what: 'A VirtualGateway listener whose `tls.validation.trust` names `acm`. The CRD lets it through; App Mesh refuses it, since only `file` and `sds` can be trusted there.',
    why: 'The whole VirtualGateway is refused: none of its later changes reaches Envoy.',
    fix: 'Trust a CA from a file or from SDS.',
    seen: 'Event ReconcileError: `BadRequestException: One type of TLS Validation Context Trust must be set.`',
  },
  subjects: (model) => model.virtualGateways,
  *check(model) {
    for (const gateway of model.virtualGateways) {
      for (const [index, listener] of asList(gateway.spec.listeners).entries()) {
        const { trust } = asObject(asObject(asObject(listener).tls).validation);
        if (!isObject(asObject(trust).acm)) continue;
        const mine = model.gateways.filter(
          ({ object }) => object !== null && refKey(object.ref) === refKey(gateway.ref),
        );
        yield finding(gateway, {
          message: `Listener ${index} of VirtualGateway ${gateway.ref.namespace}/${gateway.ref.name} trusts client certificates by ACM, which App Mesh refuses.`,
          effect: configEffect(model, mine, 'unseen'),
          evidence: [gateway.at(`spec.listeners[${index}].tls.validation.trust.acm`)],
          cause: 'A listener can trust a CA from a file or from SDS only (aws-app-mesh-controller-for-k8s, issue 575).',
          fix: [
            {
              say: 'Write trust.file.certificateChain or trust.sds.secretName instead of trust.acm.',
              restarts: 'nothing',
              works: whenObjectsApply(model, mine),
            },
          ],
          discriminator: String(index),
        });
      }
    }
  },
});
