import { pod } from './frozen.ts';

/** A pod of the gateway whose Envoy has these variables besides its name, and whose pod has these other containers (YAML flow). */
export const tracedPod = (env: string, others = ''): string =>
  pod('edge-1')
    .replace('env: [', `env: [${env}, `)
    .replace(/ }\] }\nstatus/, ` }${others === '' ? '' : `, ${others}`}] }\nstatus`);

/** Turns X-Ray on. */
export const xray = "{ name: ENABLE_ENVOY_XRAY_TRACING, value: '1' }";
