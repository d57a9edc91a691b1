import { Failure } from './failure.ts';

/** What a person named: gateways to report, and the pods whose Envoys are read for them. */
export interface Named {
  /** `NAME` or `NS/NAME`. */
  readonly gateways: readonly string[];
  /** `pod/NAME`, `deploy/NAME`. */
  readonly pods: readonly string[];
}

/** TYPE/NAME, as opposed to the path of a file. */
export const gatewayName = /^(?:vgw|virtualgateways?|gateway|po|pods?|deploy|deployments?)\/[a-z0-9][a-z0-9.-]*$/;

const forms = 'vgw/NAME, deploy/NAME, pod/NAME, or --gateway NS/NAME';

/** Reads TYPE/NAME arguments and `--gateway NS/NAME`. */
export function readNames(words: readonly string[], gateway: string | undefined): Named {
  const gateways: string[] = gateway === undefined ? [] : [gateway];
  const pods: string[] = [];
  for (const word of words) {
    const match = /^([a-z]+)\/([a-z0-9][a-z0-9.-]*)$/.exec(word);
    const [, type = '', name = ''] = match ?? [];
    if (['vgw', 'gateway', 'virtualgateway', 'virtualgateways'].includes(type)) gateways.push(name);
    else if (['po', 'pod', 'pods'].includes(type)) pods.push(`pod/${name}`);
    else if (['deploy', 'deployment', 'deployments'].includes(type)) pods.push(`deploy/${name}`);
    else throw new Failure(`${word}: a gateway is named by ${forms}`, 2);
  }
  return { gateways, pods };
}
